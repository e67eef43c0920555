"""When a meeting begins, as a chip and a line: pure, time passed in. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.i18n import fmt_day, fmt_duration, fmt_time
from app.meeting.agenda.dates import meant
from app.meeting.agenda.weeks import told_hours
from app.ui.words import Words, say

if TYPE_CHECKING:
    from storage.meetings import Meeting

SOON_S, MINUTE_S = 86_400, 60


def words(known: Meeting | None, now_s: int) -> tuple[Words, Words]:
    """Return (chip, line) of the date that the link opens now; both empty where nobody knows when."""
    one = meant(known, now_s) if known is not None else None
    if one is None or not one.starts_s:
        return "", ""
    return _chip(one.starts_s, one.ends_s, now_s), told_hours(one)


def _chip(starts_s: int, ends_s: int, now_s: int) -> Words:
    if ends_s and ends_s <= now_s:
        return say("prejoin.over", at=fmt_time(datetime.fromtimestamp(ends_s, UTC)))
    if 0 <= now_s - starts_s < MINUTE_S:
        return say("prejoin.now")
    if starts_s <= now_s:
        return say("prejoin.began", ago=fmt_duration(now_s - starts_s))
    if starts_s - now_s < SOON_S:
        return say("prejoin.begins", left=fmt_duration(starts_s - now_s + MINUTE_S - 1))
    return say("prejoin.begins_on", day=fmt_day(datetime.fromtimestamp(starts_s, UTC)))
