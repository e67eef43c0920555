"""The tab of results: by report, over time, and as a curve with its table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import tr
from app.patients.person.curve import Curve
from app.patients.person.part import Part, bar
from app.patients.person.timetable import PointTable, TimeTable, point
from app.patients.person.valuelist import ValueList
from app.patients.person.values import Series, ValueLine
from app.ui.buttons import Button
from app.ui.choices import Segmented
from app.ui.panes import EmptyState, rule
from app.ui.rows import Row, RowList
from app.ui.table import as_csv, as_text
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.patients.person.values import Line
    from app.patients.person.view import Record

VIEWS = ("reports", "time", "curve")
ANALYTES = 220


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
        self._lines: tuple[Line, ...] = ()
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
                [point(line, 0, record), line.label, *(point(line, at, record) for at in range(1, 5))]
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
