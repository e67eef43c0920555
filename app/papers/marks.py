"""What is marked on pages: text that was selected, places that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor

if TYPE_CHECKING:
    from PyQt6.QtGui import QPainter

    from app.papers.room import Room
    from app.papers.slips import Box, Found, Text

_IN_FRONT, _FOUND, _SELECTED = QColor(240, 140, 0, 130), QColor(255, 214, 0, 90), QColor(10, 108, 241, 70)


class Marks:
    """`selected`: the page and its text; `hit`: the page and the place of the find in front."""

    def __init__(self) -> None:
        self.selected: tuple[int, Text] | None = None
        self.hit: tuple[int, int] = (-1, -1)
        self._hits: dict[int, tuple[tuple[Box, ...], ...]] = {}

    def add(self, found: Found) -> None:
        """Add what was found on a page."""
        self._hits[found.on] = found.hits

    def forget_hits(self) -> None:
        """Mark no finds any more."""
        self._hits, self.hit = {}, (-1, -1)

    def show_hit(self, page: int, place: int) -> float:
        """Bring a find to the front; return how far down the page it stands, in points."""
        self.hit = (page, place)
        boxes = self._hits.get(page, ())
        return boxes[place][0][1] if place < len(boxes) and boxes[place] else 0.0

    def paint(self, painter: QPainter, room: Room, page: int) -> None:
        """Paint the marks of a page."""
        for place, boxes in enumerate(self._hits.get(page, ())):
            _shade(painter, room, page, boxes, _IN_FRONT if self.hit == (page, place) else _FOUND)
        if self.selected is not None and self.selected[0] == page:
            _shade(painter, room, page, self.selected[1].boxes, _SELECTED)


def _shade(painter: QPainter, room: Room, page: int, boxes: tuple[Box, ...], color: QColor) -> None:
    left, top, _width, _height = room.boxes[page]
    scale = room.scale(page)
    for x, y, width, height in boxes:
        painter.fillRect(QRectF(left + x * scale, top + y * scale, width * scale, height * scale), color)
