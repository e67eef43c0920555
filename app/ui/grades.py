"""Severity and time: the six grades and the ring of what remains. Digit, shape and colour together, never one alone."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainterPath, QPen, QPolygonF
from PyQt6.QtWidgets import QLabel

from app.ui import paint
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPainter, QPaintEvent

GRADES = range(6)
SHORT_OF_TIME = 0.4
"""Share of the time below which the ring changes colour."""


def paint_grade(painter: QPainter, rect: QRectF, grade: int) -> None:
    """Draw *grade* (0 to 5, CTCAE) in the square *rect*."""
    fill, ink = theme().color(f"g{grade}"), theme().color(f"g{grade}_ink")
    painter.setBrush(fill)
    edge = QColor(ink) if grade in {0, 1, 2} else QColor(fill)
    painter.setPen(QPen(edge, 1.5 if grade < 3 else 1, join=Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(_shape(rect.adjusted(1, 1, -1, -1), grade))
    font = QFont(theme().font("micro_label"))
    font.setPixelSize(max(9, round(rect.height() * 0.6)))
    font.setWeight(QFont.Weight.Bold)
    painter.setFont(font)
    painter.setPen(ink)
    metrics = QFontMetricsF(font)
    below = 0.12 if grade == 3 else 0.0
    middle = rect.center().y() + metrics.tightBoundingRect("0").height() / 2 + rect.height() * below
    painter.drawText(
        QPointF(rect.center().x() - metrics.horizontalAdvance(str(grade)) / 2, middle), str(grade)
    )


def _shape(rect: QRectF, grade: int) -> QPainterPath:
    path = QPainterPath()
    if grade in {0, 1}:
        path.addEllipse(rect)
    elif grade == 2:
        path.addRoundedRect(rect, rect.width() / 5, rect.width() / 5)
    else:
        path.addPolygon(_polygon(rect, grade))
        path.closeSubpath()
    return path


def _polygon(rect: QRectF, grade: int) -> QPolygonF:
    """Return the triangle of 3, the octagon of 4, the square with a cut corner of 5."""
    if grade == 3:
        return QPolygonF([QPointF(rect.center().x(), rect.top()), rect.bottomRight(), rect.bottomLeft()])
    if grade == 4:
        middle, reach = rect.center(), rect.width() / 2 / cos(pi / 8)
        turns = (pi / 8 + place * pi / 4 for place in range(8))
        return QPolygonF([middle + QPointF(reach * cos(turn), reach * sin(turn)) for turn in turns])
    cut = rect.width() / 3.5
    corner = [QPointF(rect.right() - cut, rect.top()), QPointF(rect.right(), rect.top() + cut)]
    return QPolygonF([rect.topLeft(), *corner, rect.bottomRight(), rect.bottomLeft()])


def paint_ring(painter: QPainter, rect: QRectF, left: float) -> None:
    """Draw how much time is *left*: 1 all of it, 0 and less none (a full ring in the colour of danger)."""
    width = max(2.5, rect.width() / 8)
    inner = rect.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    tone = "danger" if left <= 0 else "g3" if left <= SHORT_OF_TIME else "accent"
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme().color("line"), width))
    painter.drawEllipse(inner)
    painter.setPen(QPen(theme().color(tone), width, cap=Qt.PenCapStyle.FlatCap))
    span = 1.0 if left <= 0 else min(left, 1.0)
    painter.drawArc(inner, 90 * 16, -round(span * 360 * 16))


class GradeLabel(QLabel):
    """One grade; its name is read out."""

    def __init__(self, grade: int, side: int = 24) -> None:
        super().__init__()
        self._grade = grade
        self.setFixedSize(side, side)
        self.show_grade(grade)

    def show_grade(self, grade: int) -> None:
        """Show another grade."""
        self._grade = grade
        name = str(say("kit.grade", n=grade, name=say(f"kit.grade.{grade}")))
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the glyph."""
        paint_grade(paint.painter_for(self), QRectF(self.rect()), self._grade)


class Ring(QLabel):
    """The ring of what remains; the words beside it say the same."""

    def __init__(self, left: float, side: int = 28) -> None:
        super().__init__()
        self._left = left
        self.setFixedSize(side, side)

    def show_left(self, left: float) -> None:
        """Show another share of the time."""
        self._left = left
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ring."""
        paint_ring(paint.painter_for(self), QRectF(self.rect()), self._left)
