"""How long is left: the clock of a service, with its working hours and holidays, across changes of summer time. Pure, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.times import local

MINUTE_MS = 60_000
DAY_MINUTES = 1_440
MOST_DAYS = 366 * 2
"""How far ahead a deadline is looked for: a service that never opens has none."""
_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)


@dataclass(frozen=True)
class Hours:
    """When a service works. `week`: for Monday to Sunday (from, to) in minutes after midnight, equal when closed.

    `closed`: days as YYYYMMDD; `holidays`: the French public holidays too.
    """

    zone: str = "Europe/Paris"
    week: tuple[tuple[int, int], ...] = ((480, 1080),) * 5 + ((0, 0),) * 2
    closed: frozenset[int] = frozenset()
    holidays: bool = True
    _days: dict[date, tuple[int, int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def on(self, day: date) -> tuple[int, int]:
        """Return the hours of *day* as Unix milliseconds (from, to); equal when it is closed."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._reckon(day)
        return known

    def _reckon(self, day: date) -> tuple[int, int]:
        first, last = self.week[day.weekday()]
        if first >= last or int(day.strftime("%Y%m%d")) in self.closed or (self.holidays and is_holiday(day)):
            return 0, 0
        return self._at(day, first), self._at(day, last)

    def _at(self, day: date, minutes: int) -> int:
        day += timedelta(days=minutes // DAY_MINUTES)
        hour, minute = divmod(minutes % DAY_MINUTES, 60)
        local = datetime.combine(day, time(hour, minute), ZoneInfo(self.zone))
        return int(local.astimezone(UTC).timestamp()) * 1000

    def day(self, at_ms: int) -> date:
        """Return the day at the service's place."""
        return local(at_ms, ZoneInfo(self.zone)).date()

    def first(self, at_ms: int) -> date:
        """Return the earliest day whose hours may reach a moment: the day before, where it works past midnight."""
        return self.day(at_ms) - timedelta(days=1)


def deadline(start_ms: int, minutes: int, hours: Hours | None) -> int:
    """Return when *minutes* after *start_ms* are over: by the wall, or of working time; 0 where the service does not work so long."""
    if hours is None:
        return start_ms + minutes * MINUTE_MS
    left = minutes * MINUTE_MS
    day = hours.first(start_ms)
    for _ in range(MOST_DAYS):
        first, last = hours.on(day)
        first = max(first, start_ms)
        if last > first:
            if left <= last - first:
                return first + left
            left -= last - first
            start_ms = last
        day += timedelta(days=1)
    return 0


def between(one_ms: int, other_ms: int, hours: Hours | None) -> int:
    """Return the time from one moment to the other in milliseconds, of the clock or of working time; negative backwards."""
    if other_ms < one_ms:
        return -between(other_ms, one_ms, hours)
    if hours is None:
        return other_ms - one_ms
    total, day, last_day = 0, hours.first(one_ms), hours.day(other_ms)
    for _ in range(MOST_DAYS):
        if day > last_day:
            break
        first, last = hours.on(day)
        first, last = max(first, one_ms), min(last, other_ms)
        if last > first:
            total += last - first
            one_ms = last
        day += timedelta(days=1)
    return total


def is_holiday(day: date) -> bool:
    """Tell whether *day* is a French public holiday (Code du travail, article L3133-1)."""
    if (day.month, day.day) in _FIXED:
        return True
    return any(day == easter(day.year) + timedelta(days=after) for after in _AFTER_EASTER)


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden, century, rest = year % 19, *divmod(year, 100)
    leap, other = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * other + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


class Steady:
    """The clock of the wall, but not behind what it was before, whatever is done to it. *steady_ms*: of the clock that nobody sets.

    A wall that was set back counts as much as passed, and `behind_ms` tells by how much it is behind what counts.
    """

    def __init__(self, steady_ms: int) -> None:
        self.floor_ms, self.behind_ms, self._steady_ms = 0, 0, steady_ms

    def now(self, wall_ms: int, steady_ms: int, limit_ms: int | None = None) -> int:
        """Return the moment that counts, by both clocks.

        A wall beyond *limit_ms* is believed for as long as it says so: once it was put right, nothing of it is left.
        """
        self.floor_ms += max(0, steady_ms - self._steady_ms)
        self._steady_ms = steady_ms
        if limit_ms is None or wall_ms <= limit_ms:
            self.floor_ms = max(self.floor_ms, wall_ms)
        self.behind_ms = max(0, self.floor_ms - wall_ms)
        return max(self.floor_ms, wall_ms)

    def saw(self, moment_ms: int) -> None:
        """Take it that it was as late as that before."""
        self.floor_ms = max(self.floor_ms, moment_ms)
