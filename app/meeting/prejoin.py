"""Before entering: own picture and level, devices, identity. Nothing is sent until "Entrer"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.meeting import tiles
from app.meeting.boxes import Boxes
from app.meeting.controls import CallButton
from app.meeting.devices import DeviceChoice
from app.meeting.notices import NoticeColumn
from app.meeting.tiles import TileLook
from app.meeting.view import CAMERA_STREAM, OWN_PREVIEW
from app.ui.buttons import Button
from app.ui.marks import Chip
from app.ui.panes import Glyph, ground
from app.ui.text import Label, Named
from app.ui.words import Words, say
from media.engine.messages import Tile

if TYPE_CHECKING:
    from PyQt6.QtCore import QSize
    from PyQt6.QtGui import QPaintEvent, QResizeEvent, QShowEvent

    from app.meeting.ports import Arena
    from app.meeting.view import View
    from app.session import Session

PREVIEW_BOX = 1


class Preview(QWidget):
    """The own picture with the two switches at its lower edge. `asked` carries the tile to ask for."""

    asked = pyqtSignal(object)

    def __init__(self, arena: Arena, name: str, detail: str) -> None:
        super().__init__()
        self._arena, self._name = arena, name
        self._plate = " · ".join(part for part in (name, detail) if part)
        self._on = False
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        Named(self, say("prejoin.preview"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.addStretch(1)
        self.microphone = CallButton(say("call.microphone"), "microphone", "M", bare=True)
        self.camera = CallButton(say("call.camera"), "video", "V", bare=True)
        for button in (self.microphone, self.camera):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)

    def heightForWidth(self, width: int) -> int:  # noqa: N802 -- Qt's name
        """16:10, as in the design."""
        return round(width * 10 / 16)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """As wide as there is."""
        hint = super().sizeHint()
        hint.setHeight(self.heightForWidth(max(self.width(), 320)))
        return hint

    def show_view(self, view: View) -> None:
        """Show whether camera and microphone are on."""
        for button, device, icon, verbs in (
            (self.microphone, view.microphone, "microphone", ("call.mute", "call.unmute")),
            (self.camera, view.camera, "video", ("call.camera_off", "call.camera_on")),
        ):
            on = device.wanted
            button.show_state(
                say(verbs[0 if on else 1]), icon if on else f"{icon}-off", "plain" if on else "off"
            )
        if self._on != view.camera.wanted:
            self._on = view.camera.wanted
            self.update()
            self.ask()

    def ask(self) -> None:
        """Ask for the preview at this size."""
        ratio = self.devicePixelRatioF()
        width, height = Boxes.fit(PREVIEW_BOX, round(self.width() * ratio), round(self.height() * ratio))
        tile = Tile(index=PREVIEW_BOX, slot=OWN_PREVIEW, stream=CAMERA_STREAM, width=width, height=height)
        if self.isVisible():
            self.asked.emit([tile] if self._on else [])

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask again for what is seen again."""
        super().showEvent(event)
        self.ask()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for the new size."""
        super().resizeEvent(event)
        self.ask()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the picture or the initials, and the plate."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = TileLook(
            OWN_PREVIEW,
            QRectF(self.rect()),
            self._name,
            self._plate,
            CAMERA_STREAM,
            PREVIEW_BOX,
            pictured=self._on,
        )
        picture = self._arena.read(PREVIEW_BOX) if self._on else None
        tiles.paint_ground(painter, look)
        if picture is not None:
            tiles.paint_picture(painter, look, picture, self.devicePixelRatioF(), outside="surface")
        tiles.paint_marks(painter, look)


class PreJoin(QWidget):
    """`entered` is the user's word; nothing else enters."""

    entered = pyqtSignal()
    cancelled = pyqtSignal()

    def __init__(self, arena: Arena, session: Session) -> None:
        super().__init__()
        ground(self, "surface")
        row = QHBoxLayout(self)
        row.setContentsMargins(36, 28, 36, 28)
        row.setSpacing(36)
        left = QVBoxLayout()
        left.setSpacing(16)
        detail = session.specialty or (str(say(f"role.{session.role}")) if session.role else "")
        self.preview = Preview(arena, session.name, detail)
        left.addWidget(self.preview)
        left.addLayout(self._identity(session))
        left.addStretch(1)
        row.addLayout(left, 16)
        row.addWidget(self._right(), 10)

    def _identity(self, session: Session) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        local = QHBoxLayout()
        local.setSpacing(8)
        local.addWidget(Glyph("eye-off", "text_2", 18))
        local.addWidget(Label(say("prejoin.local"), "small", "text_2", wrap=True), 1)
        row.addLayout(local, 1)
        card = QFrame()
        card.setProperty("card", "sunken")
        inner = QHBoxLayout(card)
        inner.setContentsMargins(12, 8, 12, 8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(say("prejoin.as"), "caption", "text_3"))
        words.addWidget(Label(session.name, "body_strong"))
        inner.addLayout(words, 1)
        lock = Glyph("lock", "text_3", 18)
        lock.setToolTip(str(say("prejoin.as.why")))
        inner.addWidget(lock)
        row.addWidget(card, 1)
        return row

    def _right(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        chips = QHBoxLayout()
        chips.addWidget(Chip(say("mark.e2ee"), "shield-check", "ok"))
        chips.addWidget(Chip(say("prejoin.forbidden"), "player-record"))
        chips.addStretch(1)
        column.addLayout(chips)
        self._title = Label("", "display", wrap=True)
        self._where = Label("", "body", "text_2", wrap=True)
        column.addWidget(self._title)
        column.addWidget(self._where)
        column.addSpacing(10)
        self.devices = DeviceChoice()
        column.addWidget(self.devices)
        self.notices = NoticeColumn()
        column.addWidget(self.notices)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(10)
        self.enter = Button(say("prejoin.enter"), "primary", "l", "door-enter", ("↵",))
        self.enter.clicked.connect(self.entered)
        cancel = Button(say("prejoin.cancel"), size="l")
        cancel.clicked.connect(self.cancelled)
        row.addWidget(self.enter, 1)
        row.addWidget(cancel)
        column.addLayout(row)
        return side

    def show_view(self, view: View) -> None:
        """Bring the page up to date."""
        if view.invitation is None:
            return
        title: Words = view.title or view.invitation.title or say("prejoin.untitled")
        self._title.say(title)
        self._where.say(say("prejoin.where", relay=view.invitation.link.relay))
        self.preview.show_view(view)
        self.devices.show_view(view)
        self.notices.show_view(view)
        listen = not view.microphone.wanted and not view.camera.wanted
        self.enter.say(say("prejoin.listen" if listen else "prejoin.enter"))

    def focus_first(self) -> None:
        """Give the focus to the main verb."""
        self.enter.setFocus(Qt.FocusReason.OtherFocusReason)
