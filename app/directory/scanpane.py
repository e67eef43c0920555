"""Scanning the other's code: what the camera sees, what to do, and the own code for the other's camera at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QPainterPath
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.directory.qr import LARGE, QrCode, beside, named
from app.ui import paint
from app.ui.buttons import Button
from app.ui.graphemes import isolated
from app.ui.icons import paint_icon
from app.ui.panes import Banner, clear
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QHideEvent, QPaintEvent, QResizeEvent

    from app.directory.sight import Picture

HIGHEST = 220
CHOOSE = frozenset(("none", "busy", "failed", "unplugged"))
"""Troubles that another camera may end."""


class Seeing(Protocol):
    """What is asked of the camera (`app.directory.sight.Sight`)."""

    def picture(self) -> Picture | None: ...  # noqa: D102 -- it says so
    def show(self, width: int, height: int) -> None: ...  # noqa: D102


class Lens(QWidget):
    """What the camera sees, mirrored: who aims at a mirror image aims well."""

    def __init__(self) -> None:
        super().__init__()
        self.seeing: Seeing | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        Named(self, say("directory.scan.preview"))

    def heightForWidth(self, width: int) -> int:  # noqa: N802 -- Qt's name
        """16:10, as the other previews, and no higher than leaves the own code in sight."""
        return min(round(width * 10 / 16), HIGHEST)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """As wide as there is."""
        width = max(self.width(), 240)
        return QSize(width, self.heightForWidth(width))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for pictures of the new size."""
        super().resizeEvent(event)
        if self.seeing is not None:
            ratio = self.devicePixelRatioF()
            self.seeing.show(round(self.width() * ratio), round(self.height() * ratio))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the newest picture, or a camera on the ground."""
        painter = paint.painter_for(self)
        place = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(place, 6, 6)
        painter.setClipPath(shape)
        painter.fillRect(place, theme().color("stage"))
        picture = self.seeing.picture() if self.seeing is not None else None
        if picture is None:
            middle = place.center()
            box = QRectF(middle.x() - 16, middle.y() - 16, 32, 32)
            paint_icon(painter, "camera", box, theme().color("plate_text"))
            return
        kind = QImage.Format.Format_RGB32
        image = QImage(picture.view, picture.width, picture.height, picture.stride, kind)  # type: ignore[call-overload]
        painter.translate(self.width(), 0)
        painter.scale(-1, 1)
        painter.drawImage(place, image)


class ScanPane(QFrame):
    """`stopped`: by hand, or nobody sees it any more. After a trouble: `again`, or another camera is `chosen`."""

    stopped = pyqtSignal()
    again = pyqtSignal()
    chosen = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "sunken")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 14)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(Label(say("directory.scan.title"), "small", "text_2"), 1)
        self.stop = Button(say("directory.scan.stop"), "ghost", "s", "x", ("Échap",))
        self.stop.clicked.connect(self.stopped)
        head.addWidget(self.stop)
        column.addLayout(head)
        self.lens = Lens()
        column.addWidget(self.lens)
        self._troubles = QVBoxLayout()
        column.addLayout(self._troubles)
        self.hint = Label("", "body_strong", wrap=True)
        column.addWidget(self.hint)
        self.qr = QrCode(LARGE)
        column.addWidget(beside(self.qr, say("directory.scan.mine"), say("directory.scan.mine.detail")))
        self._name = self._hinted = ""

    def begin(self, seeing: Seeing, name: str, code: str) -> None:
        """Show that the camera opens, and the own *code* for *name*."""
        self._name, self.lens.seeing = isolated(name), seeing
        self.qr.show_code(code, named(self._name))
        clear(self._troubles)
        self.lens.show()
        self.show_hint("opening")
        ratio = self.devicePixelRatioF()
        seeing.show(round(self.lens.width() * ratio), round(self.lens.height() * ratio))

    def show_fresh(self) -> None:
        """Paint what the camera sees now."""
        if self._hinted == "opening":
            self.show_hint("look")
        self.lens.update()

    def show_hint(self, key: str) -> None:
        """Say what to do."""
        self._hinted = key
        self.hint.say(say(f"directory.scan.hint.{key}", name=self._name))
        self.hint.show()

    def show_trouble(self, code: str) -> None:
        """Say why nothing is scanned, and the way on."""
        verbs = [self._verb("again", "refresh", self.again.emit)]
        if code in CHOOSE:
            verbs.append(self._verb("choose", "camera", self.chosen.emit))
        words = say(f"directory.scan.trouble.{code}"), say(f"directory.scan.trouble.{code}.detail")
        clear(self._troubles)
        self._troubles.addWidget(Banner("warn", *words, icon="camera-off"))
        row = QHBoxLayout()
        for verb in verbs:
            row.addWidget(verb)
        row.addStretch(1)
        holder = QWidget()
        holder.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        self._troubles.addWidget(holder)
        self.lens.hide()
        self.hint.hide()
        verbs[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _verb(self, key: str, icon: str, call: Callable[[], None]) -> Button:
        button = Button(say(f"directory.scan.{key}"), size="s", icon=icon)
        button.clicked.connect(call)
        return button

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 -- Qt's name
        """No camera runs for nobody."""
        super().hideEvent(event)
        self.stopped.emit()
