"""How a pointer looks: an arrow whose tip is the spot, and the name beside it; each member in one of six colours."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPen

from app.ui import paint
from app.ui.theme import theme

COLOURS = ("#6FD3E3", "#F7D77F", "#B9E48C", "#F4A9C6", "#C9B8F8", "#F6B586")
"""Light enough for dark words on them and for a scan below; the name says who, the colour only helps."""
INK = "#06222A"
_ARROW = ((0, 0), (6.6, 20.4), (10.3, 11.5), (19.2, 7.7))
MOST_NAME = 180.0


def paint_pointer(painter: QPainter, tip: QPointF, name: str, slot: int, width: float) -> None:
    """Paint the pointer of *name* at *tip*; the name goes to the left where *width* leaves no room at the right."""
    color, ink = QColor(COLOURS[slot % len(COLOURS)]), QColor(INK)
    arrow = QPainterPath(tip)
    for x, y in _ARROW[1:]:
        arrow.lineTo(tip + QPointF(x, y))
    arrow.closeSubpath()
    painter.setPen(QPen(ink, 1.25, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(color)
    painter.drawPath(arrow)
    if name:
        _paint_name(painter, tip, name, color, ink, width)


def _paint_name(painter: QPainter, tip: QPointF, name: str, color: QColor, ink: QColor, width: float) -> None:
    font, height = theme().font("small_strong"), theme().scaled(22)
    length = min(paint.text_width(name, font), MOST_NAME) + 16
    left = tip.x() + 15 if tip.x() + 15 + length <= width else tip.x() - 6 - length
    rect = QRectF(left, tip.y() + 14, length, height)
    paint.box(painter, rect, 5, color)
    paint.text(painter, rect.adjusted(8, 0, -8, 0), name, font, ink)
