"""Telemonitoring at desks without a window: the coordinator signs the service's rules, the nurse triages what patients answer.

The nurse's desk is what any other is: its care unit comes from the gateway, its records go to the team over the relay, what it closes to
the hospital's record.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from app.config import CARE_UNITS, Config, Policy
from app.demo import orders, schedule
from app.demo.actor import now_us
from app.demo.questionnaires import alert
from app.demo.writing import Clock
from app.fanout.service import Handed
from app.interop.feed import Feed
from app.interop.state import Options
from app.monitoring.clock import MINUTE_MS
from app.monitoring.closing import Closing
from app.monitoring.following import Following
from app.monitoring.hour import Hour
from app.monitoring.ports import List
from app.monitoring.service import Monitoring
from app.monitoring.sharing import Sharing
from media.mail import policy as rules
from resources.demo import monitoring as story
from resources.demo.people import EVERYONE, ME, person
from storage.monitoring.records import Life, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from app.demo.writing import Bell, WritingDesk
    from resources.demo.monitoring import Act

ANSWER_S = 2.5
"""How long the nurse takes to read what the doctor answered."""
KNOWN = frozenset(one.key for one in EVERYONE)
WEEK_MS = 7 * 1_440 * MINUTE_MS
log = logging.getLogger(__name__)


class Watch:
    """The monitoring of one desk. `clock` is the hour at which its acts are dated."""

    def __init__(self, desk: WritingDesk, founder: bytes, bell: Bell, names: Mapping[bytes, str]) -> None:
        from app.monitoring.pdf import paint  # noqa: PLC0415 -- Qt, of which only these desks have need here

        self._desk, self.clock = desk, Clock()
        forced = {CARE_UNITS.key: (story.UNIT,)}
        config = Config(Policy(forced=forced))
        sharing = Sharing(desk.post, lambda: {founder})
        self.alerts = Monitoring(sharing, self.clock.now_ms, desk.trail, lambda: {founder}, lambda: 0)
        self._following = Following(_start, self.alerts, sharing, Hour(Clock().now_ms))
        self._handed = Handed(_start, desk.post, config, Clock().now_ms)
        self._feed = Feed(_start, Clock().now_ms)
        self._closing = Closing(
            _start,
            self.alerts,
            lambda: self._handed.outgoing,
            paint,
            lambda user: names.get(user, ""),
            Clock().now_ms,
        )
        self._handed.left.subscribe(self._closing.left)
        self._feed.patients_changed.subscribe(self._following.hear)
        self._following.looked.subscribe(bell.ring)
        self._following.keep_in(desk.vault)
        self._following.follow(desk.session)
        self._handed.open(desk.vault)
        self._feed.open(desk.vault, Options.of(config))
        self._closing.follow()

    @property
    def open(self) -> bool:
        """Whether what was known is read."""
        return self._following.outlook is not None

    async def life(self, named: bytes) -> Life:
        """Return how an alert stands."""
        sheet = await self.alerts.sheet(named, again=True)
        return sheet.life if sheet else Life()

    async def knows(self, named: bytes) -> bool:
        """Tell whether an alert came here, and the service's rules."""
        if not self.open:
            return False
        ruled = any(one.id for one in await self.alerts.services())
        return ruled and await self.alerts.sheet(named, again=True) is not None

    def close(self) -> None:
        """Follow nothing more."""
        self._closing.close()
        self._feed.close()
        self._handed.close()
        self._following.close()


class Triage:
    """What the service does in the demo: before it begins, and while it runs."""

    def __init__(
        self, desks: Mapping[str, WritingDesk], doctor: bytes, relief: bytes, began_s: int, bell: Bell
    ) -> None:
        self._users = {**{key: one.session.user for key, one in desks.items()}, ME.key: doctor}
        if relief:
            self._users[story.RELIEF.key] = relief
        self._bell, self._began_ms = bell, began_s * 1000
        founder = self._users[story.COORDINATOR]
        names = {user: person(key).name for key, user in self._users.items() if key in KNOWN}
        self._boss = Watch(desks[story.COORDINATOR], founder, bell, names)
        self._nurse = Watch(desks[story.NURSE], founder, bell, names)
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        """Sign the rules, and do what was done before the demo begins."""
        await self._bell.until(self._ready)
        self._boss.clock.ahead_ms = -15 * WEEK_MS
        await self._boss.alerts.sign(policy(self._users, self._boss.clock.now_ms()))
        for act in story.BEFORE:
            await self._do(act, self._began_ms + act.at_s * 1000)
        self._nurse.clock.ahead_ms = 0

    async def _ready(self) -> bool:
        return self._boss.open and self._nurse.open

    async def play(self, scene: orders.Scene) -> None:
        """Do what is done during the scene, each at its time."""
        pace = schedule.pace(scene.seconds)
        async with asyncio.TaskGroup() as group:
            for act in story.DURING:
                group.create_task(self._do_at(act, scene.start_us + int(act.at_s * pace * 1e6)))

    async def _do_at(self, act: Act, at_us: int) -> None:
        await asyncio.sleep(max(0, at_us - now_us()) / 1e6)
        await self._do(act)

    async def close_answered(self) -> None:
        """Close what was escalated once the doctor answered."""
        named = alert(story.CLOSING.ipp)

        async def answered() -> bool:
            return (await self._nurse.life(named)).answered

        await self._bell.until(answered)
        await asyncio.sleep(ANSWER_S)
        await self._do(story.CLOSING)

    async def _do(self, act: Act, at_ms: int = 0) -> None:
        """Do one thing, dated *at_ms* (0: now), once the alert is there; one after the other."""
        named, watch = alert(act.ipp, act.weeks), self._nurse

        async def came() -> bool:
            return await watch.knows(named)

        await self._bell.until(came)
        async with self._turn:
            watch.clock.ahead_ms = at_ms - time.time_ns() // 1_000_000 if at_ms else 0
            await self._step(act, named)

    async def _step(self, act: Act, named: bytes) -> None:
        alerts = self._nurse.alerts
        match act.step:
            case "take":
                await alerts.take(named)
            case "call":
                await alerts.call(named, reached=True, minutes=act.minutes, text=act.text, grade=act.grade)
            case "advise":
                await alerts.advise(named, act.text)
            case "escalate":
                await alerts.escalate(named, escalates_to(self._users), act.text)
            case "close":
                await alerts.close(named, act.reason, act.grade, act.text)
            case "mute":
                sheet = await alerts.sheet(named)
                assert sheet is not None
                until_ms = self._nurse.clock.now_ms() + 4 * WEEK_MS
                await alerts.mute(sheet.item.who.key, act.symptom, until_ms, act.reason)

    # --- at the end -----------------------------------------------------------------------------------------

    async def count(self, patience_s: float) -> orders.Watched:
        """Return how alerts stand; the last closure gets a little time to arrive in the hospital's record."""
        try:
            async with asyncio.timeout(patience_s):
                await self._bell.until(self._recorded)
        except TimeoutError:
            log.warning("the last closure is not in the record yet")
        return await watched(person(story.NURSE).name, self._nurse.alerts)

    async def _recorded(self) -> bool:
        named = alert(story.CLOSING.ipp)
        return any(
            one.alert == named and one.leaving == "accepted"
            for one in await self._nurse.alerts.queue(List.CLOSED)
        )

    def close(self) -> None:
        """End."""
        for one in (self._boss, self._nurse):
            one.close()


async def watched(name: str, alerts: Monitoring) -> orders.Watched:
    """Return how alerts stand at the desk of *name*."""
    counts, lists = await alerts.counts(), {which: await alerts.queue(which) for which in List}
    every = [one for those in lists.values() for one in those]
    sheets = [await alerts.sheet(one.alert, again=True) for one in every]
    rows = [row for one in sheets if one is not None for row in one.life.rows]
    done = Counter(row.record.step for row in rows if row.void is None)
    grades = Counter(one.grade for one in every)
    return orders.Watched(
        name=name,
        followed=counts.followed,
        by_grade=[grades[grade] for grade in range(6)],
        todo=counts.todo,
        in_hand=counts.in_hand,
        escalated=done[Step.ESCALATE],
        answered=done[Step.ANSWER],
        closed=counts.closed,
        overdue=counts.overdue,
        silent=counts.silent,
        accepted=sum(one.leaving == "accepted" for one in lists[List.CLOSED]),
    )


def policy(users: Mapping[str, bytes], now_ms: int) -> rules.Policy:
    """Return the first version of the service's rules: of *users* by key those who are in it, and what was agreed."""
    parts = {
        story.NURSE: rules.Part.NURSE,
        story.RELIEF.key: rules.Part.NURSE,
        ME.key: rules.Part.DOCTOR,
        story.SECOND: rules.Part.DOCTOR,
        story.COORDINATOR: rules.Part.COORDINATOR,
    }
    return rules.Policy(
        story.UNIT,
        story.TITLE,
        1,
        made_ms=now_ms,
        note=story.NOTE,
        members=tuple((users[key], part) for key, part in parts.items() if key in users),
        order=escalates_to(users),
        rules=tuple(rules.LocalRule(*one) for one in story.RULES),
        protocols=tuple(rules.Protocol(*one) for one in story.PROTOCOLS),
        reasons=story.REASONS,
    )


def escalates_to(users: Mapping[str, bytes]) -> tuple[bytes, ...]:
    """Return the doctors whom an escalation asks, the first one first."""
    return users[ME.key], users[story.SECOND]


class _Job:
    """Running work."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task

    def cancel(self) -> None:
        """Stop it."""
        self._task.cancel()


def _start(
    work: Coroutine[Any, Any, None],
    done: Callable[[None], None],
    failed: Callable[[Exception], None],
    /,
) -> _Job:
    """Run *work* on this loop, as `Bridge.start` does it on the window's."""

    def ended(task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Exception):
            failed(error)
        else:
            done(None)

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    return _Job(task)
