"""From an alert to a colleague's advice or to a meeting: what is prepared to be written, what the trace then says. No Qt.

Nothing is sent by itself. Until a meeting has a list of cases, one is proposed by a message to who called it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

from app import naming
from app.i18n import fmt_date, fmt_list, fmt_time, tr
from app.monitoring import looks
from app.times import local
from storage.messages.records import PatientLink
from storage.monitoring.records import NO_GRADE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.interop.mapping import Mapping
    from app.monitoring.people import People
    from app.monitoring.ports import Item, Sheet

AHEAD_S = 92 * 86_400
SHOWN = 6
"""So many dates are offered, of the next three months; the agenda has the others."""
MAX_LABEL = 300


class Meeting(Protocol):
    """A meeting of the agenda (storage.meetings.Meeting)."""

    @property
    def title(self) -> str: ...  # noqa: D102 -- the agenda says it
    @property
    def tag(self) -> bytes: ...  # noqa: D102
    @property
    def organiser(self) -> bytes: ...  # noqa: D102
    @property
    def own(self) -> bool: ...  # noqa: D102


class Date(Protocol):
    """One date of it (app.meeting.agenda.dates.Occurrence)."""

    @property
    def meeting(self) -> Meeting: ...  # noqa: D102
    @property
    def starts_s(self) -> int: ...  # noqa: D102
    @property
    def off(self) -> bool: ...  # noqa: D102


Between: TypeAlias = "Callable[[int, int], Sequence[Date]]"
"""Asks the agenda for its dates from one second to another."""


def next_dates(between: Between, now_s: int) -> tuple[Date, ...]:
    """Return the next dates that take place and have not begun, the soonest first; *between* asks the agenda."""
    coming = (one for one in between(now_s, now_s + AHEAD_S) if not one.off and one.starts_s > now_s)
    return tuple(coming)[:SHOWN]


def link(item: Item) -> PatientLink:
    """Return how a message names the patient of an alert."""
    who = item.who
    label = naming.label(looks.name(item), who.sex, who.birth)
    return PatientLink(who.key.authority, who.key.ipp, label[:MAX_LABEL])


def question(sheet: Sheet, table: Mapping) -> str:
    """Return what is asked of a colleague; the message names the patient beside it."""
    return "\n\n".join((_alert(sheet, table), tr("refer.advice.ask")))


def proposal(sheet: Sheet, date: Date, table: Mapping) -> str:
    """Return what is asked of who called a meeting."""
    return "\n\n".join((tr("refer.rcp.ask", rcp=date.meeting.title, at=when(date)), _alert(sheet, table)))


def asked(people: People, users: Sequence[bytes]) -> str:
    """Return what the trace says once a colleague was asked."""
    return tr("refer.advice.noted", names=_names(people, users))


def proposed(date: Date, people: People, users: Sequence[bytes] = ()) -> str:
    """Return what the trace says once a patient was proposed to *users*, or kept for an own meeting."""
    said = {"rcp": date.meeting.title, "at": when(date)}
    return (
        tr("refer.rcp.noted", names=_names(people, users), **said) if users else tr("refer.rcp.kept", **said)
    )


def when(date: Date) -> str:
    """`24/11/2026 12:30` on this machine's clock."""
    at = datetime.fromtimestamp(date.starts_s, UTC).astimezone()
    return f"{fmt_date(at)} {fmt_time(at)}"


def _names(people: People, users: Sequence[bytes]) -> str:
    return fmt_list([people.name(one) for one in users])


def _alert(sheet: Sheet, table: Mapping) -> str:
    """Return the alert in two lines: the grade and what it is about, then what runs."""
    item, told = sheet.item, sheet.questionnaire
    at = local(told.answered_ms if told else item.received_ms)
    grade = tr("refer.alert.none") if item.grade == NO_GRADE else tr("refer.alert", grade=item.grade)
    first = tr("refer.alert.about", alert=grade, symptoms=looks.symptoms(item, table), day=fmt_date(at))
    treatment = tr("refer.alert.treatment", treatment=item.who.treatment) if item.who.treatment else ""
    return "\n".join(part for part in (first, treatment) if part)
