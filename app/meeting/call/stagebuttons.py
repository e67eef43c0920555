"""The small dark buttons of the stage, and its zoom chip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtWidgets import QSizePolicy

from app.ui import paint
from app.ui.buttons import Press
from app.ui.icons import paint_icon
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintEvent

SIDE = 28


class StageButton(Press):
    """An icon on dark ground, 28 px."""

    radius = 6.0

    def __init__(self, words: Words, icon: str, keys: Sequence[str] = ()) -> None:
        self.icon_name = icon
        super().__init__(words, keys)
        self.setFixedSize(SIDE, SIDE)

    def show_icon(self, words: Words, icon: str) -> None:
        """Do another thing, under another icon."""
        self.icon_name = icon
        self.say(words)
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the icon, and its ground under the mouse."""
        painter = paint.painter_for(self)
        lit = self.isEnabled() and (self.underMouse() or self.isDown())
        paint.box(painter, QRectF(self.rect()), self.radius, theme().color("stage_line") if lit else None)
        ink = theme().color("stage_text" if self.isEnabled() else "stage_text_2")
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        paint_icon(painter, self.icon_name, QRectF(5, 5, 18, 18), ink)


class ZoomChip(Press):
    """How large the picture is shown, and that nobody else sees it so; a press changes between all of it and 100 %."""

    radius = 6.0

    def __init__(self) -> None:
        self._private = False
        super().__init__("", ("0",))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_zoom(self, percent: str, *, private: bool) -> None:
        """Show the scale; *private*: other than what all see at first."""
        self._private = private
        self.say(say("stage.zoom_private" if private else "stage.zoom_fit", percent=percent))
        self.speak(say("stage.zoom_private.why" if private else "stage.zoom_fit.why", percent=percent))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for the words."""
        width = paint.text_width(self.name, theme().font("caption")) + 16
        return QSize(int(width), max(SIDE, theme().scaled(24)))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the words, on a lighter ground where the zoom is private."""
        painter = paint.painter_for(self)
        lit = self._private or self.underMouse()
        paint.box(painter, QRectF(self.rect()), self.radius, theme().color("stage_3") if lit else None)
        ink = theme().color("stage_text" if self.isEnabled() else "stage_text_2")
        middle = Qt.AlignmentFlag.AlignHCenter
        paint.text(painter, QRectF(self.rect()), self.name, theme().font("caption"), ink, middle)
