"""The arena of the screenshots: the demo hospital's portraits, drawn in the size that a tile asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from PyQt6.QtCore import QByteArray, QRectF, Qt
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtSvg import QSvgRenderer

from app.meeting.view import OWN_PREVIEW, SCREEN_STREAM
from resources.demo.people import CAST, ME
from resources.demo.portraits import ct_image, portrait_svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.engine import messages as m


@dataclass(frozen=True)
class Still:
    """One picture."""

    view: memoryview
    width: int
    height: int
    stride: int
    source: tuple[int, int]
    number: int = 2


class StillArena:
    """Draws the portrait of whoever was asked for."""

    def __init__(self) -> None:
        self._pictures: dict[int, Still] = {}

    def read(self, index: int, /) -> Still | None:
        """Return the picture of a box."""
        return self._pictures.get(index)

    def still_valid(self, _picture: object, /) -> bool:
        """Nothing is ever overwritten."""
        return True

    def wipe(self) -> None:
        """Forget what was drawn."""
        self._pictures = {}

    def draw(self, tiles: Sequence[m.Tile]) -> None:
        """Draw what the wall asks for, as the engine would scale it."""
        self._pictures = {t.index: _draw(_subject(t), t.width, t.height, t.fit, t.whole) for t in tiles}


def _subject(tile: m.Tile) -> str:
    person = ME if tile.slot in {OWN_PREVIEW, 0} else CAST[(tile.slot - 1) % len(CAST)]
    return "" if tile.stream == SCREEN_STREAM else person.key


@lru_cache(maxsize=400)
def _draw(key: str, wide: int, high: int, fit: bool, whole: bool) -> Still:
    svg = portrait_svg(key) if key else ct_image()
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    natural = renderer.defaultSize()
    if whole:
        natural = natural.scaled(1920, 1080, Qt.AspectRatioMode.KeepAspectRatio)
    scales = wide / natural.width(), high / natural.height()
    scale = min(*scales, 1.0) if whole else min(scales) if fit else max(scales)
    width, height = natural.width() * scale, natural.height() * scale
    size = (round(width), round(height)) if fit or whole else (wide, high)
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter, QRectF((size[0] - width) / 2, (size[1] - height) / 2, width, height))
    painter.end()
    bits = image.constBits()
    assert bits is not None
    data = bits.asstring(image.sizeInBytes())
    source = natural.width(), natural.height()
    return Still(memoryview(data), image.width(), image.height(), image.bytesPerLine(), source)
