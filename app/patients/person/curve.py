"""One analyte over time: line, points, reference band. The table beside says the same to who cannot see it."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt
from PyQt6.QtGui import QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.i18n import fmt_number, tr
from app.patients.person.part import write
from app.patients.person.values import bounds, summary
from app.ui import paint
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtGui import QHelpEvent, QPainter, QPaintEvent

    from app.patients.person.values import Series, ValueLine
    from app.times import Site

LEFT_EDGE, RIGHT_EDGE, TOP, BOTTOM = 56, 92, 18, 30
DOT = 8.0
MOST_LABELS, MOST_DISCS = 6, 120
_HALF = DOT / 2 + 1


def _shape(*corners: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x * _HALF, y * _HALF) for x, y in corners])


_SHAPES = {"↑": _shape((0, -1), (1, 1), (-1, 1)), "↓": _shape((0, 1), (1, -1), (-1, -1))}
_SQUARE = _shape((-1, -1), (1, -1), (1, 1), (-1, 1))
"""Marks of flagged values: up, down, any other."""


class Curve(QWidget):
    """Read out as one sentence; the tooltip tells the nearest value."""

    def __init__(self) -> None:
        super().__init__()
        self._series: Series | None = None
        self._site: Site | None = None
        self._span = (0, 1)
        self._range = (0.0, 1.0)
        self.setMinimumHeight(150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_series(self, series: Series | None, site: Site) -> None:
        """Show the numbers of *series*; None shows nothing."""
        self._series = series if series is not None and series.points else None
        self._site = site
        if self._series is not None:
            self._span = (self._series.points[0][0], self._series.points[-1][0])
            self._range = _range(self._series)
        self.setAccessibleName(summary(self._series, site) if self._series is not None else "")
        self.update()

    def _place(self, at_ms: int, value: float) -> QPointF:
        start, end = self._span
        low, high = self._range
        wide = self.width() - _edge(LEFT_EDGE) - _edge(RIGHT_EDGE)
        x = _edge(LEFT_EDGE) + (wide * (at_ms - start) / (end - start) if end > start else wide / 2)
        y = TOP + (self.height() - TOP - _edge(BOTTOM)) * (1 - (value - low) / (high - low))
        return QPointF(x, y)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint scale, band, line, points and the newest value at the end."""
        if self._series is None or self._site is None:
            return
        painter = paint.painter_for(self)
        self._paint_band(painter, self._series)
        self._paint_scale(painter)
        self._paint_days(painter, self._series, self._site)
        points = [self._place(at, value) for at, value, _ in self._series.points]
        painter.setPen(QPen(theme().color("accent"), 2))
        painter.drawPolyline(QPolygonF(points))
        _paint_points(painter, points, [line for *_, line in self._series.points])
        end = QRectF(points[-1].x() + 10, points[-1].y() - 12, _edge(RIGHT_EDGE) - 12, 24)
        write(painter, end, self._series.points[-1][2].value, "small_strong", "accent_text")

    def _paint_band(self, painter: QPainter, series: Series) -> None:
        low, high = bounds(series.lines[0].observation.range)
        if low is None and high is None:
            return
        bottom, top = self._range
        first, last = (
            max(low if low is not None else bottom, bottom),
            min(high if high is not None else top, top),
        )
        if last <= first:
            return
        y1, y2 = self._place(self._span[0], last).y(), self._place(self._span[0], first).y()
        band = QRectF(_edge(LEFT_EDGE), y1, self.width() - _edge(LEFT_EDGE) - _edge(RIGHT_EDGE), y2 - y1)
        painter.fillRect(band, theme().color("ok_soft"))
        words = tr("person.curve.range", range=series.lines[0].range)
        write(painter, QRectF(band.x() + 8, band.y() + 2, band.width() - 16, 18), words, "caption", "ok")

    def _paint_scale(self, painter: QPainter) -> None:
        low, high = self._range
        step = _step(high - low)
        value = floor(low / step + 1) * step
        decimals = max(0, -floor(log10(step)))
        while value < high:
            y = self._place(self._span[0], value).y()
            painter.fillRect(
                QRectF(_edge(LEFT_EDGE), y, self.width() - _edge(LEFT_EDGE) - _edge(RIGHT_EDGE), 1),
                theme().color("line"),
            )
            box = QRectF(0, y - 10, _edge(LEFT_EDGE) - 8, 20)
            write(
                painter,
                box,
                fmt_number(value, decimals),
                "caption",
                "text_2",
                align=Qt.AlignmentFlag.AlignRight,
            )
            value += step

    def _paint_days(self, painter: QPainter, series: Series, site: Site) -> None:
        """Write the newest and the oldest day, and between them as many as there is room for."""
        newest, *others = reversed(series.points)
        taken: list[tuple[float, float]] = []
        for at_ms, value, _ in (newest, *others[-1:], *others[:-1]):
            words = site.short_day(at_ms, self._span[1])
            wide = paint.text_width(words, theme().font("caption"))
            left = self._place(at_ms, value).x() - wide / 2
            if all(left + wide + 12 <= a or b + 12 <= left for a, b in taken):
                taken.append((left, left + wide))
                box = QRectF(left, self.height() - _edge(BOTTOM) + 6, wide + 2, theme().scaled(18))
                write(painter, box, words, "caption", "text_2")

    def nearest(self, place: QPointF) -> ValueLine | None:
        """Return the value whose point is nearest to *place*, None beyond 24 pixels."""
        if self._series is None:
            return None
        near = [
            ((self._place(at, value) - place).manhattanLength(), line)
            for at, value, line in self._series.points
        ]
        distance, line = min(near, key=lambda pair: pair[0])
        return line if distance <= 24 else None

    def event(self, event: QEvent | None) -> bool:
        """Tell the value under the pointer."""
        if event is None or event.type() != QEvent.Type.ToolTip or self._site is None:
            return super().event(event)
        asked: QHelpEvent = event  # type: ignore[assignment]  # what a ToolTip event is
        line = self.nearest(QPointF(asked.pos()))
        words = f"{self._site.moment(line.at_ms)}\n{line.value}" if line is not None else ""
        QToolTip.showText(asked.globalPos(), words, self)
        return True


def _paint_points(painter: QPainter, places: list[QPointF], lines: list[ValueLine]) -> None:
    """Paint discs where there is room for them; a flagged value always has a triangle in the direction of its flag, or a square."""
    color = theme().color
    painter.setPen(QPen(color("surface"), 1.5))
    painter.setBrush(color("accent"))
    flagged: dict[str, list[tuple[QPointF, str]]] = {}
    for place, line in zip(places, lines, strict=True):
        if line.flag is not None:
            flagged.setdefault(line.flag[1], []).append((place, line.flag[0][0]))
        elif len(places) <= MOST_DISCS:
            painter.drawEllipse(place, DOT / 2, DOT / 2)
    for tone, marks in flagged.items():
        painter.setBrush(color(tone if tone in {"warn", "danger"} else "accent"))
        for place, glyph in marks:
            painter.drawPolygon(_SHAPES.get(glyph, _SQUARE).translated(place))


def _edge(pixels: int) -> float:
    """Return room for words, which grows with them."""
    return float(theme().scaled(pixels))


def _range(series: Series) -> tuple[float, float]:
    """Return lowest and highest of the scale: all values and the reference range, with air around."""
    held = [value for _, value, _ in series.points]
    held += [one for one in bounds(series.lines[0].observation.range) if one is not None]
    low, high = min(held), max(held)
    air = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    return low - air, high + air


def _step(span: float) -> float:
    """Return a round step of 1, 2 or 5 that gives at most `MOST_LABELS` lines."""
    power = 10.0 ** floor(log10(span / MOST_LABELS))
    return next((power * unit for unit in (1, 2, 5) if span / (power * unit) <= MOST_LABELS), power * 10)
