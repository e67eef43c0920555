"""The trace of an alert on paper, as it stands on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from app.ui import printing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.monitoring.told import Told


def body(lines: Sequence[Told]) -> str:
    """Return the trace as the body of a page: all of it, with what moved nothing and why."""
    heads = [tr(f"alertacts.printed.{key}") for key in ("when", "what", "words", "by")]
    rows = [
        (one.when, one.title, " ".join(part for part in (one.void, one.words) if part), one.by)
        for one in lines
    ]
    note = printing.paragraph(tr("alertacts.printed.note"))
    return printing.title(tr("alertacts.printed.title")) + printing.table(heads, rows) + note
