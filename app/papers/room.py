"""Where the pages lie on the scrolled paper: pure geometry in logical pixels. No Qt."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from app.papers.slips import MAX_PIXELS

GAP, SIDE = 12, 16
STEP, LEAST, MOST = 1.25, 0.25, 5.0
FITTED = 0.0
_SHARP = 96 / 72
"""Logical pixels a point at 100 %."""
_LONGEST = 30_000
_NOTCH = 120


class Notches:
    """Counts the notches of a wheel; a touchpad turns it by small parts of one."""

    def __init__(self) -> None:
        self._rest = 0

    def add(self, eighths: int) -> int:
        """Return how many whole notches (15 degrees) came together, below 0 for downwards."""
        self._rest += eighths
        notches = int(self._rest / _NOTCH)
        self._rest -= notches * _NOTCH
        return notches


@dataclass(frozen=True)
class Room:
    """Pages of these sizes (points) in a view of that width; `zoom` 1.0 is 100 %, FITTED the width of the view."""

    sizes: tuple[tuple[float, float], ...]
    width: int
    zoom: float = FITTED
    ratio: float = 1.0

    def scale(self, page: int) -> float:
        """Return logical pixels a point: what was asked for, less where the picture would be too large."""
        width, height = self.sizes[page]
        wanted = self.zoom * _SHARP or max(self.width - 2 * SIDE, 50) / width
        whole = math.sqrt(0.9 * MAX_PIXELS / (width * height)) / self.ratio
        return min(wanted, whole, _LONGEST / max(width, height))

    @cached_property
    def boxes(self) -> tuple[tuple[int, int, int, int], ...]:
        """Left, top, width, height of each page."""
        boxes, top = [], GAP
        for page, (width, height) in enumerate(self.sizes):
            scale = self.scale(page)
            wide, high = max(1, round(width * scale)), max(1, round(height * scale))
            boxes.append((max(SIDE, (self.width - wide) // 2), top, wide, high))
            top += high + GAP
        return tuple(boxes)

    @cached_property
    def _tops(self) -> tuple[int, ...]:
        return tuple(box[1] for box in self.boxes)

    @cached_property
    def extent(self) -> tuple[int, int]:
        """Width and height of everything."""
        last = self.boxes[-1]
        return max(box[2] for box in self.boxes) + 2 * SIDE, last[1] + last[3] + GAP

    def page_at(self, y: int) -> int:
        """Return the page at that height, or the one above the gap there."""
        return max(bisect_right(self._tops, y) - 1, 0)

    def visible(self, top: int, height: int) -> range:
        """Return the pages that show between *top* and *top* + *height*."""
        return range(self.page_at(top), self.page_at(top + height) + 1)

    def point(self, page: int, x: int, y: int) -> tuple[float, float]:
        """Turn a place on the paper into points of *page*."""
        left, top, _width, _height = self.boxes[page]
        scale = self.scale(page)
        return (x - left) / scale, (y - top) / scale

    def percent(self, page: int) -> int:
        """Return how large *page* is shown, 100 being its size on paper."""
        return round(100 * self.scale(page) / _SHARP)

    def zoomed(self, page: int, steps: int) -> float:
        """Return the zoom *steps* nearer (or farther), from what is shown now."""
        return min(max(self.scale(page) / _SHARP * STEP**steps, LEAST), MOST)
