"""What the agenda shows on Today: the RCP of the next minutes, those of the week, what is wrong with the desk. No Qt."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.board import Act, Board, Card, Column, Mark, Note, Rank, Row
from app.i18n import fmt_day, fmt_duration, fmt_long_day, fmt_time, fmt_weekday
from app.intents import OpenSection
from app.meeting.agenda.dates import between, dates
from app.meeting.agenda.known import to_join
from app.meeting.sentences import trouble
from app.meeting.view import IN_MEETING
from app.ui.words import say, says
from media.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.board import Reading
    from app.config import Config
    from app.feature import Desk
    from app.meeting.agenda.dates import Occurrence
    from app.meeting.agenda.planning import Planning
    from app.meeting.service import Meeting
    from app.meeting.view import Notice, View
    from app.session import Session
    from app.ui.words import Words
    from storage.meetings import Meeting as Known

SOON_S = 15 * 60
RUNNING_S = 2 * 3600
"""How long a meeting whose end is not known is taken to run."""
DAYS, SHOWN = 7, 6
OTHERS = frozenset(("device-unexpected",))
"""What is wrong with the desk and told on Today by whoever can mend it."""
FARTHEST_S = 400 * 86_400
"""Further ahead nothing is planned (docs/relay.md)."""


class AgendaSource:
    """The meetings of this desk, read from the vault."""

    id = "meetings"
    place = 0

    def __init__(
        self,
        desk: Desk,
        meeting: Meeting,
        planning: Planning,
        session: Callable[[], Session],
        config: Config,
    ) -> None:
        self._desk, self._meeting, self._session, self._config = desk, meeting, session, config
        self.title = say("today.meetings")
        self.changed: Event[None] = Event()
        self._seen = _told(meeting.view)
        planning.changed.subscribe(lambda _known: self.changed.fire(None))
        meeting.changed.subscribe(self._moved)

    def _moved(self, view: View) -> None:
        """Pass on only what Today shows of a running meeting."""
        told = _told(view)
        if told != self._seen:
            self._seen = told
            self.changed.fire(None)

    async def read(self) -> Reading:
        """Read the agenda; raises StorageError."""
        session = self._session()
        if session.agenda is None:
            return partial(self._board, session.meetings)
        kept = await asyncio.wrap_future(session.agenda.upcoming(0))
        return partial(self._board, tuple(kept))

    def _board(self, meetings: Sequence[Known], now_ms: int) -> Board:
        now_s = now_ms // 1000
        listed = [one for one in between(meetings, now_s, now_s + FARTHEST_S) if not _over(one, now_s)]
        untimed = [dates(one)[0] for one in meetings if not one.starts_s]
        later = [one for one in listed if one.starts_s > now_s and not one.off]
        return Board(
            cards=tuple(self._card(one, now_s) for one in listed if _now(one, now_s)),
            column=self._column([*listed, *untimed], now_s),
            notes=tuple(
                self._note(notice) for notice in self._meeting.view.standing if notice.code not in OTHERS
            ),
            ahead=self._ahead(later[0], now_s) if later else None,
        )

    # --- cards --------------------------------------------------------------------------------------------

    def _card(self, one: Occurrence, now_s: int) -> Card:
        inside = self._inside(one)
        verb, icon = ("back", "arrow-left") if inside else ("join", "door-enter")
        act = Act(
            say(f"today.meeting.{verb}"),
            partial(self._open, one),
            icon,
            say(f"today.meeting.{verb}.spoken", title=one.meeting.title),
        )
        return Card(
            id=_id(one),
            rank=Rank.MEETING,
            head=say("today.meeting.inside") if inside else _head(one, now_s),
            title=one.meeting.title,
            detail=say(f"today.meeting.detail.{_role(one)}", span=_span(one)),
            act=act,
            icon="users-group",
            deadline_ms=one.starts_s * 1000,
        )

    def _ahead(self, one: Occurrence, now_s: int) -> Card:
        start = _at(one.starts_s)
        left = one.starts_s - now_s
        day = say("today.meeting.today") if _days(one, now_s) == 0 else fmt_long_day(start)
        wait = fmt_duration(left) if left < 24 * 3600 else says("today.days", _days(one, now_s))
        return Card(
            id=_id(one),
            rank=Rank.MEETING,
            head=say("today.meeting.next"),
            title=one.meeting.title,
            detail=say("today.meeting.ahead", day=day, span=_span(one), wait=wait),
            act=Act(
                say("join.open"),
                partial(self._open, one),
                "door-enter",
                say("join.open_name", title=one.meeting.title),
            ),
            icon="users-group",
            deadline_ms=one.starts_s * 1000,
        )

    def _inside(self, one: Occurrence) -> bool:
        view = self._meeting.view
        known = view.invitation
        return view.stage in IN_MEETING and known is not None and known.link.tag == one.meeting.tag

    def _open(self, one: Occurrence) -> None:
        """Show a meeting; who sits in another is told so, and stays there."""
        if self._meeting.view.stage in IN_MEETING and not self._inside(one):
            self._desk.tell(say("instance.in_meeting"))
        else:
            self._desk.open(to_join(one.meeting, self._config))

    # --- the column ---------------------------------------------------------------------------------------

    def _column(self, coming: Sequence[Occurrence], now_s: int) -> Column:
        week = [one for one in coming if _days(one, now_s) < DAYS]
        after = next((one for one in coming if one not in week), None)
        return Column(
            rows=tuple(self._row(one, now_s) for one in week[:SHOWN]),
            all=Act(
                say("today.meetings.all"),
                partial(self._desk.open, OpenSection("meeting")),
                spoken=say("today.meetings.all.spoken"),
                keys=("G", "R"),
            ),
            none=say("today.meetings.none"),
            none_detail=_after(after),
            rest=len(week[SHOWN:]),
        )

    def _row(self, one: Occurrence, now_s: int) -> Row:
        first, second = _moment(one, now_s)
        strong = _now(one, now_s)
        return Row(
            id=_id(one),
            title=one.meeting.title,
            detail=say(f"today.meeting.{_role(one)}"),
            run=partial(self._open, one),
            first=first,
            second=second,
            marks=self._marks(one, now_s),
            strong=strong,
            verb=say("join.open") if strong else "",
        )

    def _marks(self, one: Occurrence, now_s: int) -> tuple[Mark, ...]:
        if one.off:
            return (Mark(say("today.meeting.off"), "ban", "warn"),)
        if self._inside(one):
            return (Mark(say("today.meeting.inside"), "door-enter", "ok"),)
        if _now(one, now_s):
            return (Mark(_head(one, now_s), "clock", "accent"),)
        asked = one.meeting.organiser and not one.meeting.answer
        return (Mark(say("calling.mark.new"), "mail", "info"),) if asked else ()

    # --- the desk -----------------------------------------------------------------------------------------

    def _note(self, notice: Notice) -> Note:
        said = trouble(notice)
        spoken = say("notice.close.of", title=said.title)
        act = Act(say("notice.close"), partial(self._meeting.dismiss, notice), "x", spoken)
        return Note(f"{notice.code} {notice.name}", said.tone, said.title, said.detail, act)


def _told(view: View) -> tuple[object, ...]:
    return view.standing, view.stage in IN_MEETING, view.invitation


def _id(one: Occurrence) -> str:
    return f"{one.meeting.tag.hex()}/{one.number}"


def _at(time_s: int) -> datetime:
    return datetime.fromtimestamp(time_s, UTC)


def _over(one: Occurrence, now_s: int) -> bool:
    unended = one.starts_s and not one.ends_s
    return one.is_past(now_s) or bool(unended and now_s >= one.starts_s + RUNNING_S)


def _now(one: Occurrence, now_s: int) -> bool:
    """Tell whether a meeting is in the next quarter of an hour, or runs."""
    soon = bool(one.starts_s) and one.starts_s - now_s <= SOON_S
    return soon and not one.off and not _over(one, now_s)


def _head(one: Occurrence, now_s: int) -> Words:
    minutes = -((now_s - one.starts_s) // 60)
    if minutes > 0:
        return says("today.meeting.in", minutes)
    since = (now_s - one.starts_s) // 60
    return says("today.meeting.since", since) if since else say("today.meeting.begins")


def _days(one: Occurrence, now_s: int) -> int:
    """Return in how many days of this machine's calendar a meeting begins; 0 when it has no time or has begun."""
    today = _at(now_s).astimezone().date()
    return max((_at(one.starts_s).astimezone().date() - today) // timedelta(days=1), 0) if one.starts_s else 0


def _span(one: Occurrence) -> Words:
    start = fmt_time(_at(one.starts_s))
    return say("today.meeting.span", start=start, end=fmt_time(_at(one.ends_s))) if one.ends_s else start


def _role(one: Occurrence) -> str:
    return "host" if one.meeting.host else "guest"


def _moment(one: Occurrence, now_s: int) -> tuple[Words, Words]:
    if not one.starts_s:
        return say("agenda.open"), say("agenda.no_time")
    start = _at(one.starts_s)
    if _days(one, now_s):
        return fmt_weekday(start), fmt_time(start)
    return fmt_time(start), fmt_duration(one.ends_s - one.starts_s) if one.ends_s else say("agenda.today")


def _after(one: Occurrence | None) -> Words:
    if one is None:
        return say("today.meetings.none.detail")
    return say("today.meetings.none.after", title=one.meeting.title, day=fmt_day(_at(one.starts_s)))
