"""Rows of a list as they were painted: a row that did not change is copied to the screen, neither laid out nor drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF
from PyQt6.QtGui import QPainter, QPalette, QPixmap

from app.i18n import language
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtCore import QRect
    from PyQt6.QtGui import QColor
    from PyQt6.QtWidgets import QAbstractItemView

    Paint = Callable[[QPainter, QRectF], None]
    Odd = tuple[int, int, int, int]
    Kept = tuple[tuple[object, ...], QPixmap]

MOST = 4_000_000
"""Pixels kept of one list: some screens full."""


class Pictures:
    """Pictures of a list's rows by the key of their line. What stands in a row is in them: they go with the list.

    A half of a pixel goes to the even side: rows at odd places are painted apart, so that a copy is what painting there gives.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        self._view = view
        self._shift = QPoint()
        self._kept: dict[tuple[str, Odd], Kept] = {}
        self._pixels = 0

    def draw(self, painter: QPainter, rect: QRect, key: str, state: tuple[object, ...], paint: Paint) -> None:
        """Draw a row into *rect*: as it was painted where *state*, on which it depends, is the same; else by *paint*.

        Where a pixel of the window is no whole number of the display's it is painted each time: a copy would be blurred.
        """
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        if ratio % 1:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint(painter, QRectF(rect))
            painter.restore()
            return
        self._shift = painter.deviceTransform().map(rect.topLeft()) - rect.topLeft() * ratio
        picture, place = self._of(key, rect, ratio, state, paint)
        painter.drawPixmap(QRectF(rect), picture, QRectF(QPointF(place), QSizeF(rect.size() * ratio)))

    def prepare(self, rect: QRect, key: str, state: tuple[object, ...], paint: Paint) -> None:
        """Paint a row that will be shown in *rect* soon."""
        ratio = self._view.devicePixelRatioF()
        if not ratio % 1:
            self._of(key, rect, ratio, state, paint)

    def keep(self, keys: set[str]) -> None:
        """Forget the rows that are not shown any more."""
        self._kept = {name: held for name, held in self._kept.items() if name[0] in keys}
        self._pixels = sum(map(_pixels, self._kept.values()))

    def _of(
        self, key: str, rect: QRect, ratio: float, state: tuple[object, ...], paint: Paint
    ) -> tuple[QPixmap, QPoint]:
        """Return the picture of a row, and where in it the row begins."""
        corner = rect.topLeft() * ratio + self._shift
        place = QPoint(corner.x() % 2, corner.y() % 2)
        name = key, (rect.x() % 2, rect.y() % 2, place.x(), place.y())
        ground = self._view.palette().color(QPalette.ColorRole.Base)
        whole = (*state, rect.size(), ratio, ground, theme().sheet, language())
        held = self._kept.pop(name, None)
        if held is None or held[0] != whole:
            self._pixels -= _pixels(held)
            held = whole, _painted(rect, ratio, place, ground, paint)
            self._pixels += _pixels(held)
        self._kept[name] = held  # the last one drawn goes last
        while self._pixels > MOST and len(self._kept) > 1:
            self._pixels -= _pixels(self._kept.pop(next(iter(self._kept))))
        return held[1], place


def _painted(rect: QRect, ratio: float, place: QPoint, ground: QColor, paint: Paint) -> QPixmap:
    picture = QPixmap(rect.size() * ratio + QSize(1, 1))
    picture.setDevicePixelRatio(ratio)
    picture.fill(ground)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(QPointF(place) / ratio - QPointF(rect.topLeft()))
    paint(painter, QRectF(rect))
    painter.end()
    return picture


def _pixels(kept: Kept | None) -> int:
    return kept[1].width() * kept[1].height() if kept is not None else 0
