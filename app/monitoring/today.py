"""What telemonitoring shows on Today: what calls for who works here as cards, the open alerts as a column. No Qt."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from app.board import Act, Board, Card, Column, Foot, Gauge, Graded, Note, Rank, Row
from app.i18n import fmt_date, fmt_time, isolated, tr
from app.intents import OpenAlert
from app.monitoring import looks
from app.monitoring.following import Standing
from app.monitoring.outlook import VITAL
from app.monitoring.ports import Unwritable
from app.monitoring.refusals import refusal
from app.naming import born
from app.times import age, written
from app.ui.words import say, says
from media.events import Event
from storage.monitoring.records import NO_GRADE, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.board import Reading
    from app.feature import Desk
    from app.monitoring.following import Following
    from app.monitoring.outlook import Outlook
    from app.monitoring.people import People
    from app.monitoring.ports import Item, Monitoring
    from app.ui.words import Words
    from storage.monitoring.records import Record

SHOWN, CARDS = 5, 20
"""Rows of the column; cards at most: the rest is in the column, and in its numbers."""
AHEAD_MS = 10 * 60_000
"""So long what was read is enough to tell what calls; it is read again every few seconds."""
_OPENERS = {"call": ("phone", "call"), "second": ("checks", "second"), "open": ("arrow-right", "")}
"""Icon of each way into an alert, and what it begins there."""
GRADES = (4, 3, 2, 1)
"""Always counted; others where there are some."""


class AlertsSource:
    """The open alerts as who works here sees them."""

    id = "monitoring"
    place = 1

    def __init__(self, desk: Desk, alerts: Monitoring, following: Following, people: People) -> None:
        self._desk, self._alerts, self._following, self._people = desk, alerts, following, people
        self.title = say("today.alerts")
        self.changed: Event[None] = Event()
        self._taking: set[bytes] = set()
        self._news = asyncio.Event()
        following.looked.subscribe(self._looked)
        people.changed.subscribe(self.changed.fire)

    def _looked(self, _outlook: Outlook | None) -> None:
        self._news.set()
        self.changed.fire(None)

    async def read(self) -> Reading:
        """Return what there is once all was read, nothing where the patients are closed; raises Unwritable where they cannot be read."""
        while self._following.standing is Standing.READING:
            self._news.clear()
            await self._news.wait()
        if self._following.standing is Standing.FAILING:
            raise Unwritable
        outlook = self._following.outlook
        if outlook is None:
            return lambda _now_ms: Board()
        return partial(self._board, Ahead(outlook, self._following.hour.now_ms() + AHEAD_MS))

    def _board(self, ahead: Ahead, _now_ms: int) -> Board:
        now_ms, outlook = self._following.hour.now_ms(), ahead.outlook
        cards = tuple(self._card(one, outlook, now_ms) for one in ahead.presses(now_ms))
        return Board(cards, self._column(ahead, now_ms) if outlook.follows else None)

    # --- cards --------------------------------------------------------------------------------------------

    def _card(self, item: Item, outlook: Outlook, now_ms: int) -> Card:
        name, old = looks.name(item), age_of(item, now_ms)
        return Card(
            id=f"alert {item.alert.hex()}",
            rank=Rank.GRADE_4 if item.gravest >= VITAL else Rank.ALERT,
            head=_head(item, outlook, now_ms),
            title=say("today.alert.title", name=isolated(name), age=old) if old else name,
            detail=" · ".join(self._told(item, outlook.me)),
            act=self._act(item, outlook),
            icon="activity-heartbeat",
            deadline_ms=item.due.due_ms,
            tone="danger",
            more=(self._opener("call", item),),
            grade=looks.sign(item),
            gauge=_gauge(item, now_ms),
        )

    def _told(self, item: Item, me: bytes) -> list[str]:
        """Return what it is about, whom exactly, and by whom."""
        who = item.who
        by = tr("today.alert.by", name=self._people.name(item.holder)) if item.holder not in {b"", me} else ""
        parts = (
            looks.unsaid(item),
            looks.symptoms(item, self._alerts.table()),
            born(who.sex, who.birth),
            tr("monitoring.ipp", ipp=who.key.ipp),
            by,
        )
        return [part for part in parts if part]

    def _act(self, item: Item, outlook: Outlook) -> Act:
        if outlook.awaited(item):
            return self._opener("second", item)
        if item.holder == outlook.me:
            return self._opener("open", item)
        name = isolated(looks.name(item))
        return Act(
            say("today.alert.take"),
            partial(self._take, item),
            "stethoscope",
            say("today.alert.take.spoken", name=name),
        )

    def _opener(self, verb: str, item: Item) -> Act:
        icon, act = _OPENERS[verb]
        run = partial(self._desk.open, OpenAlert(item.alert, act))
        spoken = say(f"today.alert.{verb}.spoken", name=isolated(looks.name(item)))
        return Act(say(f"today.alert.{verb}"), run, icon, spoken)

    # --- taking -------------------------------------------------------------------------------------------

    def _take(self, item: Item) -> None:
        """Take an alert, and show it once that is kept."""
        if item.alert not in self._taking:
            self._taking.add(item.alert)
            done, failed = partial(self._taken, item), partial(self._not_taken, item)
            self._desk.bridge.start(self._desk.bridge, self._alerts.take(item.alert), done, failed)

    def _taken(self, item: Item, record: Record) -> None:
        self._taking.discard(item.alert)
        self._desk.tell(
            say("today.alert.taken", name=isolated(looks.name(item))), partial(self._undo, record)
        )
        self._desk.open(OpenAlert(item.alert))

    def _not_taken(self, item: Item, error: Exception) -> None:
        self._taking.discard(item.alert)
        self._desk.tell(refusal(error))

    def _undo(self, record: Record) -> bool:
        """Give it back; what became of that is said once it is known, not before."""
        bridge, tell = self._desk.bridge, self._desk.tell
        undone, kept = say("alertacts.undone"), "alertacts.not_undone"
        bridge.start(
            bridge,
            self._alerts.undo(record),
            lambda _record: tell(undone),
            lambda error: tell(say(kept, why=refusal(error))),
        )
        return False

    # --- the column ---------------------------------------------------------------------------------------

    def _column(self, ahead: Ahead, now_ms: int) -> Column:
        outlook, seen = ahead.outlook, ahead.seen(now_ms)
        kind = "all" if outlook.every else "escalated"
        none: tuple[Words, Words] = say(f"today.alerts.none.{kind}"), _followed(outlook, now_ms)
        return Column(
            rows=tuple(self._row(one, outlook, now_ms) for one in seen[:SHOWN]),
            all=self._all("today.alerts.all", keys=("G", "T")),
            none=none[0],
            none_detail=none[1],
            note=says("today.alerts.file", outlook.counts.followed),
            rest=max(len(seen) - SHOWN, 0),
            tallies=ahead.tallies(now_ms),
            foot=self._foot(outlook) if outlook.every and outlook.silent else None,
            alarm=self._alarm(outlook, now_ms),
        )

    def _all(self, key: str, which: str = "", keys: tuple[str, ...] = ()) -> Act:
        run = partial(self._desk.open, OpenAlert(which=which))
        return Act(say(key), run, spoken=say(f"{key}.spoken"), keys=keys)

    def _foot(self, outlook: Outlook) -> Foot:
        words = says("today.alerts.silent", len(outlook.silent))
        return Foot("bell-off", words, self._all("today.alerts.remind", "silent"))

    def _alarm(self, outlook: Outlook, now_ms: int) -> Note | None:
        if not outlook.counts.late_ms:
            return None
        title = say("today.alerts.late", at=moment(outlook.counts.late_ms, now_ms))
        return Note("feed", "danger", title, say("today.alerts.late.detail"), self._all("today.alerts.all"))

    def _row(self, item: Item, outlook: Outlook, now_ms: int) -> Row:
        icon, tone = looks.TRENDS[item.trend] if item.symptoms else ("", "text_2")
        who = item.who
        parts = (
            written(who.birth) if who.birth else "",
            who.treatment,
            tr("monitoring.ipp", ipp=who.key.ipp),
        )
        return Row(
            id=item.alert.hex(),
            title=looks.name(item),
            detail=" · ".join(part for part in parts if part),
            run=partial(self._desk.open, OpenAlert(item.alert)),
            graded=Graded(
                looks.sign(item),
                looks.unsaid(item)
                or looks.symptoms(replace(item, symptoms=item.symptoms[:1]), self._alerts.table()),
                self._state(item, outlook),
                _gauge(item, now_ms),
                age_of(item, now_ms),
                icon,
                tone,
            ),
        )

    def _state(self, item: Item, outlook: Outlook) -> Words:
        """Return who has it."""
        if outlook.asked(item):
            return say("today.alert.state.mine")
        if item.phase is Phase.ESCALATED and item.escalated_to:
            return say("today.alert.state.escalated", name=self._people.name(item.escalated_to[-1]))
        if item.phase is Phase.CLOSING:
            return say(f"today.alert.state.{'second' if outlook.awaited(item) else 'closing'}")
        if not item.holder:
            return say("today.alert.state.free")
        return say("today.alert.state.own") if item.holder == outlook.me else self._people.name(item.holder)


class Ahead:
    """What an outlook shows until a moment, chosen among thousands beside the window's thread: what calls goes on calling as time passes."""

    def __init__(self, outlook: Outlook, until_ms: int) -> None:
        self.outlook, self._until_ms = outlook, until_ms
        self._seen = replace(outlook, open=outlook.seen(until_ms))
        self._pressing = replace(outlook, open=outlook.presses(until_ms))
        self._tallies = tallies(outlook.open)

    def seen(self, now_ms: int) -> tuple[Item, ...]:
        """Return what is seen now."""
        return (self._seen if now_ms <= self._until_ms else self.outlook).seen(now_ms)

    def presses(self, now_ms: int) -> tuple[Item, ...]:
        """Return what the cards are for now."""
        return (self._pressing if now_ms <= self._until_ms else self.outlook).presses(now_ms, CARDS)

    def tallies(self, now_ms: int) -> tuple[tuple[int, int], ...]:
        """Return how many are seen now of each grade."""
        return self._tallies if self.outlook.every else tallies(self.seen(now_ms))


def tallies(items: Sequence[Item]) -> tuple[tuple[int, int], ...]:
    """Return how many there are of each grade as which they call, the gravest first; those that call as none count as 0, as in the section."""
    found = Counter(max(one.pressing, 0) for one in items)
    shown = sorted({*GRADES, *found}, reverse=True)
    return tuple((grade, found[grade]) for grade in shown)


def age_of(item: Item, now_ms: int) -> str:
    """Return the age at *now_ms*; nothing where it is not known, or stands still."""
    birth = item.who.birth
    return age(birth, _local(now_ms).date()) if birth and not item.who.dead else ""


def moment(at_ms: int, now_ms: int) -> str:
    """Return the time of today, else day and time."""
    at = _local(at_ms)
    return fmt_time(at) if at.date() == _local(now_ms).date() else f"{fmt_date(at)} {fmt_time(at)}"


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone()


def _head(item: Item, outlook: Outlook, now_ms: int) -> Words:
    if outlook.awaited(item):
        return say("today.alert.closed", told=item.gravest, grade=item.grade)
    if outlook.asked(item):
        kind = "mine"
    elif item.holder == outlook.me:
        kind = "own"
    else:
        kind = "late" if item.holder and outlook.on_call(item, now_ms) else "free"
    graded = "none" if looks.sign(item) == NO_GRADE else "graded"
    return say(f"today.alert.{kind}.{graded}", grade=item.grade)


def _gauge(item: Item, now_ms: int) -> Gauge:
    return Gauge(looks.share(item.due, now_ms), looks.left(item.due, now_ms))


def _followed(outlook: Outlook, now_ms: int) -> Words:
    followed, heard_ms = outlook.counts.followed, outlook.counts.heard_ms
    if not heard_ms:
        return says("today.alerts.followed", followed)
    return says("today.alerts.followed.heard", followed, at=moment(heard_ms, now_ms))
