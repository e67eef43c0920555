"""`python -m app.demo.colleagues`: several colleagues in one process; orders come on standard input, news go out."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading

import msgspec

from app.demo import orders
from app.demo.actor import Actor

ENTER_EVERY_S = 0.15
RARELY = 100_000
"""Allocations between two collections: frames come and go by the thousand and leave no cycles."""

log = logging.getLogger(__name__)


class Troupe:
    """The colleagues of one process."""

    def __init__(self) -> None:
        self._actors: list[Actor] = []

    async def take(self, order: orders.ToPlayers) -> None:
        """Do what the conductor says."""
        match order:
            case orders.Cast():
                await self._enter(order)
            case orders.Scene():
                gc.freeze()
                gc.set_threshold(RARELY)
                for actor in self._actors:
                    actor.scene(order)
            case orders.NextCase():
                for actor in self._actors:
                    actor.next_case()
            case orders.AskCode():
                for actor in self._actors:
                    actor.ask_code()
            case orders.Count():
                for actor in self._actors:
                    actor.count()
            case _:
                log.warning("an order that colleagues do not follow")

    async def _enter(self, cast: orders.Cast) -> None:
        for part in cast.parts:
            actor = Actor(part, cast, orders.tell)
            self._actors.append(actor)
            await actor.enter()
            await asyncio.sleep(ENTER_EVERY_S)

    async def leave(self) -> None:
        """Let all leave."""
        await asyncio.gather(*(actor.leave() for actor in self._actors), return_exceptions=True)


async def main() -> None:
    """Follow orders until `Bye` or until the conductor is gone."""
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    listener = threading.Thread(target=orders.bring, args=(asyncio.get_running_loop(), lines), daemon=True)
    listener.start()
    decoder = msgspec.json.Decoder(orders.ToPlayers)
    troupe = Troupe()
    try:
        while line := await lines.get():
            order = decoder.decode(line)
            if isinstance(order, orders.Bye):
                break
            await troupe.take(order)
    finally:
        await troupe.leave()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main())
