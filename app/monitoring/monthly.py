"""A month of a service: who was active, and how soon alerts were taken, answered by a call, and closed. Pure, no Qt."""

from __future__ import annotations

import csv
import io
import math
import statistics
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from app.i18n import fmt_duration, tr, trn
from app.monitoring.report import Grid, Heading, Paper, Prose, grade, identity, patient_line
from app.spreadsheet import no_formula
from app.times import Site, written
from storage.monitoring.graph import TIDINGS
from storage.monitoring.life import closing_record
from storage.monitoring.records import NO_GRADE, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.monitoring.memory import Memory
    from app.monitoring.ports import Due, Item, Who
    from app.monitoring.standing import Service
    from storage.monitoring.records import Life, Questionnaire

DECEMBER = 12
GRADES = range(6)
MINUTE_MS = 60_000
MOMENTS = ("taken", "called", "closed")
NINE_TENTHS = 0.9
_SILENT = TIDINGS | {Step.NOTE, Step.REMIND, Step.MUTE, Step.UNMUTE, Step.UNDO}
"""Steps by which nobody has taken an alert."""


@dataclass(frozen=True)
class Month:
    """One month by the clocks of a zone (IANA)."""

    year: int
    month: int
    zone: str = "Europe/Paris"

    @classmethod
    def of(cls, at_ms: int, zone: str) -> Self:
        """Return the month of a moment."""
        at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
        return cls(at.year, at.month, zone)

    @classmethod
    def parse(cls, text: str, zone: str) -> Self:
        """Read `2026-11`; raises ValueError."""
        year, _, month = text.partition("-")
        if len(year) != 4 or len(month) != 2 or not (year + month).isascii() or not (year + month).isdigit():
            raise ValueError("not a month")
        found = date(int(year), int(month), 1)
        return cls(found.year, found.month, zone)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def before(self) -> Month:
        """The month before."""
        return Month(self.year - (self.month == 1), self.month - 1 or DECEMBER, self.zone)

    @property
    def after(self) -> Month:
        """The month after."""
        return Month(self.year + (self.month == DECEMBER), self.month % DECEMBER + 1, self.zone)

    @property
    def since_ms(self) -> int:
        """Its first moment."""
        first = datetime.combine(date(self.year, self.month, 1), time(), ZoneInfo(self.zone))
        return int(first.timestamp()) * 1000

    @property
    def until_ms(self) -> int:
        """The first moment after it."""
        return self.after.since_ms

    def holds(self, at_ms: int) -> bool:
        """Tell whether a moment is in it."""
        return self.since_ms <= at_ms < self.until_ms

    @property
    def words(self) -> str:
        """`novembre 2026`."""
        return f"{tr('date.months.long').split('|')[self.month - 1]} {self.year}"


@dataclass(frozen=True)
class Active:
    """A patient with at least one questionnaire answered in the month. `worst`: the highest grade told, `alerts` of the month."""

    who: Who
    answers: int
    first_ms: int
    last_ms: int
    worst: int
    alerts: int


@dataclass(frozen=True)
class Figure:
    """How soon one thing happened: to `done` of `alerts`, at the median and for nine of ten (None: to none).

    `within` of `judged` in the delay of their grade; what is open and whose delay still runs is not judged.
    """

    alerts: int = 0
    done: int = 0
    median_ms: int | None = None
    most_ms: int | None = None
    within: int = 0
    judged: int = 0

    @property
    def share(self) -> str:
        """The share within the delay, as a whole percentage."""
        return f"{math.floor(100 * self.within / self.judged)} %" if self.judged else ""


@dataclass(frozen=True)
class Times:
    """The figures of `MOMENTS`, for all alerts (`grade` None) or for those of one grade."""

    grade: int | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Monthly:
    """A month of a service. `version`: number of its rules, 0 without any."""

    month: Month
    code: str
    title: str
    version: int
    actives: tuple[Active, ...] = field(repr=False)
    times: tuple[Times, ...]
    open: int = 0
    """Alerts of the month that are not closed."""


def monthly(memory: Memory, service: Service, month: Month, now_ms: int) -> Monthly:
    """Return a month of a service as this desk knows it at *now_ms*."""
    policy = service.policy
    told = [one for one in memory.asked.values() if memory.follows(policy.service, one)]
    cases = {one.alert: one for one in memory.cases()}
    raised = [one for one in told if one.alert in cases and month.holds(one.received_ms)]
    alerts = [_alert(one, cases[one.alert], memory.life(one.alert)) for one in raised]
    return Monthly(
        month,
        policy.service,
        policy.title,
        policy.number if service.id else 0,
        tuple(_actives(memory, told, month, {one.alert for one in raised})),
        tuple(_times(alerts, now_ms)),
        sum(one.at_ms[-1] is None for one in alerts),
    )


# --- who was active -----------------------------------------------------------------------------------------


def _actives(
    memory: Memory, told: Iterable[Questionnaire], month: Month, raised: set[bytes]
) -> Iterable[Active]:
    by_person: dict[int, list[Questionnaire]] = {}
    for one in told:
        if month.holds(one.answered_ms) and not one.cancelled:
            by_person.setdefault(one.person, []).append(one)
    found = [_active(memory.who(those[-1]), those, raised) for those in by_person.values()]
    return sorted(found, key=lambda one: (one.who.name.casefold(), one.who.key.ipp))


def _active(who: Who, told: Sequence[Questionnaire], raised: set[bytes]) -> Active:
    answered = [one.answered_ms for one in told]
    worst = max(one.grade for one in told)
    return Active(
        who, len(told), min(answered), max(answered), worst, sum(one.alert in raised for one in told)
    )


# --- how soon -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Alert:
    grade: int
    received_ms: int
    due: Due
    at_ms: tuple[int | None, ...]


def _alert(told: Questionnaire, item: Item, life: Life) -> _Alert:
    done = [row.record for row in life.rows if row.void is None]
    taken = next((one.at_ms for one in done if one.step not in _SILENT), None)
    called = next((one.at_ms for one in done if one.step is Step.CALL), None)
    last = closing_record(life)
    graded = max(item.gravest, 0)
    return _Alert(graded, told.received_ms, item.due, (taken, called, last.at_ms if last else None))


def _times(alerts: Sequence[_Alert], now_ms: int) -> Iterable[Times]:
    yield Times(None, _figures(alerts, now_ms))
    for value in GRADES:
        those = [one for one in alerts if one.grade == value]
        if those:
            yield Times(value, _figures(those, now_ms))


def _figures(alerts: Sequence[_Alert], now_ms: int) -> tuple[Figure, ...]:
    return tuple(_figure(alerts, number, now_ms) for number in range(len(MOMENTS)))


def _figure(alerts: Sequence[_Alert], number: int, now_ms: int) -> Figure:
    done = [(one, at_ms) for one in alerts if (at_ms := one.at_ms[number]) is not None]
    took = sorted(max(0, at_ms - one.received_ms) for one, at_ms in done)
    within = sum(not one.due.over(at_ms) for one, at_ms in done)
    missed = sum(
        one.at_ms[number] is None and one.at_ms[-1] is None and one.due.over(now_ms) for one in alerts
    )
    return Figure(
        len(alerts),
        len(done),
        int(statistics.median(took)) if took else None,
        took[math.ceil(NINE_TENTHS * len(took)) - 1] if took else None,
        within,
        len(done) + missed,
    )


# --- told ---------------------------------------------------------------------------------------------------


def actives_csv(told: Monthly) -> bytes:
    """Return the active patients for a spreadsheet: UTF-8 with its mark, semicolons."""
    keys = (
        "name",
        "birth",
        "sex",
        "ipp",
        "authority",
        "status",
        "answers",
        "first",
        "last",
        "worst",
        "alerts",
    )
    site = Site(told.month.zone)
    return _csv(
        [tr(f"monitoringout.csv.{key}") for key in keys], (_active_row(one, site) for one in told.actives)
    )


def _active_row(one: Active, site: Site) -> tuple[str, ...]:
    who = one.who
    named = (
        who.name or tr("monitoringout.unknown"),
        written(who.birth),
        who.sex,
        who.key.ipp,
        who.key.authority,
    )
    days = (site.day(one.first_ms), site.day(one.last_ms))
    worst = "" if one.worst == NO_GRADE else str(one.worst)
    return (*named, identity(who), str(one.answers), *days, worst, str(one.alerts))


def times_csv(told: Monthly) -> bytes:
    """Return the response times for a spreadsheet, in whole minutes of the clock."""
    keys = (
        "grade",
        "alerts",
        *(f"{name}.{part}" for name in MOMENTS for part in ("done", "median", "most", "within")),
    )
    rows = ((_named(one), str(one.figures[0].alerts), *_cells(one)) for one in told.times)
    return _csv([tr(f"monitoringout.csv.{key}") for key in keys], rows)


def _named(one: Times) -> str:
    return tr("monitoringout.all_grades") if one.grade is None else grade(one.grade)


def _cells(one: Times) -> Iterable[str]:
    for figure in one.figures:
        yield str(figure.done)
        yield from ("" if ms is None else str(ms // MINUTE_MS) for ms in (figure.median_ms, figure.most_ms))
        yield figure.share


def _csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(heads)
    writer.writerows([no_formula(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def paper(told: Monthly, by: str, now_ms: int) -> Paper:
    """Return the month on pages: response times first, then the patients."""
    site = Site(told.month.zone)
    ruled = (
        tr("monitoringout.version", service=told.title, number=told.version)
        if told.version
        else tr("monitoringout.unruled", service=told.title)
    )
    heads = ("name", "answers", "first", "last", "worst", "alerts")
    columns = tuple(tr(f"monitoringout.csv.{key}") for key in heads)
    rows = tuple((patient_line(one.who), *_active_row(one, site)[6:]) for one in told.actives)
    blocks = (
        Heading(tr("monitoringout.month", month=told.month.words), 1),
        Prose(ruled),
        Heading(tr("monitoringout.times")),
        _times_grid(told),
        Prose(tr("monitoringout.times.how", zone=told.month.zone)),
        Prose(trn("monitoringout.open", told.open)),
        Heading(trn("monitoringout.actives", len(told.actives))),
        Grid(rows, columns),
    )
    head = tr("monitoringout.month.head", service=told.title, month=told.month.words)
    return Paper(head, tr("monitoringout.foot.report", at=site.moment(now_ms), name=by), blocks)


def _times_grid(told: Monthly) -> Grid:
    first = (tr("monitoringout.csv.grade"), tr("monitoringout.csv.alerts"))
    heads = (*first, *(tr(f"monitoringout.moment.{name}") for name in MOMENTS))
    rows = ((_named(one), str(one.figures[0].alerts), *map(_told, one.figures)) for one in told.times)
    return Grid(tuple(rows), heads)


def _told(one: Figure) -> str:
    if one.median_ms is None or one.most_ms is None:
        return "–"
    median, most = fmt_duration(one.median_ms / 1000), fmt_duration(one.most_ms / 1000)
    return tr("monitoringout.figure", done=one.done, median=median, most=most, share=one.share or "–")
