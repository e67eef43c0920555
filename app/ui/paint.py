"""Small drawing helpers that every painted control shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintDevice

KEY_GAP = 5.0
_BETWEEN = (" · ", ", ")


def painter_for(device: QPaintDevice) -> QPainter:
    """Begin painting with smooth edges."""
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def box(
    painter: QPainter, rect: QRectF, radius: float, fill: QColor | None, line: QColor | None = None
) -> None:
    """Fill a rounded box and draw its hairline inside *rect*, on whole pixels of the display."""
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.setPen(Qt.PenStyle.NoPen)
    if line is not None:
        rect, width = snapped(painter, rect)
        painter.setPen(QPen(line, width))
        rect = rect.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.drawRoundedRect(rect, radius, radius)


def snapped(painter: QPainter, rect: QRectF) -> tuple[QRectF, float]:
    """Return *rect* with its edges on whole pixels of the display, and the width of a hairline of whole pixels.

    At 125 % a line of one logical pixel would lie across two of the display, and look grey.
    """
    to_device = painter.deviceTransform()
    ratio = to_device.m11()
    back, invertible = to_device.inverted()
    if to_device.isRotating() or not invertible or ratio <= 0:
        return rect, 1.0
    device = to_device.mapRect(rect)
    left, top = round(device.left()), round(device.top())
    whole = QRectF(left, top, round(device.right()) - left, round(device.bottom()) - top)
    return back.mapRect(whole), max(1, round(ratio)) / ratio


def text(
    painter: QPainter,
    rect: QRectF,
    words: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Draw one line, centred in height, ellipsised where *rect* is too narrow."""
    metrics = QFontMetricsF(font)
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width() + 1)
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(rect, int(align | Qt.AlignmentFlag.AlignVCenter), shown)


def wrapped(painter: QPainter, rect: QRectF, words: str, font: QFont, color: QColor) -> None:
    """Draw words on as many lines as they need in *rect*, centred in its height."""
    painter.setFont(font)
    painter.setPen(color)
    align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(rect, int(align | Qt.TextFlag.TextWordWrap), words)


def whole_parts(words: str, font: QFont, width: float) -> str:
    """Return as many parts of *words*, from the first, as fit whole: half a part tells nothing. One stays in any case."""
    while text_width(words, font) > width:
        end = max(words.rfind(sign) for sign in _BETWEEN)
        if end < 1:
            break
        words = words[:end]
    return words


def text_width(words: str, font: QFont) -> float:
    """Return the width of one line, rounded up."""
    return float(-(-QFontMetricsF(font).horizontalAdvance(words) // 1))


def keys_width(keys: Sequence[str]) -> float:
    """Return the width of key hints side by side."""
    return sum(_key_width(key) for key in keys) + KEY_GAP * max(len(keys) - 1, 0)


def keys(
    painter: QPainter, left: QPointF, names: Sequence[str], color: QColor, fill: QColor | None = None
) -> None:
    """Draw key hints from *left*, the middle of their left edge."""
    x = left.x()
    height = theme().scaled(20)
    for name in names:
        rect = QRectF(x, left.y() - height / 2, _key_width(name), height)
        line = QColor(color)
        line.setAlphaF(color.alphaF() * (0.75 if fill is None else 0.35))
        box(painter, rect, 4, fill, line)
        text(painter, rect, name, theme().font("caption"), color, Qt.AlignmentFlag.AlignHCenter)
        x += rect.width() + KEY_GAP


def _key_width(name: str) -> float:
    return max(text_width(name, theme().font("caption")) + 12, theme().scaled(20))
