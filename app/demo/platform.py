"""`python -m app.demo.platform`: the telemonitoring platform, which tells over MLLP what patients answer: before, and while the demo runs."""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from app.demo import orders, schedule
from app.demo.actor import now_us
from app.demo.gam import System
from app.demo.questionnaires import NAME, Platform, answered, history, newest, questionnaire
from resources.demo.monitoring import (
    CANCELLED_S,
    CORRECTED_S,
    COURSES,
    FAURE,
    LATE,
    LATE_S,
    ROBIN,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from resources.demo.monitoring import Course

log = logging.getLogger(__name__)
BY_IPP = {one.ipp: one for one in COURSES}


class Sender:
    """Tells every listener one message after the other, each until it is kept."""

    def __init__(self, order: orders.Ask) -> None:
        self._systems = [System(*one) for one in order.listeners]
        self._turn = asyncio.Lock()
        self._desk = Platform(NAME, datetime.fromtimestamp(order.began_s, UTC).astimezone())
        self._today = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def tell_before(self) -> None:
        """Tell what was answered before the demo begins."""
        for sent in history(self._desk):
            await self._tell(sent.message, newest=sent.newest)

    def play(self, scene: orders.Scene) -> None:
        """Tell what is answered during the scene, each at its time; one with an end is told faster."""
        pace = schedule.pace(scene.seconds)
        for after_s, make in (
            (LATE_S, self._late),
            (CORRECTED_S, self._corrected),
            (CANCELLED_S, self._cancelled),
        ):
            self.start(self._at(scene.start_us + int(after_s * pace * 1e6), make))

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Do *work* beside what is done already."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _at(self, at_us: int, make: Callable[[datetime], bytes]) -> None:
        await asyncio.sleep(max(0, at_us - now_us()) / 1e6)
        await self._tell(make(datetime.now().astimezone()), newest=make == self._late)

    def _late(self, now: datetime) -> bytes:
        return questionnaire(self._desk, LATE, now, newest(LATE))

    def _corrected(self, now: datetime) -> bytes:
        return self._again(BY_IPP[FAURE], now, "C", FATIGUE="2")

    def _cancelled(self, now: datetime) -> bytes:
        return self._again(BY_IPP[ROBIN], now, "X")

    def _again(self, course: Course, now: datetime, status: str, **grades: str) -> bytes:
        when = answered(self._desk, course)
        return questionnaire(self._desk, course, when, newest(course, **grades), status=status, sent=now)

    async def _tell(self, message: bytes, *, newest: bool) -> None:
        async with self._turn:
            await asyncio.gather(*(one.tell(message) for one in self._systems))
        self._today += newest
        kept, refused = (sum(getattr(one, part) for one in self._systems) for part in ("kept", "refused"))
        orders.tell(orders.Asked(kept=kept, refused=refused, today=self._today))

    async def leave(self) -> None:
        """Say nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for system in self._systems:
            await system.close()


async def main() -> None:
    """Follow orders until `Bye` or until the conductor is gone."""
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    threading.Thread(target=orders.bring, args=(asyncio.get_running_loop(), lines), daemon=True).start()
    sender = Sender(msgspec.json.decode(await lines.get(), type=orders.Ask))
    sender.start(sender.tell_before())
    try:
        while line := await lines.get():
            match msgspec.json.decode(line, type=orders.ToPlayers):
                case orders.Scene() as scene:
                    sender.play(scene)
                case orders.Bye():
                    break
    finally:
        await sender.leave()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main())
