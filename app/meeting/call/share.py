"""Choosing what to share: a screen, a window or an image; and stopping it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.ui import paint
from app.ui.buttons import Button, Press
from app.ui.choices import Segmented
from app.ui.files import PICTURES, FileList
from app.ui.icons import paint_icon
from app.ui.panes import EmptyState, clear, scrolled
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.meeting.view import View
    from media.engine.messages import Device

ICONS = {"screen": "device-desktop", "window": "tabs", "image": "photo-scan"}


class _Choice(Press):
    """A thing that can be shared."""

    radius = 8.0

    def __init__(self, words: Words, icon: str, target: str) -> None:
        self._icon, self.target = icon, target
        super().__init__(words)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """One row."""
        return QSize(120, theme().scaled(48))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint icon and name in a card."""
        painter = paint.painter_for(self)
        color = theme().color
        fill = color("hover" if self.underMouse() else "surface")
        paint.box(painter, QRectF(self.rect()), 8, fill, color("line"))
        paint_icon(painter, self._icon, QRectF(14, self.height() / 2 - 10, 20, 20), color("text_2"))
        room = QRectF(46, 0, self.width() - 58, self.height())
        paint.text(painter, room, self.name, theme().font("body"), color("text"), Qt.AlignmentFlag.AlignLeft)


class SharePanel(QWidget):
    """`chosen` carries kind and target; `stopped` ends the share; `again` asks for a fresh list."""

    chosen = pyqtSignal(str, str)
    stopped = pyqtSignal()
    again = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        self._kind = Segmented(
            [(kind, say(f"share.{kind}"), ICONS[kind]) for kind in ("screen", "window", "image")]
        )
        self._kind.choose("screen")
        self._kind.chosen.connect(self._list)
        column.addWidget(self._kind)
        self._note = Label(say("share.note"), "small", "text_2", wrap=True)
        column.addWidget(self._note)
        things = QWidget()
        self._things = QVBoxLayout(things)
        self._things.setContentsMargins(0, 0, 0, 0)
        self._things.setSpacing(8)
        column.addWidget(scrolled(things), 1)
        self._stop = Button(say("share.stop"), "warning", icon="x")
        self._stop.clicked.connect(self.stopped)
        column.addWidget(self._stop)

    def prefer(self, kind: str) -> None:
        """Offer *kind* first."""
        self._kind.choose(kind)

    def show_view(self, view: View) -> None:
        """Show what there is to share."""
        old, self._view = self._view, view
        self._stop.setVisible(view.share.wanted)
        if old is None or old.devices != view.devices:
            self._list()

    def _list(self) -> None:
        clear(self._things)
        kind = self._kind.choice
        if kind == "image":
            self._offer_image()
        else:
            self._offer_devices(kind)
        self._things.addStretch(1)

    def _offer_image(self) -> None:
        files = FileList("share", PICTURES)
        files.chosen.connect(self._picked)
        self._things.addWidget(files, 1)

    def _offer_devices(self, kind: str) -> None:
        devices: list[Device] = []
        if self._view is not None:
            devices = self._view.devices.screens if kind == "screen" else self._view.devices.windows
        for device in devices:
            choice = _Choice(device.name, ICONS[kind], device.id)
            choice.clicked.connect(self._chosen)
            self._things.addWidget(choice)
        if not devices:
            again = Button(say("share.again"), size="s", icon="refresh")
            again.clicked.connect(self.again)
            self._things.addWidget(
                EmptyState(ICONS[kind], say(f"share.no_{kind}"), say("share.none.detail"), actions=(again,))
            )

    def _chosen(self) -> None:
        choice = self.sender()
        if isinstance(choice, _Choice):
            self.chosen.emit(self._kind.choice, choice.target)

    def _picked(self, path: str) -> None:
        self.chosen.emit("image", path)
