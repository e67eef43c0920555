"""Where the pictures go: pure geometry in logical pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

GAP = 8
STRIP_TILE_WIDTH = 172
STRIP_MAX_ROWS = 2
STRIP_SHARE = 1 / 3
"""How much of the height the tiles under a picture take at most, as long as names stay readable on them."""
STRIP_LEAST = 64
HEADER = 34
PAGE_SIZE = 24


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


def columns(n: int) -> int:
    """Return the columns of a gallery of *n*: ceil(sqrt(1.5 n)); four people sit two by two, not three and one."""
    return 2 if n == 4 else max(1, math.ceil(math.sqrt(n * 1.5)))


def grid(n: int, area: Box, wide: int = 0) -> list[Box]:
    """Return *n* equal boxes that fill *area* in `wide` (or the gallery's) columns, the last row centred."""
    if n <= 0:
        return []
    wide = min(wide or columns(n), n)
    high = math.ceil(n / wide)
    width = (area.width - GAP * (wide - 1)) / wide
    height = (area.height - GAP * (high - 1)) / high
    boxes = []
    for i in range(n):
        row, column = divmod(i, wide)
        short = wide - (n - row * wide) if row == high - 1 else 0
        shift = short * (width + GAP) / 2
        boxes.append(
            Box(area.x + column * (width + GAP) + shift, area.y + row * (height + GAP), width, height)
        )
    return boxes


def gallery(n: int, area: Box) -> list[Box]:
    """Return the boxes of a gallery, never wider than 16:9 so that few people do not get a ribbon."""
    boxes = grid(n, area)
    if not boxes:
        return []
    wide = min(columns(n), n)
    most = boxes[0].height * 16 / 9
    if boxes[0].width <= most:
        return boxes
    width = most * wide + GAP * (wide - 1)
    return grid(n, Box(area.x + (area.width - width) / 2, area.y, width, area.height), wide)


@dataclass(frozen=True)
class StagePlan:
    """A large picture, where there is one, with a strip of tiles under it; `shown` of the tiles fit on a page."""

    stage: Box
    strip: list[Box]
    shown: int


def stage_plan(n: int, area: Box) -> StagePlan:
    """Return the plan for one large picture and *n* tiles: at most two rows of about 172 px, two thirds to the picture."""
    wide = max(1, int((area.width + GAP) // (STRIP_TILE_WIDTH - 8 + GAP)))
    shown = min(n, wide * STRIP_MAX_ROWS)
    if not shown:
        return StagePlan(area, [], 0)
    rows = math.ceil(shown / wide)
    per_row = math.ceil(shown / rows)
    width = min((area.width - GAP * (per_row - 1)) / per_row, 1.35 * STRIP_TILE_WIDTH)
    most = (area.height * STRIP_SHARE - GAP * rows) / rows
    tile_height = min(width * 9 / 16, max(most, STRIP_LEAST))
    width = tile_height * 16 / 9
    height = rows * tile_height + GAP * (rows - 1)
    stage = Box(area.x, area.y, area.width, area.height - height - GAP)
    strip_width = per_row * width + GAP * (per_row - 1)
    strip = Box(area.x + (area.width - strip_width) / 2, stage.y + stage.height + GAP, strip_width, height)
    return StagePlan(stage, grid(shown, strip, per_row), shown)


def gallery_plan(n: int, area: Box) -> StagePlan:
    """Return the plan of a page of a gallery: with more pages than one each has the tiles of a full one."""
    shown = min(n, PAGE_SIZE)
    return StagePlan(area, gallery(shown, area), shown)
