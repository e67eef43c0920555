"""How long is left, and how long something may take, as people say it. No Qt."""

from __future__ import annotations

from app.i18n import fmt_duration, fmt_number, tr, trn

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
HOURS_ALONE, DAYS_ALONE = 12, 48
"""From so many hours on minutes say nothing more, and then hours do not."""


def span(ms: int, *, working: bool = False) -> str:
    """`42 min`, `1 h 04`, `18 h`, `4 j`: a length of time, rounded down; less than a minute is `0 min`.

    *working* time is told in hours however long it is: a working day has no 24 of them.
    """
    hours = ms // HOUR_MS
    if hours >= DAYS_ALONE and not working:
        return trn("monitoring.time.days", ms // DAY_MS)
    if hours >= HOURS_ALONE or (hours and not ms % HOUR_MS):
        return tr("monitoring.time.hours", n=fmt_number(hours))
    return fmt_duration(ms // 1000) if ms >= MINUTE_MS else tr("duration.minutes", minutes=0)


def left(ms: int, *, working: bool = False) -> str:
    """Return what is left as a span, `+ 12 min` where it is overdue by so much."""
    told = span(abs(ms), working=working)
    return tr("monitoring.time.over", time=told) if ms < 0 else told


def delay(minutes: int, *, working: bool = False) -> str:
    """`2 h`, `2 h ouvrées`: what the service allows."""
    told = span(minutes * MINUTE_MS, working=working)
    return tr("monitoring.time.working", time=told) if working else told
