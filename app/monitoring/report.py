"""What is written down of telemonitoring: pages as values, told as plain text here and painted elsewhere. No Qt.

paper = summary(sheet, name, now_ms, table)
paper.plain
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from app.i18n import tr
from app.monitoring.ports import Cause
from app.monitoring.words import measured
from app.times import Site, written
from app.ui.weekly import label_of
from storage.monitoring.life import closing_record
from storage.monitoring.records import NO_GRADE, OWN_REASON, Step
from storage.patients.records import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from app.interop.mapping import Mapping
    from app.monitoring.ports import Item, Sheet, Who
    from app.monitoring.standing import Service
    from storage.monitoring.records import Life, Questionnaire, Record, Row, Symptom

    Name: TypeAlias = Callable[[bytes], str]
    """What somebody is called, by user id."""

WIDEST = 2
"""A grid of so many columns is told as lines "label: value"."""


@dataclass(frozen=True)
class Heading:
    """A title; `level` 1 stands once, at the head."""

    text: str = field(repr=False)
    level: int = 2


@dataclass(frozen=True)
class Prose:
    """A paragraph; its line breaks stay."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Grid:
    """A table, without `heads` one of labels and values. Rows whose number stands in `struck` are struck through."""

    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    heads: tuple[str, ...] = ()
    struck: frozenset[int] = frozenset()


Block: TypeAlias = Heading | Prose | Grid


@dataclass(frozen=True)
class Paper:
    """A4 pages: `head` on each says whom it is about, `foot` who made it and when."""

    head: str = field(repr=False)
    foot: str = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)

    @property
    def plain(self) -> str:
        """The same as lines of text, for systems that show no PDF."""
        return "\n".join(chain([self.head], *map(_lines, self.blocks), [self.foot]))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text=text):
            yield from ("", text)
        case Prose(text=text):
            yield from text.splitlines()
        case Grid(rows=rows, heads=heads):
            between = " : " if not heads and all(len(row) == WIDEST for row in rows) else " | "
            for row in rows:
                yield between.join(" ".join(cell.split()) for cell in row if cell)


# --- the summary of a closed alert --------------------------------------------------------------------------


def summary(sheet: Sheet, name: Name, now_ms: int, table: Mapping) -> Paper:
    """Return what goes into the record of a closed alert: the patient, the answers, each step with its author, reason and grade.

    *table* says what symptoms are called.
    """
    site = Site(sheet.zone)
    told = sheet.questionnaire
    answered = questionnaire(told, site, table) if told else (Prose(tr("monitoringout.silence")),)
    blocks: tuple[Block, ...] = (
        Heading(tr("monitoringout.summary"), 1),
        Grid(tuple(_patient(sheet.item.who, sheet))),
        Prose(cause(sheet.item)),
        *answered,
        Heading(tr("monitoringout.steps")),
        steps(sheet.life.rows, sheet.ruled, name, site, table),
        Heading(tr("monitoringout.closing")),
        Grid(tuple(_ending(sheet.life, sheet.ruled, name, site))),
        Prose(tr("monitoringout.decides_nothing")),
    )
    foot = tr("monitoringout.foot.summary", at=site.moment(now_ms))
    return Paper(patient_line(sheet.item.who), foot, blocks)


def patient_line(who: Who) -> str:
    """Return the patient as the head of each page names one."""
    parts = (
        who.name or tr("monitoringout.unknown"),
        tr("monitoringout.born", day=written(who.birth)) if who.birth else "",
        who.sex,
        tr("monitoringout.ipp", ipp=who.key.ipp),
        identity(who),
    )
    return " · ".join(part for part in parts if part)


def identity(who: Who) -> str:
    """Return how sure the identity is, in words; "" where nobody knows the patient."""
    return tr(f"person.status.{Status(who.status).name.lower()}") if who.status else ""


def _patient(who: Who, sheet: Sheet) -> Iterator[tuple[str, str]]:
    ruled = (
        tr("monitoringout.version", service=sheet.service, number=sheet.version)
        if sheet.version
        else tr("monitoringout.unruled", service=sheet.service)
    )
    rows = (
        ("patient", who.name or tr("monitoringout.unknown")),
        ("birth", written(who.birth)),
        ("sex", who.sex),
        ("ipp.label", who.key.ipp),
        ("identity", identity(who)),
        ("service", ruled),
        ("treatment", who.treatment),
        ("referent", who.referent),
    )
    return ((tr(f"monitoringout.{key}"), value) for key, value in rows if value)


def cause(item: Item) -> str:
    """Return who raised an alert."""
    if item.cause is Cause.RULE:
        return tr("monitoringout.cause.rule", rule=item.rule)
    return tr(f"monitoringout.cause.{item.cause}")


def questionnaire(told: Questionnaire, site: Site, table: Mapping) -> tuple[Block, ...]:
    """Return the answers of one questionnaire."""
    title = tr("monitoringout.answered", at=site.moment(told.answered_ms))
    came = {"at": site.moment(told.received_ms), "platform": told.platform, "number": told.id}
    blocks: list[Block] = [Heading(title), Prose(tr("monitoringout.received", **came))]
    blocks += [Prose(tr(f"monitoringout.mark.{code}")) for code in (*told.turns, *told.warnings)]
    if told.symptoms:
        heads = tuple(tr(f"monitoringout.column.{key}") for key in ("symptom", "grade", "before", "answers"))
        blocks.append(Grid(tuple(_answered(one, table) for one in told.symptoms), heads))
    if told.vitals:
        blocks.append(
            Grid(
                tuple(
                    (label_of(table, one.code, one.label), measured(one.value, one.unit))
                    for one in told.vitals
                )
            )
        )
    if told.said:
        blocks.append(Prose(tr("monitoringout.said", text=told.said)))
    return tuple(blocks)


def _answered(one: Symptom, table: Mapping) -> tuple[str, ...]:
    answers = (f"{_attribute(name)} {value}" for name, value in one.answers if name != "grade")
    return label_of(table, one.code, one.label), grade(one.grade), grade(one.before), ", ".join(answers)


def _attribute(name: str) -> str:
    known = ("frequency", "severity", "interference", "presence", "amount", "composite")
    return tr(f"monitoringout.attribute.{name}") if name in known else name


def grade(value: int) -> str:
    """Return `G3`, or a dash where there is none."""
    return "–" if value == NO_GRADE else tr("monitoringout.grade", n=value)


# --- what was done ------------------------------------------------------------------------------------------


def steps(
    rows: Sequence[Row],
    service: Service,
    name: Name,
    site: Site,
    table: Mapping,
    more: Callable[[Record], str] | None = None,
) -> Grid:
    """Return a trace as a table; *more* adds a column, of the signature for instance."""
    keys = ("at", "who", "step", "detail", *(("signature",) if more else ()))
    told = tuple(
        (
            *(
                site.moment(row.record.at_ms),
                name(row.record.author),
                tr(f"monitoringout.step.{row.record.step}"),
            ),
            detail(row, service, name, site, table),
            *((more(row.record),) if more else ()),
        )
        for row in rows
    )
    struck = frozenset(number for number, row in enumerate(rows) if row.void is not None)
    return Grid(told, tuple(tr(f"monitoringout.column.{key}") for key in keys), struck)


def detail(row: Row, service: Service, name: Name, site: Site, table: Mapping) -> str:
    """Return what a step says beside who did it and when; why it moved nothing, where it did not."""
    return " · ".join(part for part in _details(row, service, name, site, table) if part)


def _details(row: Row, service: Service, name: Name, site: Site, table: Mapping) -> Iterable[str]:
    one = row.record
    if row.void is not None:
        yield tr("monitoringout.void", why=tr(f"monitoringout.void.{row.void}"))
    if one.step is Step.CALL:
        yield tr(f"monitoringout.call.{'reached' if one.reached else 'missed'}", minutes=one.minutes)
    if one.to:
        yield tr("monitoringout.to", names=", ".join(map(name, one.to)))
    if one.step is Step.REFUSED:
        yield refused_words(one.reason)
    elif one.reason:
        yield reason(one, service)
    if one.symptom:
        yield label_of(table, one.symptom)
    if one.grade != NO_GRADE:
        yield grade(one.grade)
    if one.until_ms:
        yield tr("monitoringout.until", at=site.moment(one.until_ms))
    yield one.text if one.reason != OWN_REASON else ""


def reason(one: Record, service: Service) -> str:
    """Return a reason in the service's words, else as it was said."""
    if one.reason == OWN_REASON:
        return one.text or tr("monitoringout.reason.own")
    versions = (service.policy, *(each.policy for each in service.versions))
    return next(
        (dict(each.reasons)[one.reason] for each in versions if one.reason in dict(each.reasons)), one.reason
    )


def _ending(life: Life, service: Service, name: Name, site: Site) -> Iterator[tuple[str, str]]:
    closed = [row.record for row in life.rows if row.void is None and row.record.step is Step.CLOSE]
    last = closing_record(life)
    if not closed or last is None:
        return
    said = closed[-1]
    rows = (
        ("reason", reason(said, service)),
        ("final", grade(said.grade)),
        ("by", f"{name(said.author)}, {site.moment(said.at_ms)}"),
        ("second", f"{name(last.author)}, {site.moment(last.at_ms)}" if last.step is Step.SECOND else ""),
        ("words", said.text if said.reason != OWN_REASON else ""),
        ("reopened", str(life.reopened) if life.reopened else ""),
    )
    yield from ((tr(f"monitoringout.end.{key}"), value) for key, value in rows if value)


def sending_words(stage: str, code: str) -> str:
    """Return how far a summary is on its way to the record, for panel and trace."""
    if stage != "refused":
        return tr(f"monitoringout.sending.{stage}")
    return tr("monitoringout.sending.refused", why=refused_words(code))


def refused_words(code: str) -> str:
    """Return why a summary was refused."""
    known = ("902", "no-record", "media-refused", "no-gateway", "too-big", "unwritten", "id-taken")
    return tr(f"monitoringout.why.{code}") if code in known else tr("monitoringout.why.other", code=code)
