"""The own picture before it is sent: local, with the two switches at its lower edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.meeting.call import tiles
from app.meeting.call.boxes import Boxes
from app.meeting.call.controls import CallButton
from app.meeting.call.tiles import TileLook
from app.meeting.view import CAMERA_STREAM, OWN_PREVIEW
from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.words import say
from media.engine.messages import Tile

if TYPE_CHECKING:
    from PyQt6.QtCore import QSize
    from PyQt6.QtGui import QPaintEvent, QResizeEvent, QShowEvent

    from app.meeting.ports import Arena
    from app.meeting.view import View

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
        self._paint_chip(painter)

    def _paint_chip(self, painter: QPainter) -> None:
        """Say at the upper edge that nobody else sees this."""
        words = str(say("prejoin.nothing_sent" if self._on else "prejoin.initials"))
        font = theme().font("small_strong")
        high = theme().scaled(28)
        chip = QRectF(12, 12, min(self.width() - 24.0, paint.text_width(words, font) + 44), high)
        paint.box(painter, chip, 5, theme().color("plate"))
        ink = theme().color("plate_text")
        icon = "camera" if self._on else "camera-off"
        paint_icon(painter, icon, QRectF(chip.x() + 10, chip.center().y() - 8, 16, 16), ink)
        paint.text(painter, chip.adjusted(34, 0, -8, 0), words, font, ink)
