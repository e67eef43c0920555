"""Pieces of the frame: a section's button in the rail, the sheet with round corners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QPainterPath, QPen
from PyQt6.QtWidgets import QFrame, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.ui import paint
from app.ui.buttons import Press
from app.ui.icons import paint_icon
from app.ui.marks import badge_text, badge_width, paint_badge
from app.ui.theme import theme
from app.ui.words import says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintEvent, QResizeEvent

    from app.ui.words import Words

CORNER = 12
CENTRED = 1640
"""Width beyond which a page is centred."""


class NavButton(Press):
    """A section in the rail: icon over name, 76 x 58; a dot says that something runs there, a number how many things wait."""

    radius = 8.0

    def __init__(self, words: Words, icon: str, keys: Sequence[str]) -> None:
        super().__init__(words, keys)
        self._icon = icon
        self._dot, self._count, self._tone = False, 0, "accent"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """76 x 58, more where larger text needs it."""
        width = paint.text_width(self.name, theme().font("micro_label")) + 6
        return QSize(max(76, int(width)), 40 + theme().scaled(18))

    def show_dot(self, dot: bool) -> None:
        """Show or hide the dot."""
        if dot != self._dot:
            self._dot = dot
            self.update()

    def show_count(self, count: int, tone: str = "accent") -> None:
        """Show how many things wait, nothing for none; a screen reader hears it with the name. *tone*: danger where they cannot wait."""
        if (count, tone) != (self._count, self._tone):
            self._count, self._tone = count, tone
            self.speak(says("window.waiting", count, name=self.name) if count else "")
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint ground, icon, name, dot or number."""
        painter = paint.painter_for(self)
        color = theme().color
        on = self.isChecked()
        if on or self.underMouse():
            paint.box(painter, QRectF(self.rect()), 8, color("surface" if on else "hover"))
        ink = color("accent_text" if on else "text_2")
        middle = self.width() / 2
        paint_icon(painter, self._icon, QRectF(middle - 11, 9, 22, 22), ink)
        font = theme().font("micro_label" if on else "caption")
        words = QRectF(1, 33, self.width() - 2, self.height() - 41)
        paint.text(painter, words, self.name, font, ink, Qt.AlignmentFlag.AlignHCenter)
        if self._dot:
            paint.box(painter, QRectF(middle + 8, 7, 10, 10), 5, color("danger_fill"))
        elif self._count:
            number, high = badge_text(self._count), theme().scaled(18)
            place = QRectF(middle + 7 + (high - 18) / 2, 2, badge_width(number), high)  # beside the icon
            paint_badge(painter, place, number, self._tone)


class _Corner(QWidget):
    """Rounds one corner of the sheet over whatever page lies below."""

    def __init__(self, parent: QWidget, angle: int) -> None:
        super().__init__(parent)
        self._angle = angle
        self.setFixedSize(CORNER, CORNER)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the frame outside the arc, then the hairline."""
        painter = paint.painter_for(self)
        painter.translate(QPointF(CORNER / 2, CORNER / 2))
        painter.rotate(self._angle)
        painter.translate(QPointF(-CORNER / 2, -CORNER / 2))
        arc = QPainterPath(QPointF(0, 0))
        arc.lineTo(0, CORNER)
        arc.arcTo(QRectF(0, 0, 2 * CORNER, 2 * CORNER), 180, -90)
        arc.closeSubpath()
        painter.fillPath(arc, theme().color("frame"))
        painter.setPen(QPen(theme().color("line"), 1))
        painter.drawArc(QRectF(0.5, 0.5, 2 * CORNER - 1, 2 * CORNER - 1), 90 * 16, 90 * 16)


class Sheet(QFrame):
    """Where the pages lie: a surface with a hairline and round corners."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = QStackedWidget()
        self._edge, self._wide = 1, False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 1, 1, 1)
        self._column.addWidget(self.stack)
        self._corners = [_Corner(self, angle) for angle in (0, 90, 180, 270)]

    def round_corners(self, yes: bool) -> None:
        """Have round corners and a hairline, or reach the edges of the screen."""
        for corner in self._corners:
            corner.setVisible(yes)
        self._edge = 1 if yes else 0
        self._fit()

    def let_wide(self, yes: bool) -> None:
        """Give the page all the width, or centre it where there is more than is good to read."""
        self._wide = yes
        self._fit()

    def _fit(self) -> None:
        spare = 0 if self._wide else max(0, (self.width() - CENTRED) // 2)
        side = max(self._edge, spare)
        self._column.setContentsMargins(side, self._edge, side, self._edge)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Keep the corners in the corners, and the page in the middle."""
        super().resizeEvent(event)
        self._fit()
        right, low = self.width() - CORNER, self.height() - CORNER
        for corner, place in zip(self._corners, ((0, 0), (right, 0), (right, low), (0, low)), strict=True):
            corner.move(*place)
            corner.raise_()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the hairline, and the ground of the pages."""
        painter, surface = paint.painter_for(self), theme().color("surface")
        paint.box(painter, QRectF(self.rect()), CORNER, surface, theme().color("line"))
        painter.fillRect(self.stack.geometry(), surface)
