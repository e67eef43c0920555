"""Reading the day and the hours that somebody types, and writing them for the form. No Qt."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from app.i18n import language
from app.meeting.agenda.draft import PlanRefused
from media.keys.terms import MAX_DATES

USUAL = timedelta(minutes=90)
_FIRST, _LAST = 8, 19
_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{4}))?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TIMES = re.compile(r"(\d{1,3})(?: ?(?:fois|times|dates|x))?", re.ASCII | re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2})(?: ?[:hH.] ?(\d{2})?)?|(\d{2})(\d{2})", re.ASCII)


def read_day(text: str, today: date) -> date:
    """Read `24/11/2026`, `24/11` (the next one) or `2026-11-24`; raises PlanRefused."""
    text = text.strip()
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DAY.fullmatch(text):
            day = date(int(found[3] or today.year), int(found[2]), int(found[1]))
            return day if found[3] or day >= today else day.replace(year=today.year + 1)
    except ValueError as error:
        raise PlanRefused("day-unreadable", "day") from error
    raise PlanRefused("day-unreadable", "day")


def read_time(text: str, at: str) -> time:
    """Read `12:30`, `12h30`, `1230` or `9`; raises PlanRefused about the field *at*."""
    found = _TIME.fullmatch(text.strip())
    try:
        if found:
            return time(int(found[1] or found[3]), int(found[2] or found[4] or 0))
    except ValueError as error:
        raise PlanRefused("time-unreadable", at) from error
    raise PlanRefused("time-unreadable", at)


def read_span(day: str, start: str, end: str, now: datetime) -> tuple[int, int]:
    """Return start and end in seconds since 1970, read on this machine's clock; raises PlanRefused."""
    on = read_day(day, now.astimezone().date())
    moments = (datetime.combine(on, read_time(text, at)) for text, at in ((start, "start"), (end, "end")))
    try:
        first, last = (int(moment.astimezone().timestamp()) for moment in moments)
    except (OverflowError, OSError, ValueError) as error:
        raise PlanRefused("day-unreadable", "day") from error
    return first, last


def read_until(text: str, today: date) -> tuple[int, date | None]:
    """Read when a series ends: `12`, `12 fois` (then no day), or a day (then as many dates as an invitation holds).

    Raises PlanRefused.
    """
    if found := _TIMES.fullmatch(text.strip()):
        count = int(found[1])
        if not 2 <= count <= MAX_DATES:
            raise PlanRefused("series-short" if count < 2 else "series-long", "until")
        return count, None
    try:
        return MAX_DATES, read_day(text, today)
    except PlanRefused as error:
        raise PlanRefused("until-unreadable", "until") from error


def write_day(day: date) -> str:
    """Write a day as `read_day` reads it: `24/11/2026` in French, `2026-11-24` in English, never the month first."""
    return f"{day:%d/%m/%Y}" if language() == "fr" else day.isoformat()


def proposed(now: datetime) -> tuple[datetime, datetime]:
    """Return a start on a full hour between 8 and 19, at least half an hour ahead, and the usual length."""
    start = (now.astimezone() + timedelta(minutes=89)).replace(minute=0, second=0, microsecond=0)
    while not _FIRST <= start.hour <= _LAST:
        start += timedelta(hours=1)
    return start, start + USUAL
