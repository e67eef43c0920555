"""Pages as the press drew them, kept while there is room, and painted; a page that could not be drawn says so."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter

from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from app.papers.slips import Drawn

KEPT = 60_000_000
"""Pixels of pages that are kept after they were shown."""


class _Picture:
    """A page as the press drew it; the image stands on the bytes, which are not copied."""

    def __init__(self, drawn: Drawn) -> None:
        self._pixels = drawn.pixels
        self.width, self.height = drawn.width, drawn.height
        self.image = QImage(self._pixels, self.width, self.height, 4 * self.width, QImage.Format.Format_RGB32)


class Pictures:
    """`kept`: page -> its picture; `failed`: page -> why it has none."""

    def __init__(self) -> None:
        self.kept: OrderedDict[int, _Picture] = OrderedDict()
        self.failed: dict[int, str] = {}

    def clear(self) -> None:
        """Forget everything."""
        self.kept.clear()
        self.failed.clear()

    def stale(self, page: int, pixels: int) -> bool:
        """Tell whether a page is still to be drawn, *pixels* wide."""
        picture = self.kept.get(page)
        return page not in self.failed and (picture is None or picture.width != pixels)

    def keep(self, drawn: Drawn, seen: range) -> None:
        """Keep a picture, and of the others the last ones, by their pixels; those in sight stay."""
        self.kept[drawn.page] = _Picture(drawn)
        self.kept.move_to_end(drawn.page)
        held = sum(picture.width * picture.height for picture in self.kept.values())
        for page in [page for page in self.kept if page not in seen]:
            if held <= KEPT:
                return
            picture = self.kept.pop(page)
            held -= picture.width * picture.height

    def paint(self, painter: QPainter, page: int, rect: QRectF, pixels: int, ratio: float) -> None:
        """Paint a page into *rect*, which is *pixels* wide on the display."""
        painter.fillRect(rect, QColor("#FFFFFF"))
        picture = self.kept.get(page)
        if picture is not None and picture.width == pixels:
            picture.image.setDevicePixelRatio(ratio)
            painter.drawImage(rect.topLeft(), picture.image)
        elif picture is not None:
            painter.drawImage(rect, picture.image)
        elif page in self.failed:
            words = str(say(f"papers.trouble.{self.failed[page]}"))
            painter.setPen(QColor("#8C1220"))
            painter.setFont(theme().font("body"))
            painter.drawText(rect.adjusted(16, 16, -16, -16), Qt.TextFlag.TextWordWrap, words)
        painter.setPen(theme().color("line"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)
