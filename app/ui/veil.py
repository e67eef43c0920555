"""The discretion screen: the window as coarse colours, nothing readable, until it is asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QPainter, QPixmap
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.commands import caps
from app.ui import paint
from app.ui.buttons import Button
from app.ui.layers import Place
from app.ui.marks import Chip
from app.ui.panes import Glyph, ground
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

COARSE = 14
WASH = 0.55
"""How much of the frame's colour lies over the coarse picture: the shape of a lesion must not strike the eye."""


def coarse(picture: QPixmap) -> QPixmap:
    """Shrink *picture* to one pixel for fourteen: letters and faces are gone, not only hidden."""
    small = picture.size() / (COARSE * picture.devicePixelRatio())
    aspect, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    shrunk = picture.scaled(small.expandedTo(small.__class__(1, 1)), aspect, smooth)
    shrunk.setDevicePixelRatio(1)
    return shrunk


class _Card(QWidget):
    """The plate that says why nothing can be read."""

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the plate."""
        rect = self.rect().toRectF()
        paint.box(paint.painter_for(self), rect, 12, theme().color("raised"), theme().color("line"))


class Veil(QWidget):
    """Takes the frame's place, so that neither eyes nor screen readers nor keys reach what is below."""

    lifted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        ground(self, "frame")
        self._picture = QPixmap()
        self.place = Place()
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self._card(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def _card(self) -> QWidget:
        card = _Card()
        column = QVBoxLayout(card)
        column.setContentsMargins(36, 28, 36, 28)
        column.setSpacing(8)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Glyph("eye-off", "text_2", 32), 0, middle)
        column.addWidget(Label(say("veil.title"), "heading"), 0, middle)
        column.addWidget(Label(say("veil.detail"), "body", "text_2"), 0, middle)
        self.microphone = Chip("", "microphone", height=28)
        self.microphone.hide()
        column.addSpacing(4)
        column.addWidget(self.microphone, 0, middle)
        column.addSpacing(8)
        row = QHBoxLayout()
        row.addStretch(1)
        self.show_button = Button(say("veil.show"), "secondary", "m", "eye", caps("Ctrl+Shift+B"))
        self.show_button.clicked.connect(self.lifted)
        row.addWidget(self.show_button)
        row.addStretch(1)
        column.addLayout(row)
        return card

    def cover(self, picture: QPixmap) -> None:
        """Take over from what *picture* shows."""
        self._picture = coarse(picture)
        self.place.keep()

    def focus_first(self) -> None:
        """Give the focus to the way back."""
        self.show_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def uncover(self) -> None:
        """Forget the picture."""
        self._picture = QPixmap()
        self.place.give_back()

    def show_meeting(self, running: bool, microphone: bool) -> None:
        """Say that a meeting goes on, and whether it hears this desk."""
        state = "on" if microphone else "off"
        icon = "microphone" if microphone else "microphone-off"
        self.microphone.show_state(say(f"veil.mic_{state}"), icon, "warn" if microphone else "plain")
        self.microphone.setVisible(running)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the coarse picture, enlarged."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self.rect(), self._picture)
        wash = theme().color("frame")
        wash.setAlphaF(WASH)
        painter.fillRect(self.rect(), wash)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Échap shows the window again."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.lifted.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Speak the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self.show_button.keys = caps("Ctrl+Shift+B")
