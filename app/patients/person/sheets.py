"""Identity, movements and results as they are printed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from app.i18n import tr
from app.patients.person import traits
from app.patients.person.moves import MoveLine
from app.patients.person.values import ReportLine, StrangerLine, ValueLine
from app.ui.printing import paragraph, table, title

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.patients.person.view import Record


def identity(record: Record) -> str:
    """Return the identity sheet as the body of a page."""
    parts = [title(tr("person.printed.identity"))]
    for section, names in traits.SECTIONS:
        rows = ((tr(f"person.trait.{name}"), traits.value(record, name)) for name in names)
        parts.append(title(tr(f"person.traits.{section}"), 2) + table((), rows))
    return "".join(parts)


def movements(record: Record) -> str:
    """Return all movements as the body of a page, cancelled ones struck through."""
    rows = []
    for line in record.movements:
        if isinstance(line, MoveLine):
            mark = line.mark[0] if line.mark is not None else ""
            rows.append((record.site.moment(line.stay.since_ms), line.title, line.detail, mark))
        else:
            rows.append(("", line.title, line.detail, ""))
    return title(tr("person.printed.moves")) + table((), rows)


def results(record: Record) -> str:
    """Return all results by report as the body of a page."""
    heads = [tr(f"person.column.{key}") for key in ("analyte", "value", "flag", "range", "state")]
    rows: list[Sequence[str]] = []
    parts = [title(tr("person.printed.values"))]
    lines = record.results
    for place, line in enumerate(lines):
        if isinstance(line, ReportLine):
            parts.append(title(line.title, 2) + paragraph(line.detail))
            rows = []
        elif isinstance(line, StrangerLine):
            parts.append(f"<p><b>{escape(line.long)}</b></p>")
        elif isinstance(line, ValueLine):
            flag = line.flag[0] if line.flag is not None else ""
            state = " · ".join(part for part in (line.state, line.earlier) if part)
            rows.append((line.label, line.value, flag, line.range, state))
        if rows and (place + 1 == len(lines) or isinstance(lines[place + 1], ReportLine)):
            parts.append(table(heads, rows))
    return "".join(parts)


SHEETS: dict[str, Callable[[Record], str]] = {"moves": movements, "values": results}
"""What is printed from a tab; the identity from all others."""
