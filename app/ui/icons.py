"""Tabler icons drawn in any colour, cached by name, size, colour and pixel ratio."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from PyQt6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtSvg import QSvgRenderer

from app.ui.theme import RESOURCES, theme

_WIDTH = re.compile(r'stroke-width="[\d.]+"')


@cache
def _source(name: str) -> str:
    """Read an icon at the design's stroke; `name` may be `filled/…`."""
    folder = "" if name.startswith("filled/") else "outline/"
    text = (RESOURCES / "icons" / f"{folder}{name}.svg").read_text(encoding="utf-8")
    return _WIDTH.sub('stroke-width="1.75"', text)


@lru_cache(maxsize=512)
def _pixmap(name: str, size: int, color: str, ratio: float) -> QPixmap:
    side = max(1, round(size * ratio))
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Draw icon *name* centred in *rect*, as large as fits a square."""
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    side = int(min(rect.width(), rect.height()))
    corner = rect.center() - QPointF(side / 2, side / 2)
    snapped = QPointF(round(corner.x() * ratio) / ratio, round(corner.y() * ratio) / ratio)
    painter.drawPixmap(snapped, _pixmap(name, side, color.name(), ratio))


def icon(name: str, tone: str = "text_2", size: int = 20) -> QIcon:
    """Return a QIcon in today's colours, for controls of Qt's own that take nothing else."""
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(_pixmap(name, size, theme().color(tone).name(), ratio))
    made.actualSize(QSize(size, size))
    return made
