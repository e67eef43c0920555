"""The dates of the meetings that this desk knows: one for a single meeting, several for a series. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from media.keys.terms import MAX_DATES, Terms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from storage.meetings import Meeting

DAY_S = 86_400
UNTIMED_S = DAY_S // 2
"""How long after its start a meeting without an end counts as running."""


@dataclass(frozen=True)
class Occurrence:
    """One date of a meeting, seconds since 1970; 0 where start or end are not known. `off`: it was called off."""

    meeting: Meeting
    number: int
    starts_s: int
    ends_s: int
    off: bool = False

    def is_past(self, now_s: int) -> bool:
        """Tell whether it is over: by its end, or half a day after its start where no end is known."""
        end = self.ends_s or (self.starts_s + UNTIMED_S if self.starts_s else 0)
        return bool(end) and end <= now_s


def dates(meeting: Meeting) -> tuple[Occurrence, ...]:
    """Return every date of *meeting*, in order."""
    starts = meeting.starts or (meeting.starts_s,)
    length_s = meeting.ends_s - meeting.starts_s if meeting.ends_s else 0
    return tuple(
        Occurrence(
            meeting,
            number,
            start,
            start + length_s if length_s else 0,
            number in meeting.off or meeting.cancelled,
        )
        for number, start in enumerate(starts)
    )


def between(meetings: Iterable[Meeting], since_s: int, until_s: int) -> tuple[Occurrence, ...]:
    """Return the dates that touch *since_s* to *until_s*, the soonest first; those called off as well."""
    found = (one for meeting in meetings for one in dates(meeting))
    touching = (one for one in found if one.starts_s and one.starts_s < until_s and not one.is_past(since_s))
    return tuple(sorted(touching, key=lambda one: (one.starts_s, one.meeting.title)))


def meant(meeting: Meeting, now_s: int) -> Occurrence:
    """Return the date that the meeting's link opens at *now_s*, as every participant computes it (docs/protocol.md §4)."""
    length_s = max(meeting.ends_s - meeting.starts_s, 0)
    return dates(meeting)[Terms(length_s=length_s, starts=meeting.starts).occurrence(now_s)]


def coming(meeting: Meeting, now_s: int) -> Occurrence | None:
    """Return the first date that takes place and is not over; None where all are."""
    return next((one for one in dates(meeting) if not one.off and not one.is_past(now_s)), None)


def series(
    first_s: int, every: int, *, count: int = MAX_DATES, until: date | None = None, zone: tzinfo | None = None
) -> tuple[int, ...]:
    """Return the starts of a meeting every so many weeks at the same hour of *zone* (None: this machine's): *count* at most, none after *until*."""
    first = datetime.fromtimestamp(first_s, UTC).astimezone(zone)
    starts: list[int] = []
    while len(starts) < count:
        wall = first.replace(tzinfo=None) + timedelta(weeks=every * len(starts))
        if until is not None and wall.date() > until:
            break
        moment = wall.replace(tzinfo=zone) if zone is not None else wall
        starts.append(int(moment.timestamp()))
    return tuple(starts)


def same_days(meeting: Meeting, before: Meeting) -> tuple[int, ...]:
    """Return the numbers of *meeting*'s dates on days that were called off in the version *before*."""
    gone = {_day(before.starts[number]) for number in before.off}
    return tuple(number for number, start in enumerate(meeting.starts) if _day(start) in gone)


def _day(at_s: int) -> date:
    return datetime.fromtimestamp(at_s, UTC).astimezone().date()
