"""The agenda in words: the dates of the coming weeks, week by week, and what there is to say of each. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from app.i18n import fmt_day, fmt_duration, fmt_long_day, fmt_time, fmt_weekday
from app.meeting.agenda.dates import UNTIMED_S, coming, dates, meant
from app.search import plain
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.meeting.agenda.dates import Occurrence
    from app.ui.words import Words
    from storage.meetings import Meeting

WEEKS = 8
"""How far ahead every date of a series is shown; beyond, the next one only."""
_WEEK_S = 7 * 86_400


@dataclass(frozen=True)
class Line:
    """One date, or with `occurrence` None the head of a week. `at` and `below` stand at the left; `open` dates can be joined."""

    key: str
    title: str
    occurrence: Occurrence | None = None
    at: str = ""
    below: str = ""
    detail: str = ""
    mark: tuple[str, str, str] | None = None
    off: bool = False
    open: bool = False

    @property
    def sentence(self) -> str:
        """All that the row shows, read out."""
        mark = self.mark[0] if self.mark is not None else ""
        return ", ".join(part for part in (self.title, self.at, self.below, self.detail, mark) if part)


def agenda(meetings: Iterable[Meeting], now_s: int, query: str = "") -> tuple[Line, ...]:
    """Return the lines of the agenda: what is to come, week by week, then what has no date; *query* narrows by title."""
    wanted = plain(query)
    found = [
        line for meeting in meetings if wanted in plain(meeting.title) for line in _lines(meeting, now_s)
    ]
    found.sort(key=lambda line: (not _begins(line), _begins(line), line.title))
    lines: list[Line] = []
    for monday, week in groupby(found, key=_monday):
        lines.append(
            _head(monday, now_s) if monday is not None else Line("undated", str(say("agenda.undated")))
        )
        lines += week
    return tuple(lines)


def changes_s(lines: Iterable[Line], now_s: int) -> int:
    """Return when *lines* of *now_s* are next to be written anew: something begins, ends or has its turn, or the day does."""
    tomorrow = datetime.fromtimestamp(now_s, UTC).astimezone().date() + timedelta(days=1)
    midnight = int(datetime.combine(tomorrow, time()).timestamp())
    shown = [line.occurrence for line in lines if line.occurrence is not None]
    moments = (
        at for one in shown for at in (one.starts_s, one.ends_s, one.starts_s + UNTIMED_S, opens_s(one))
    )
    return min(at for at in (midnight, *moments) if at > now_s)


def _begins(line: Line) -> int:
    return line.occurrence.starts_s if line.occurrence is not None else 0


def _lines(meeting: Meeting, now_s: int) -> Iterable[Line]:
    """Return the lines of one meeting; what is the same on all its dates is worked out once."""
    parts = (say("agenda.host") if meeting.host else "", told_every(meeting))
    detail = " · ".join(str(part) for part in parts if str(part))
    number = meant(meeting, now_s).number
    return [_line(one, now_s, detail, number) for one in _shown(meeting, now_s)]


def _shown(meeting: Meeting, now_s: int) -> Sequence[Occurrence]:
    ahead = [one for one in dates(meeting) if not one.is_past(now_s)]
    near = [one for one in ahead if one.starts_s < now_s + WEEKS * _WEEK_S]
    return near or ahead[:1]


def _start(one: Occurrence) -> datetime:
    return datetime.fromtimestamp(one.starts_s, UTC).astimezone()


def _monday(line: Line) -> datetime | None:
    """Return the first day of a line's week; None without a date."""
    if line.occurrence is None or not line.occurrence.starts_s:
        return None
    start = _start(line.occurrence).replace(hour=0, minute=0, second=0, tzinfo=None)
    return start - timedelta(days=start.weekday())


def _head(monday: datetime, now_s: int) -> Line:
    """Return a week's head: `Cette semaine · S48`, then `S49 · lun. 30 nov. – dim. 6 déc.`."""
    number = monday.isocalendar().week
    today = datetime.fromtimestamp(now_s, UTC).astimezone().replace(tzinfo=None)
    weeks = (monday.date() - today.date() + timedelta(days=today.weekday())).days // 7
    if weeks in {0, 1}:
        words = say(f"agenda.week.{weeks}", number=number)
    else:
        sunday = monday + timedelta(days=6)
        words = say("agenda.week", number=number, first=fmt_day(monday.date()), last=fmt_day(sunday.date()))
    return Line(f"week {monday:%Y-%m-%d}", str(words))


def _line(one: Occurrence, now_s: int, detail: str, meant_now: int) -> Line:
    at, below = _moment(one, now_s)
    meeting = one.meeting
    return Line(
        key=f"{meeting.tag.hex()} {one.number}",
        title=meeting.title,
        occurrence=one,
        at=str(at),
        below=str(below),
        detail=detail,
        mark=_mark(one, now_s),
        off=one.off,
        open=not one.off and one.number == meant_now,
    )


def _moment(one: Occurrence, now_s: int) -> tuple[Words, Words]:
    """Return what stands at the left: today the hour and the length, else the day and the hour."""
    if not one.starts_s:
        return say("agenda.open"), say("agenda.no_time")
    start = _start(one)
    if start.date() != datetime.fromtimestamp(now_s, UTC).astimezone().date():
        return fmt_weekday(start), fmt_time(start)
    return fmt_time(start), fmt_duration(one.ends_s - one.starts_s) if one.ends_s else say("agenda.today")


def _mark(one: Occurrence, now_s: int) -> tuple[str, str, str] | None:
    if one.off:
        return str(say("agenda.off")), "ban", "plain"
    if one.starts_s and one.starts_s <= now_s:
        return str(say("agenda.running")), "clock", "accent"
    return _asked(one.meeting)


def _asked(meeting: Meeting) -> tuple[str, str, str] | None:
    """Mark what somebody called this user to, where that is not answered, or declined."""
    if not meeting.organiser or meeting.answer == 1:
        return None
    if meeting.answer:
        return str(say("calling.mark.no")), "x", "plain"
    return str(say("calling.mark.new")), "mail", "info"


def told_every(meeting: Meeting) -> Words:
    """Say the rhythm of a series; nothing for a single meeting."""
    return say(f"agenda.every.{meeting.every}") if meeting.starts else ""


def told_hours(one: Occurrence) -> Words:
    """Say day and hours of a date that has a time; where nobody knows its end, only when it begins."""
    begin = datetime.fromtimestamp(one.starts_s, UTC)
    day = fmt_long_day(begin)
    known = {"day": day[:1].upper() + day[1:], "begin": fmt_time(begin)}
    if not one.ends_s:
        return say("agenda.hours.open", **known)
    return say("agenda.hours", end=fmt_time(datetime.fromtimestamp(one.ends_s, UTC)), **known)


def told_when(meeting: Meeting, number: int = -1) -> Words:
    """Say when a meeting is: one date of it, or of a series the first, the rhythm and the last."""
    every = dates(meeting)
    one = every[max(number, 0)] if number >= 0 else coming(meeting, 0) or every[0]
    if not one.starts_s:
        return say("agenda.no_date")
    told = told_hours(one)
    if number >= 0 or not meeting.starts:
        return told
    last = fmt_day(_start(every[-1]))
    rhythm = says("agenda.series", len(every) - len(meeting.off), rhythm=told_every(meeting), last=last)
    return say("agenda.series.from", first=told, series=rhythm)


def told_terms(meeting: Meeting) -> Words:
    """Say who may come and how many, where the invitation bounds it; nothing else."""
    most = says("agenda.most", meeting.most) if meeting.most else ""
    guests = "" if meeting.guests else say("agenda.no_guests")
    return " · ".join(str(part) for part in (most, guests) if str(part))


def opens_s(one: Occurrence) -> int:
    """Return when the link begins to open this date rather than the one before: midway between them."""
    if not one.number:
        return 0
    length_s = one.meeting.ends_s - one.meeting.starts_s
    return (one.meeting.starts[one.number - 1] + length_s + one.starts_s + 1) // 2
