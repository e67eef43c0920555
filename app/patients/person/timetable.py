"""Values over time as tables: analytes side by side, or every value of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.i18n import tr
from app.patients.person import values
from app.ui.table import Table

if TYPE_CHECKING:
    from app.patients.person.values import Series, ValueLine
    from app.patients.person.view import Record


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
    bare = line.value.removesuffix(f"\u00a0{one.unit}") if one.unit else line.value
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
        shown.cell = lambda line, column: point(line, column, record)
        shown.order = lambda line, column: line.at_ms if column == 0 else point(line, column, record)
        heads = [tr(f"person.column.{key}") for key in keys]
        self.show_rows(heads, series.lines if series is not None else (), (170, 140, 120, 110, 180))


def point(line: ValueLine, column: int, record: Record) -> str:
    """Return when, value, flag, reference or state of one value."""
    flag = line.flag[0] if line.flag is not None else ""
    state = " · ".join(part for part in (line.state, line.earlier) if part)
    return (record.site.moment(line.at_ms), line.value, flag, line.range, state)[column]
