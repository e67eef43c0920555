"""Pictures from SVG by Qt, in a process of its own without a display. Only the studio imports this."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from PyQt6.QtCore import QByteArray
from PyQt6.QtGui import QGuiApplication, QImage, QPainter
from PyQt6.QtSvg import QSvgRenderer

from resources.demo import portraits
from resources.demo.rooms import document

if TYPE_CHECKING:
    from pathlib import Path


def begin() -> QGuiApplication:
    """Start Qt without a display; keep what is returned for as long as pictures are drawn."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return QGuiApplication(sys.argv[:1])


def draw(svg: str, image: QImage) -> QImage:
    """Draw the document *svg* over the whole of *image* and return it."""
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    return image


def pixels(image: QImage) -> bytes:
    """Return the BGRA bytes of a 32-bit *image* whose rows have no padding."""
    bits = image.constBits()
    if bits is None:
        raise MemoryError("no room for a picture")
    return bits.asstring(image.sizeInBytes())


def still(svg: str, width: int, height: int) -> bytes:
    """Return the document *svg* as BGRA bytes of *width* x *height* pixels."""
    return pixels(draw(svg, QImage(width, height, QImage.Format.Format_RGB32)))


def save(svg: str, path: Path) -> None:
    """Write the document *svg* as a PNG file in its own size; OSError when it cannot be written."""
    size = QSvgRenderer(QByteArray(svg.encode())).defaultSize()
    if not draw(svg, QImage(size, QImage.Format.Format_RGB32)).save(str(path), "PNG"):
        raise OSError("picture not written")


class Sitter:
    """One person before one camera of *width* x *height* pixels: the wall is drawn once, the figure for each pose."""

    def __init__(self, key: str, width: int, height: int) -> None:
        self._key = key
        size = (width, height, QImage.Format.Format_ARGB32_Premultiplied)
        self._back = draw(
            document(portraits.backdrop(key)), QImage(width, height, QImage.Format.Format_RGB32)
        )
        self._front = QImage(*size)
        self._front.fill(0)
        draw(document(portraits.foreground(key)), self._front)

    def pose(self, mouth: float, blink: float, sway: float) -> bytes:
        """Return the picture of a pose as BGRA bytes; arguments as in `portraits.moving`."""
        image = draw(
            document(portraits.moving(self._key, mouth=mouth, blink=blink, sway=sway)), self._back.copy()
        )
        painter = QPainter(image)
        painter.drawImage(0, 0, self._front)
        painter.end()
        return pixels(image)
