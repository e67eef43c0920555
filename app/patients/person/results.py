"""The tab of results: by report, over time, and as a curve with its table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QFontMetricsF, QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import tr
from app.patients.person import values
from app.patients.person.curve import Curve
from app.patients.person.part import LEFT, Part, SteadyList, bar, write
from app.patients.person.table import Table, as_csv, as_text
from app.patients.person.values import ReportLine, Series, ValueLine
from app.ui import paint
from app.ui.buttons import Button
from app.ui.choices import Segmented
from app.ui.marks import chip_colours
from app.ui.panes import EmptyState, rule
from app.ui.rows import Row, RowDelegate, RowList
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QPainter, QResizeEvent
    from PyQt6.QtWidgets import QStyleOptionViewItem

    from app.patients.person.view import Record
    from app.ui.words import Words

VIEWS = ("reports", "time", "curve")
SHARES = (0.28, 0.22, 0.14, 0.13, 0.23)
"""Of the width of a value's line: analyte, value, flag, reference, state."""
ANALYTES, BATCH = 220, 200


class ValueDelegate(RowDelegate):
    """Heads of reports and values in columns."""

    height = 40

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 -- Qt's name
        """Give a long text and notes the lines that they need: nothing that was written is cut."""
        line, view = index.data(Qt.ItemDataRole.UserRole), self.parent()
        high = theme().scaled(self.height)
        if not isinstance(line, ValueLine) or not line.long or not isinstance(view, ValueList):
            return QSize(0, high)
        return QSize(0, high + math.ceil(_text_height(line, view.text_width())))

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint one line; nothing is chosen here, so the ground stays plain."""
        painter.fillRect(rect, theme().color("surface"))
        if isinstance(line, ReportLine):
            _paint_report(painter, rect, line)
        elif isinstance(line, ValueLine):
            painter.fillRect(
                QRectF(rect.x() + 20, rect.bottom() - 1, rect.width() - 40, 1), theme().color("line")
            )
            _paint_value(painter, rect.adjusted(32, 0, -32, 0), line)


def _paint_report(painter: QPainter, rect: QRectF, line: ReportLine) -> None:
    box = rect.adjusted(20, 4, -20, -2)
    paint.box(painter, box, 6, theme().color("sunken"))
    used = write(painter, box.adjusted(12, 0, -12, 0), line.title, "small_strong", "text") + 12
    write(painter, box.adjusted(12 + used, 0, -12, 0), line.detail, "small", "text_2")


def _paint_value(painter: QPainter, rect: QRectF, line: ValueLine) -> None:
    if line.long:
        below = rect.adjusted(0, theme().scaled(ValueDelegate.height) - 8, 0, 0)
        painter.setFont(theme().font("small"))
        painter.setPen(theme().color("text"))
        painter.drawText(below, int(Qt.TextFlag.TextWordWrap | LEFT), line.long)
        rect = QRectF(rect.x(), rect.y(), rect.width(), theme().scaled(ValueDelegate.height))
    boxes, x = [], rect.x()
    for share in SHARES:
        boxes.append(QRectF(x, rect.y(), rect.width() * share - 10, rect.height()))
        x += rect.width() * share
    label, value, flag, reference, state = boxes
    write(painter, label, line.label, "small", "text")
    tone = "text_3" if line.void else "text"
    write(painter, value, line.short, "small" if line.void else "small_strong", tone)
    if line.flag is not None:
        paint_flag(painter, flag, *line.flag)
    write(painter, reference, line.range, "small", "text_2")
    told = " · ".join(part for part in (line.state, line.earlier) if part)
    write(painter, state, told, "small", "warn" if line.state else "text_2")


def paint_flag(painter: QPainter, rect: QRectF, words: str, tone: str) -> float:
    """Paint glyph and word of a flag in a chip at the left of *rect*; return its width."""
    fill, line, ink = chip_colours(tone)
    wide = min(paint.text_width(words, theme().font("caption")) + 16, rect.width())
    high = theme().scaled(22)
    box = QRectF(rect.x(), rect.center().y() - high / 2, wide, high)
    paint.box(painter, box, 5, fill, line)
    paint.text(painter, box.adjusted(8, 0, -4, 0), words, theme().font("caption"), ink)
    return wide


def _text_height(line: ValueLine, width: float) -> float:
    metrics = QFontMetricsF(theme().font("small"))
    room = QRectF(0, 0, width, 100_000)
    return metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap | LEFT), line.long).height() + 4


class ValueList(SteadyList[values.Line]):
    """Values to be read by the arrow keys."""

    def __init__(self, name: Words) -> None:
        super().__init__(name)
        self.setItemDelegate(ValueDelegate(self))
        self.setUniformItemSizes(False)
        self.setLayoutMode(RowList.LayoutMode.Batched)
        self.setBatchSize(BATCH)

    def text_width(self) -> float:
        """Return how wide a text may be."""
        viewport = self.viewport()
        return (viewport.width() if viewport is not None else 600) - 64

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Measure the texts anew: they may need more lines."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class _Heads(Sequence[str]):
    """The unit, then moments, written when they are looked at."""

    def __init__(self, moments: list[int], record: Record) -> None:
        self._moments, self._record = moments, record

    def __len__(self) -> int:
        return len(self._moments) + 1

    def __getitem__(self, place: Any) -> Any:
        if not place:
            return tr("person.column.unit")
        at_ms, site = self._moments[place - 1], self._record.site
        return f"{site.short_day(at_ms, self._record.now_ms)} {site.clock(at_ms)}"


class TimeTable(Table):
    """One line an analyte, one column a moment, the newest first."""

    def show_series(self, all_of: Sequence[Series], record: Record) -> None:
        """Show *all_of* side by side."""
        moments = sorted({line.at_ms for one in all_of for line in one.lines}, reverse=True)
        cells = {(one.key, line.at_ms): line for one in all_of for line in reversed(one.lines)}

        def find(one: Series, column: int) -> ValueLine | None:
            return cells.get((one.key, moments[column - 1]))

        shown = self.shown
        shown.side = lambda one: one.label
        shown.cell = lambda one, column: _cell(one, column, find)
        shown.told = lambda one, column: _told(one, column, find, record)
        shown.tone = lambda one, column: _tone(column, find(one, column) if column else None)
        shown.order = lambda one, column: _order(one, column, find)
        heads = _Heads(moments, record)
        self.show_rows(heads, all_of, (90, 124))


def _cell(one: Series, column: int, find: Any) -> str:
    if not column:
        return one.unit
    line: ValueLine | None = find(one, column)
    if line is None:
        return ""
    glyph = line.flag[0].split(" ")[0] if line.flag is not None else ""
    bare = line.value.removesuffix(f"\u202f{one.unit}") if one.unit else line.value
    return f"{bare} {glyph}".strip()


def _told(one: Series, column: int, find: Any, record: Record) -> str:
    line: ValueLine | None = find(one, column) if column else None
    if line is None:
        return ""
    said = ", ".join(
        part for part in (line.value, line.flag[0] if line.flag else "", line.state, line.earlier) if part
    )
    return tr("person.cell", label=one.label, day=record.site.moment(line.at_ms), value=said)


def _tone(column: int, line: ValueLine | None) -> str:
    if column == 0 or (line is not None and line.void):
        return "text_2"
    return (
        line.flag[1]
        if line is not None and line.flag is not None and line.flag[1] in {"warn", "danger"}
        else "text"
    )


def _order(one: Series, column: int, find: Any) -> Any:
    if not column:
        return one.unit.casefold()
    line: ValueLine | None = find(one, column)
    number = values.number(line.observation) if line is not None else None
    return (number is None, number or 0.0)


class PointTable(Table):
    """The same as a curve, for who cannot see it."""

    def show_points(self, series: Series | None, record: Record) -> None:
        """Show every value of *series*, the newest first."""
        keys = ("when", "value", "flag", "range", "state")
        shown = self.shown
        shown.cell = lambda line, column: _point(line, column, record)
        shown.order = lambda line, column: line.at_ms if column == 0 else _point(line, column, record)
        heads = [tr(f"person.column.{key}") for key in keys]
        self.show_rows(heads, series.lines if series is not None else (), (170, 140, 120, 110, 180))


def _point(line: ValueLine, column: int, record: Record) -> str:
    flag = line.flag[0] if line.flag is not None else ""
    state = " · ".join(part for part in (line.state, line.earlier) if part)
    return (record.site.moment(line.at_ms), line.value, flag, line.range, state)[column]


class CurvePane(QWidget):
    """The analytes that have numbers at the left, one curve or its table at the right. Ctrl+T turns it."""

    def __init__(self) -> None:
        super().__init__()
        self._series: tuple[Series, ...] = ()
        self._record: Record | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.list: RowList[Row] = RowList(say("person.values.analytes"))
        chosen = self.list.selectionModel()
        assert chosen is not None
        chosen.currentChanged.connect(lambda _now, _before: self._show_one())
        row.addWidget(self.list)
        row.addWidget(rule("v"))
        row.addWidget(self._right(), 1)

    def _right(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.title = Label("", "heading").clipped()
        self.turn = Button(say("person.values.as_table"), size="s", keys=("Ctrl", "T"))
        self.turn.clicked.connect(self.flip)
        top = bar(self.title, self.turn)
        layout = top.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.setStretch(0, 1)
        column.addWidget(top)
        self.curve, self.table = Curve(), PointTable(say("person.values.curve"))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.curve)
        self.stack.addWidget(self.table)
        column.addWidget(self.stack, 1)
        return holder

    def flip(self) -> None:
        """Show the curve as a table, or back."""
        self.stack.setCurrentIndex(1 - self.stack.currentIndex())
        self.turn.say(
            say("person.values.as_curve" if self.stack.currentIndex() else "person.values.as_table")
        )

    def show_series(self, all_of: Sequence[Series], record: Record | None) -> None:
        """Offer the analytes that have numbers; the chosen one stays chosen."""
        self.list.setFixedWidth(theme().scaled(ANALYTES))
        self._series = tuple(one for one in all_of if one.points)
        self._record = record
        self.list.show_lines([_analyte(one) for one in self._series])
        if self._series and not self.list.chosen:
            self.list.choose(_key(self._series[0]))
        self._show_one()

    def choose(self, series: Series) -> None:
        """Show the curve of one analyte."""
        self.list.choose(_key(series))

    def _show_one(self) -> None:
        series = next((one for one in self._series if _key(one) == self.list.chosen), None)
        self.title.say(
            f"{series.label}, {series.unit}"
            if series is not None and series.unit
            else series.label
            if series
            else ""
        )
        if self._record is not None:
            self.curve.show_series(series, self._record.site)
            self.table.show_points(series, self._record)


def _key(series: Series) -> str:
    return "|".join(series.key)


def _analyte(series: Series) -> Row:
    newest = series.points[-1][2]
    flag = f" {newest.flag[0].split(' ')[0]}" if newest.flag is not None else ""
    return Row(_key(series), series.label, detail=f"{newest.value}{flag}")


class ValuesPart(Part):
    """All results, three ways to see them, or how they come."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[values.Line, ...] = ()
        self._series: tuple[Series, ...] = ()
        self._record: Record | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.views = Segmented([(key, say(f"person.values.{key}"), "") for key in VIEWS])
        self.views.choose("reports")
        self.views.chosen.connect(self.choose)
        self._bar = bar(self.views, None, *self._buttons())
        column.addWidget(self._bar)
        self.list, self.table = (
            ValueList(say("person.tab.values")),
            TimeTable(say("person.values.time"), sides=True),
        )
        self.curves = CurvePane()
        self._stack = QStackedWidget()
        no_curve = EmptyState(
            "activity-heartbeat", say("person.values.no_curve"), say("person.values.no_curve.detail")
        )
        empty = EmptyState("test-pipe", say("person.values.none"), say("person.values.none.detail"))
        for page in (self.list, self.table, self.curves, no_curve, empty):
            self._stack.addWidget(page)
        column.addWidget(self._stack, 1)
        flip = QShortcut(QKeySequence("Ctrl+T"), self)
        flip.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        flip.activated.connect(self.flip)

    def _buttons(self) -> list[Button]:
        told = (("copy", "copy", "values-text"), ("csv", "copy", "values-csv"), ("print", "printer", "print"))
        buttons = []
        for key, icon, act in told:
            button = Button(
                say("person.print" if key == "print" else f"person.values.{key}"), size="s", icon=icon
            )
            button.clicked.connect(partial(self._ask, act))
            buttons.append(button)
        return buttons

    def _ask(self, act: str) -> None:
        self.acted.emit(act)

    def flip(self) -> None:
        """Turn curve and table; from another view, go to the curve."""
        if self.views.choice == "curve":
            self.curves.flip()
        else:
            self.choose("curve")

    def choose(self, view: str) -> None:
        """Show the results in one way."""
        self.views.choose(view)
        self._fill()

    def show_record(self, record: Record) -> None:
        """Show the results."""
        self._record = record
        self._lines = record.results
        self._series = record.analytes
        self._bar.setVisible(bool(self._lines))
        self._fill()

    def _fill(self) -> None:
        record, view = self._record, self.views.choice
        if record is None or not self._lines:
            self._stack.setCurrentIndex(4)
        elif view == "reports":
            self.list.show_lines(self._lines)
            self._stack.setCurrentIndex(0)
        elif view == "time":
            self.table.show_series(self._series, record)
            self._stack.setCurrentIndex(1)
        else:
            self.curves.show_series(self._series, record)
            self._stack.setCurrentIndex(2 if any(one.points for one in self._series) else 3)

    def texts(self) -> list[list[str]]:
        """Return all values as lines of a table, heads first."""
        keys = ("when", "analyte", "value", "flag", "range", "state")
        lines = [[tr(f"person.column.{key}") for key in keys]]
        record = self._record
        if record is not None:
            shown = (line for line in self._lines if isinstance(line, ValueLine))
            lines += [
                [_point(line, 0, record), line.label, *(_point(line, at, record) for at in range(1, 5))]
                for line in shown
            ]
        return lines

    def text(self, act: str) -> str:
        """Return all values, for a letter or for a spreadsheet."""
        return as_csv(self.texts()) if act == "values-csv" else as_text(self.texts())

    def show_one(self, key: str) -> None:
        """Show the curve of the analyte *key*."""
        if key:
            self.choose("curve")
            self.curves.list.choose(key)

    def clear(self) -> None:
        """Let go of them, and go back to the reports."""
        self._lines, self._series, self._record = (), (), None
        self.list.show_lines(())
        self.table.show_rows((), (), (0,))
        self.curves.show_series((), None)
        self.views.choose("reports")

    def first(self) -> QWidget:
        """Return what is read in the way chosen."""
        return {"reports": self.list, "time": self.table, "curve": self.curves.list}[self.views.choice]
