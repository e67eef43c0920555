"""`python -m app.demo.letters`: the desks of colleagues who write to the doctor and answer her, each with a vault and a post office of its own.

What was written before the demo began goes over the relay as everything else, from the doctor's own desk too: her profile
is open here until then, under the hours of the story.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import suppress
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PyQt6.QtGui import QGuiApplication

from app.demo import orders
from app.demo.actor import now_us
from app.demo.triage import Triage
from app.demo.writing import Bell, Clock, WritingDesk
from media.mail.types import Type
from resources.demo import messages as story
from resources.demo.people import ME
from storage.identity import Relay
from storage.messages.records import State

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from app.post.told import Told

BEFORE_S, DELIVERED_S, RECORDED_S = 60.0, 5.0, 20.0
LOOK_S, ANSWER_S = 1.5, 2.5
"""How long people take to look at what came, and then to answer."""
log = logging.getLogger(__name__)


class Letters:
    """Everybody who writes."""

    def __init__(self, order: orders.Correspond) -> None:
        self._order = order
        self._clock, self._bell = Clock(), Bell()
        self._desks: dict[str, WritingDesk] = {}
        self._before: list[State] = []
        self._answers = {key: cycle(texts) for key, texts in story.ANSWERS.items()}
        self._tasks: set[asyncio.Task[None]] = set()
        self._patience_s = 0.0
        self._doctor = b""
        self._triage: Triage | None = None
        self._unknown: WritingDesk | None = None
        """Whose key the doctor has not compared: nothing goes there from her, no receipt either."""

    @property
    def _users(self) -> dict[str, bytes]:
        return {key: desk.session.user for key, desk in self._desks.items()}

    @property
    def _colleagues(self) -> list[WritingDesk]:
        return [desk for key, desk in self._desks.items() if key != ME.key]

    # --- before the demo begins -----------------------------------------------------------------------------

    async def write_before(self) -> None:
        """Play what was written before; then the doctor's desk is shut, and it is now."""
        self._clock.ahead_ms = -story.BEFORE[0].ago_min * 60_000
        await self._open()
        for moment in story.BEFORE:
            await self._play(moment)
        doctor = self._desks.pop(ME.key)
        await doctor.pin(story.TOPICS[story.TEAM].title)
        self._before = await doctor.states()
        await doctor.close()
        self._clock.ahead_ms = 0
        self._doctor = doctor.session.user
        for desk in self._colleagues:
            desk.post.told.subscribe(partial(self._came, desk))

    async def _open(self) -> None:
        order = self._order
        doctor = WritingDesk.open(ME.key, Path(order.profile), order.password, self._clock, self._bell)
        desks = await asyncio.gather(doctor, *map(self._enrolled, order.writers))
        self._desks = {desk.key: desk for desk in desks}
        for key in story.VERIFIED:
            await desks[0].verify(self._desks[key])
        await desks[0].look()

    def _enrolled(self, given: orders.Given) -> Coroutine[None, None, WritingDesk]:
        order = self._order
        folder = Path(order.home) / f"{given.key}-{given.seeds[0][:4].hex()}"
        relay = Relay(order.host, order.port, order.pin)
        return WritingDesk.enrolled(
            given.key, folder, given.seeds, given.enrolment, relay, self._clock, self._bell
        )

    async def _play(self, moment: story.Moment) -> None:
        self._clock.ahead_ms = -moment.ago_min * 60_000
        if moment.moved:
            await self._move()
        doctor = self._desks[ME.key]
        await asyncio.gather(*map(self._say, moment.said))
        await asyncio.gather(
            *(one.read() for one in self._desks.values() if moment.read or one is not doctor)
        )
        await self._bell.until(self._all_came)
        await self._bell.until(lambda: doctor.told_all(State.READ))

    async def _move(self) -> None:
        """Give one of them another PC; all hear of it from the directory."""
        newer = Path(self._order.home) / "newer.csl"
        await asyncio.to_thread(newer.write_bytes, self._order.newer)
        await self._desks.pop(story.MOVED).close()
        self._unknown = self._desks[story.MOVED] = await self._enrolled(self._order.moved)
        self._unknown.begins = False
        await asyncio.gather(*(desk.look(newer) for desk in self._desks.values()))

    async def _say(self, said: story.Said) -> None:
        """Say it, and wait until everybody in the thread has it."""
        msg_id, held = await self._desks[said.who].say(said, self._users)
        if held:
            return
        topic = story.TOPICS.get(said.thread, story.Topic())
        there = {ME.key, *(topic.members or (said.thread,))} - {said.who}

        async def heard() -> bool:
            return all(msg_id in self._desks[key].heard for key in there & self._desks.keys())

        await self._bell.until(heard)
        if said.taken:
            await self._desks[said.taken].take(msg_id)

    # --- telemonitoring -------------------------------------------------------------------------------------

    def watch(self, order: orders.Watch) -> None:
        """Let the service begin its day."""
        self._triage = Triage(self._desks, self._doctor, order.relief, order.began_s, self._bell)
        self._start(self._morning(self._triage))

    async def _morning(self, triage: Triage) -> None:
        await triage.begin()
        orders.tell(orders.Triaged())
        await triage.close_answered()

    # --- while it runs --------------------------------------------------------------------------------------

    async def meanwhile(self, scene: orders.Scene) -> None:
        """Say what is said while the demo runs, each at its time; a scene with an end hears no more of it then."""
        self._patience_s = DELIVERED_S if scene.seconds else 0.0
        for after_s, said in story.MEANWHILE:
            if not scene.seconds or after_s < scene.seconds:
                self._start(self._say_at(scene.start_us + after_s * 1_000_000, said))
        if self._triage is not None:
            self._start(self._triage.play(scene))

    async def _say_at(self, at_us: int, said: story.Said) -> None:
        await asyncio.sleep(max(0, at_us - now_us()) / 1e6)
        await self._desks[said.who].say(said, self._users | {ME.key: self._doctor})

    def _came(self, desk: WritingDesk, told: Told) -> None:
        if told.type is Type.TEXT:
            self._start(self._look(desk, told))

    async def _look(self, desk: WritingDesk, told: Told) -> None:
        """Read what came, and answer the doctor; of a team one does."""
        await asyncio.sleep(LOOK_S)
        await desk.read()
        team = len(told.header.recipients) > 1
        if told.by.user == self._doctor and (not team or desk.key == story.ANSWERS_FOR_TEAM):
            await asyncio.sleep(ANSWER_S)
            await desk.answer(told, next(self._answers[desk.key]))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("something was not said: %s", type(task.exception()).__name__)

    # --- at the end -----------------------------------------------------------------------------------------

    async def count(self) -> orders.Posted:
        """Count how far all messages came, those of the doctor before the demo too; the last ones get a little time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                await self._bell.until(self._all_came)
        states = list(self._before)
        for desk in self._colleagues:
            states += [self._held(desk, state) for state in await desk.states()]
        came = [state for state in states if state in (State.DELIVERED, State.READ)]
        read, held = states.count(State.READ), states.count(State.HELD)
        return orders.Posted(sent=len(states) - held, delivered=len(came), read=read, held=held)

    async def count_alerts(self) -> None:
        """Tell how the nurse's desk sees the alerts."""
        if self._triage is not None:
            orders.tell(await self._triage.count(RECORDED_S if self._patience_s else 0.0))

    def _held(self, desk: WritingDesk, state: State) -> State:
        return State.HELD if desk is self._unknown and state is State.AT_RELAY else state

    async def _all_came(self) -> bool:
        known = [desk for desk in self._desks.values() if desk is not self._unknown]
        return all([await desk.told_all(State.DELIVERED) for desk in known])

    async def leave(self) -> None:
        """Lock every desk."""
        for task in self._tasks:
            task.cancel()
        if self._triage is not None:
            self._triage.close()
        await asyncio.gather(*(desk.close() for desk in self._desks.values()), return_exceptions=True)


async def main() -> None:
    """Follow orders until `Bye` or until the conductor is gone."""
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    threading.Thread(target=orders.bring, args=(asyncio.get_running_loop(), lines), daemon=True).start()
    letters = Letters(msgspec.json.decode(await lines.get(), type=orders.Correspond))
    try:
        async with asyncio.timeout(BEFORE_S):
            await letters.write_before()
        orders.tell(orders.Written())
        while line := await lines.get():
            match msgspec.json.decode(line, type=orders.ToPlayers):
                case orders.Watch() as order:
                    letters.watch(order)
                case orders.Scene() as scene:
                    await letters.meanwhile(scene)
                case orders.Count():
                    orders.tell(await letters.count())
                    await letters.count_alerts()
                case orders.Bye():
                    break
                case _:
                    log.warning("an order that writers do not follow")
    finally:
        await letters.leave()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    painter = QGuiApplication(["consilium"])  # for the PDF of a closed alert
    asyncio.run(main())
    del painter
