"""Moments in the site's time zone, time that passes, birth dates as far as they are known, ages. No Qt."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.i18n import fmt_date, fmt_duration, fmt_number, tr, trn
from storage.patients import ins

if TYPE_CHECKING:
    from datetime import tzinfo

DEFAULT_ZONE = "Europe/Paris"
_HOUR_MS = 3_600_000
_FIRST_MS, _LAST_MS = -62_104_060_800_000, 253_086_768_000_000
"""The years 2 and 9990: beyond them a change of zone leaves the calendar."""


def local(ms: int, zone: tzinfo | None = None) -> datetime:
    """Return a moment on a clock, without *zone* this machine's; what no calendar has is the first or the last that one has."""
    return datetime.fromtimestamp(min(max(ms, _FIRST_MS), _LAST_MS) / 1000, UTC).astimezone(zone)


def since_start_ms() -> int:
    """Return the time since the machine started, which nobody sets; with the time asleep where the system counts it."""
    counted = getattr(time, "CLOCK_BOOTTIME", None)
    return int((time.monotonic() if counted is None else time.clock_gettime(counted)) * 1000)


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(DEFAULT_ZONE)


@dataclass(frozen=True)
class Site:
    """Writes moments as the clocks of the hospital showed them; an unknown *zone* is Paris."""

    zone: str = DEFAULT_ZONE

    def at(self, ms: int) -> datetime:
        """Return a moment on the site's clock."""
        return local(ms, _zone(self.zone))

    def day(self, ms: int) -> str:
        """`24/11/2026`, or nothing for 0."""
        return fmt_date(self.at(ms).date()) if ms else ""

    def short_day(self, ms: int, now_ms: int) -> str:
        """`24 nov.` in the year of *now_ms*, else the whole date."""
        at = self.at(ms)
        if at.year != self.at(now_ms).year:
            return fmt_date(at.date())
        return tr("person.day", day=at.day, month=tr("date.months").split("|")[at.month - 1])

    def clock(self, ms: int) -> str:
        """`02:30`, and which of the two where the clocks went back."""
        at = self.at(ms)
        text = f"{at:%H:%M}"
        if at.replace(fold=0).utcoffset() == at.replace(fold=1).utcoffset():
            return text
        return tr("person.clock.winter" if at.fold else "person.clock.summer", time=text)

    def moment(self, ms: int) -> str:
        """`24/11/2026 à 12:18`, or nothing for 0."""
        return tr("person.moment", day=self.day(ms), time=self.clock(ms)) if ms else ""


def parts(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of an HL7 date, 0 where unknown; None where there is no date in it."""
    digits = text[:8]
    if not digits.isascii() or not digits.isdigit() or len(digits) not in {4, 6, 8}:
        return None
    year, month, day = int(digits[:4]), int(digits[4:6] or 0), int(digits[6:8] or 0)
    try:
        date(year, month or 1, (day if month else 0) or 1)
    except ValueError:
        return None
    return year, month, day if month else 0


def written(text: str) -> str:
    """Write an HL7 date as far as it is known: `14/03/1954`, `03/1954`, `1954`; what is no date stays as it came."""
    known = parts(text)
    if known is None:
        return text
    year, month, day = known
    if not month:
        return str(year)
    if not day:
        return tr("person.month", month=f"{month:02d}", year=year)
    shown = fmt_date(date(year, month, day))
    clock = text[8:12]
    if len(clock) == 4 and clock.isdigit():
        return tr("person.moment", day=shown, time=f"{clock[:2]}:{clock[2:]}")
    return shown


def age(birth: str, at: date) -> str:
    """`72 ans`, `18 mois`, `12 jours`; `environ 72 ans` where only the year is known; empty where nothing can be said."""
    known = parts(birth)
    found = ins.age("".join(f"{part:02d}" for part in known if part), at) if known is not None else None
    if known is None or found is None:
        return ""
    count, unit = found
    return trn(f"person.age.{unit}", count) if known[1] else tr("person.age.about", n=fmt_number(count))


def lasted(ms: int) -> str:
    """`6 h 05`, from a day on `36 h`, beyond two days `3 jours`: how long something took."""
    if ms < 24 * _HOUR_MS:
        return fmt_duration(ms / 1000)
    if ms <= 48 * _HOUR_MS:
        return tr("times.hours", n=fmt_number(round(ms / _HOUR_MS)))
    return trn("times.days", round(ms / (24 * _HOUR_MS)))
