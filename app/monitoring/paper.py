"""An alert's sheet as a text for another program, and on paper. No Qt widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from app.monitoring import words
from app.times import Site
from app.ui import printing
from app.ui.symptoms import as_rows
from app.ui.weekly import muted as muted_words
from app.ui.weekly import symptoms

if TYPE_CHECKING:
    from app.interop.mapping import Mapping as Table
    from app.monitoring.ports import Sheet


def _who(sheet: Sheet, now_ms: int) -> list[str]:
    """Return the lines that name the patient."""
    who, status = sheet.item.who, words.status(sheet.item.who)
    told = words.facts(who, Site(sheet.zone), now_ms)
    return [
        words.name(who),
        *map(" ".join, told),
        *filter(None, (words.treatment(who), status[0] if status is not None else "")),
    ]


def _answered(sheet: Sheet, table: Table) -> list[tuple[str, str]]:
    told = sheet.questionnaire
    return (
        [
            (one.label, " · ".join(part for part in (one.value, one.detail) if part))
            for one in words.answers(told, sheet.item.symptoms, table)
        ]
        if told
        else []
    )


def copied(sheet: Sheet, table: Table, now_ms: int) -> str:
    """Return who it is about and the answer of the day, as lines."""
    said, note = words.own_words(sheet.questionnaire)
    return "\n".join(
        [
            *_who(sheet, now_ms),
            "",
            words.answered(sheet, now_ms),
            *(f"{label}\t{value}" for label, value in _answered(sheet, table)),
            *(part for part in (said, note) if part),
            "",
            words.provenance(sheet),
        ]
    )


def body(sheet: Sheet, table: Table, now_ms: int) -> str:
    """Return the sheet as the body of a page: strips, answer, words, protocol, weeks, values."""
    parts = [printing.title(tr("answers.printed"))]
    parts += [printing.paragraph(f"{one.title} {one.detail}".strip()) for one in words.strips(sheet, table)]
    parts += [printing.title(words.answered(sheet, now_ms), 2), printing.table((), _answered(sheet, table))]
    said, note = words.own_words(sheet.questionnaire)
    title = words.said_title(sheet.item.who.sex)
    for heading, text, below in (
        (title, said, note),
        (tr("answers.protocol"), sheet.protocol, words.protocol_note(sheet)),
    ):
        parts += [printing.title(heading, 2), *(printing.paragraph(one) for one in (text, below) if one)]
    return "".join(
        [*parts, _weeks(sheet, table), _values(sheet), printing.paragraph(words.provenance(sheet))]
    )


def _weeks(sheet: Sheet, table: Table) -> str:
    muted = muted_words(sheet.muted, Site(sheet.zone))
    shown = symptoms(table, sheet.weeks, sheet.labels, muted)
    lines = [printing.paragraph(f"{row.label} · {row.muted}") for row in shown.rows if row.muted]
    shown_table = printing.table((tr("weekly.symptom"), *shown.weeks), as_rows(shown.rows))
    return "".join([printing.title(tr("weekly.title"), 2), shown_table, *lines])


def _values(sheet: Sheet) -> str:
    tiles = words.tiles(sheet.labs, sheet.weight, Site(sheet.zone), sheet.item.received_ms)
    rows = [(one.label, f"{one.value} {one.unit}".strip(), one.note) for one in tiles]
    return printing.title(tr("answers.values"), 2) + printing.table((), rows) if rows else ""


def head(sheet: Sheet, now_ms: int) -> str:
    """Return the line that names the patient on every printed page."""
    return " · ".join(_who(sheet, now_ms))


def foot(sheet: Sheet, now_ms: int, who: str) -> str:
    """Return who printed it when."""
    return tr("person.printed", at=Site(sheet.zone).moment(now_ms), who=who)
