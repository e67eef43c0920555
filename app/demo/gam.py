"""`python -m app.demo.gam`: the demo hospital's GAM and laboratory, which tell the workstation what happens, over real MLLP.

One order on standard input says where; they tell until standard input ends. A workstation that is locked is told later.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from app.demo import orders
from app.demo.day import history, news
from app.demo.hl7 import Desk
from app.interop.client import Client, NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from app.demo.day import Told

AGAIN_S = 1.0


class System:
    """One sending system: tells one message after another, each until it is kept."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._client: Client | None = None
        self.kept = self.refused = 0

    async def tell(self, message: bytes) -> None:
        """Send *message*, again after a while where nobody listens or the listener says so (AE)."""
        while not await self._told(message):  # noqa: ASYNC110 -- nobody says when a listener is back
            await asyncio.sleep(AGAIN_S)

    async def _told(self, message: bytes) -> bool:
        try:
            if self._client is None:
                self._client = await Client.connect(self._host, self._port)
            answer = (await self._client.send(message))[-1]
        except (OSError, NoAnswerError):
            await self.close()
            return False
        self.kept += answer.accepted
        self.refused += answer.code == "AR"
        return answer.code != "AE"

    async def close(self) -> None:
        """End the connection, if there is one."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()


async def perform(listeners: Sequence[tuple[str, int]], began: datetime) -> None:
    """Tell each listener what was before *began* at once, then what happens, each at its time."""
    gam, laboratory = Desk("GAM", began), Desk("SIL", began)
    systems = {desk.name: [System(*one) for one in listeners] for desk in (gam, laboratory)}
    everybody = [one for those in systems.values() for one in those]
    try:
        for told in chain(history(gam, laboratory), news(gam, laboratory)):
            await _until(told)
            await asyncio.gather(*(one.tell(told.message) for one in systems[told.desk.name]))
            _say(everybody)
    finally:
        for system in everybody:
            await system.close()


def _say(systems: Iterable[System]) -> None:
    """Tell the conductor how many messages were answered, and how."""
    news = orders.Acknowledged(
        kept=sum(one.kept for one in systems), refused=sum(one.refused for one in systems)
    )
    sys.stdout.buffer.write(orders.pack(news))
    sys.stdout.buffer.flush()


async def _until(told: Told) -> None:
    await asyncio.sleep(
        max(0.0, (told.when - datetime.now().astimezone().replace(tzinfo=None)).total_seconds())
    )


async def _watched(order: orders.Tell, lines: Iterator[bytes]) -> None:
    """Perform until *lines* say Bye or end."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    threading.Thread(target=_drain, args=(lines, loop, ended), daemon=True).start()
    began = datetime.fromtimestamp(order.began_s).astimezone().replace(tzinfo=None)
    play = asyncio.create_task(perform(order.listeners, began))
    end = asyncio.create_task(ended.wait())
    await asyncio.wait((play, end), return_when=asyncio.FIRST_COMPLETED)
    play.cancel()
    end.cancel()
    await asyncio.gather(play, end, return_exceptions=True)


def _drain(lines: Iterator[bytes], loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    for line in lines:
        if isinstance(msgspec.json.decode(line, type=orders.ToPlayers), orders.Bye):
            break
    loop.call_soon_threadsafe(ended.set)


def main() -> int:
    """Take the order, perform, end."""
    lines = orders.received()
    order = msgspec.json.decode(next(lines), type=orders.Tell)
    asyncio.run(_watched(order, lines))
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    sys.exit(main())
