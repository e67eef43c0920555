"""Symptoms over weeks as curves: each by colour, dash and marker, named at its end; heat map and table say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.i18n import tr
from app.ui import paint
from app.ui.theme import theme
from app.ui.weekly import Symptoms, summary
from storage.monitoring.records import SEVERE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QHelpEvent, QPainter, QPaintEvent

    from app.ui.weekly import SymptomRow


MOST = 5
"""Curves at once: more cannot be told apart."""
HIGH, LEFT, RIGHT, TOP, BOTTOM = 230, 34, 130, 14, 28
NEAR = 24
DOT = 4.5
_HIGHEST = 4


@dataclass(frozen=True)
class _Style:
    tone: str
    dash: tuple[float, ...]
    corners: tuple[tuple[float, float], ...]
    filled: bool = True


_STYLES = (
    _Style("accent", (), ()),
    _Style("ext", (5, 3), ((-1, -1), (1, -1), (1, 1), (-1, 1)), filled=False),
    _Style("warn", (1.5, 2.5), ((0, -1.2), (1.2, 1), (-1.2, 1))),
    _Style("info", (7, 3, 1.5, 3), ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)), filled=False),
    _Style("ok", (3, 2), ((0, 1.2), (1.2, -1), (-1.2, -1))),
)


def drawn(shown: Symptoms) -> tuple[SymptomRow, ...]:
    """Return the rows that get a curve: the highest now, and of these the highest ever; absent ones only where there is room."""
    ordered = sorted(shown.rows, key=lambda one: (-one.grades[-1], -max(one.told, default=-1)))
    return tuple(one for one in ordered if one.told)[:MOST]


class TrendChart(QWidget):
    """Read out as one sentence; the tooltip tells the nearest point."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = Symptoms()
        self._rows: tuple[SymptomRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_symptoms(self, shown: Symptoms) -> None:
        """Show the worst of *shown*."""
        self._shown, self._rows = shown, drawn(shown)
        self.setAccessibleName(summary(shown))
        self.update()

    @property
    def left_out(self) -> int:
        """How many symptoms have no curve."""
        return len(self._shown.rows) - len(self._rows)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Wide as the page, of one height."""
        return QSize(320, theme().scaled(HIGH))

    def _place(self, week: int, grade: float) -> QPointF:
        wide = self.width() - theme().scaled(LEFT) - theme().scaled(RIGHT)
        high = self.height() - theme().scaled(TOP) - theme().scaled(BOTTOM)
        top = max([_HIGHEST, *(max(one.told) for one in self._rows)])
        x = theme().scaled(LEFT) + wide * week / max(len(self._shown.weeks) - 1, 1)
        return QPointF(x, theme().scaled(TOP) + high * (1 - grade / top))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the scale, the curves, their names."""
        if not self._rows:
            return
        painter = paint.painter_for(self)
        self._paint_scale(painter)
        for place, (row, style) in enumerate(zip(self._rows, _STYLES, strict=False)):
            self._paint_curve(painter, row.grades, style, place)
        self._paint_names(painter)

    def _paint_scale(self, painter: QPainter) -> None:
        left, right = self._place(0, 0).x(), self._place(len(self._shown.weeks) - 1, 0).x()
        danger = self._place(0, SEVERE - 0.5).y()
        painter.fillRect(QRectF(left, 0, right - left, danger), theme().color("danger_soft"))
        for grade in range(_HIGHEST + 1):
            y = self._place(0, grade).y()
            painter.fillRect(QRectF(left, y, right - left, 1), theme().color("line"))
            box = QRectF(0, y - 10, theme().scaled(LEFT) - 8, 20)
            self._write(painter, box, tr("weekly.grade", n=grade), "text_2", Qt.AlignmentFlag.AlignRight)
        painter.setPen(QPen(theme().color("danger"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(left, danger), QPointF(right, danger))
        self._write(painter, QRectF(left + 6, danger + 1, right - left, 18), tr("weekly.severe"), "danger")
        self._paint_weeks(painter)

    def _paint_weeks(self, painter: QPainter) -> None:
        """Write the last week, and before it as many as there is room for."""
        wide = max(paint.text_width(one, theme().font("caption")) for one in self._shown.weeks) + 10
        step = self._place(1, 0).x() - self._place(0, 0).x()
        every = max(1, -(-int(wide) // max(int(step), 1)))
        last = len(self._shown.weeks) - 1
        for week in range(last, -1, -every):
            box = QRectF(self._place(week, 0).x() - wide / 2, self.height() - theme().scaled(22), wide, 20)
            self._write(painter, box, self._shown.weeks[week], "text_2", Qt.AlignmentFlag.AlignHCenter)

    def _paint_curve(self, painter: QPainter, grades: Sequence[int], style: _Style, place: int) -> None:
        """Draw one curve, broken where nobody answered; each lies a little lower than the one before, so that none hides another."""
        down = QPointF(0, 1.5 * place)
        points = [self._place(week, grade) + down for week, grade in enumerate(grades) if grade >= 0]
        pen = QPen(theme().color(style.tone), 2)
        if style.dash:
            pen.setDashPattern(style.dash)
        painter.setPen(pen)
        for one in _parts(grades):
            painter.drawPolyline(QPolygonF([self._place(week, grades[week]) + down for week in one]))
        painter.setPen(QPen(theme().color(style.tone), 2))
        painter.setBrush(theme().color(style.tone if style.filled else "surface"))
        for point in points:
            _paint_marker(painter, point, style)

    def _paint_names(self, painter: QPainter) -> None:
        """Write each name at the end of its curve, below one another where they would touch."""
        high, low = theme().scaled(18), 0.0
        right = self._place(len(self._shown.weeks) - 1, 0).x() + 10
        ends = sorted(
            ((self._place(0, row.told[-1]).y(), at) for at, row in enumerate(self._rows)),
        )
        for y, at in ends:
            row = self._rows[at]
            top = max(y - high / 2, low)
            low = top + high
            words = tr("weekly.end", symptom=row.label, n=row.told[-1])
            box = QRectF(right, top, self.width() - right, high)
            font = theme().font("micro_label")
            paint.text(painter, box, words, font, theme().color(_STYLES[at].tone))

    def _write(
        self,
        painter: QPainter,
        box: QRectF,
        words: str,
        tone: str,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        paint.text(painter, box, words, theme().font("caption"), theme().color(tone), align)

    def nearest(self, place: QPointF) -> str:
        """Return what the point nearest to *place* means, nothing beyond 24 pixels."""
        points = [
            ((self._place(week, grade) - place).manhattanLength(), self._shown.sentence(row, week))
            for row in self._rows
            for week, grade in enumerate(row.grades)
            if grade >= 0
        ]
        distance, words = min(points, default=(NEAR + 1.0, ""))
        return words if distance <= NEAR else ""

    def event(self, event: QEvent | None) -> bool:
        """Tell the point under the pointer."""
        if event is None or event.type() != QEvent.Type.ToolTip:
            return super().event(event)
        asked: QHelpEvent = event  # type: ignore[assignment]  # what a ToolTip event is
        QToolTip.showText(asked.globalPos(), self.nearest(QPointF(asked.pos())), self)
        return True


def _parts(grades: Sequence[int]) -> list[list[int]]:
    """Return the runs of weeks that follow each other with a grade."""
    parts: list[list[int]] = [[]]
    for week, grade in enumerate(grades):
        if grade >= 0:
            parts[-1].append(week)
        elif parts[-1]:
            parts.append([])
    return [one for one in parts if len(one) > 1]


def _paint_marker(painter: QPainter, place: QPointF, style: _Style) -> None:
    if style.corners:
        corners = [QPointF(x * DOT, y * DOT) + place for x, y in style.corners]
        painter.drawPolygon(QPolygonF(corners))
    else:
        painter.drawEllipse(place, DOT, DOT)
