"""kill -9 of the relay while blocks are sent and acknowledged: none that it acknowledged is lost, none that was deleted comes again."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import TYPE_CHECKING

import pytest

from media.errors import LinkLost
from tests.unit.mailbox.people import Box, block, enter
from tests.unit.relay.harness import RelayProcess

if TYPE_CHECKING:
    from media.link.mailbox import Delivery, Mailbox


async def again(relay: RelayProcess) -> Mailbox:
    """Come back as a device does: until the relay is there."""
    while True:
        with contextlib.suppress(LinkLost):
            return await enter(relay)
        await asyncio.sleep(0.05)


class Writer:
    """Sends every number until the relay has said that it has it, sixteen at once, in order."""

    def __init__(self, relay: RelayProcess, box: Box) -> None:
        self.relay, self.box = relay, box
        self.sent = 0
        self.blocks: dict[int, bytes] = {}

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            mailbox = await again(self.relay)
            with contextlib.suppress(LinkLost):
                while not stop.is_set():
                    await self._some(mailbox)
            await mailbox.close()

    async def _some(self, mailbox: Mailbox) -> None:
        batch = range(self.sent, self.sent + 16)
        for number in batch:
            self.blocks.setdefault(number, block(number))
        sends = [mailbox.send(self.box.name, self.blocks[n], self.box.sign_writer) for n in batch]
        results = await asyncio.gather(*sends, return_exceptions=True)
        for result in results:
            if result is not None:
                raise LinkLost("lost")
            self.sent += 1


class Reader:
    """Keeps what comes, then acknowledges it; a block that it has seen may come again only where no acknowledgement was answered."""

    def __init__(self, relay: RelayProcess, box: Box) -> None:
        self.relay, self.box = relay, box
        self.kept: list[int] = []
        self.finished: set[int] = set()
        self.after_finished: list[int] = []
        self._came: asyncio.Queue[Delivery] = asyncio.Queue()

    async def run(self, done) -> None:
        while not done():
            mailbox = await again(self.relay)
            self._came = asyncio.Queue()
            with contextlib.suppress(LinkLost):
                await mailbox.listen(self.box.name, self.box.sign_owner, self._came.put_nowait)
                while not done():
                    await self._one(mailbox)
            await mailbox.close()

    async def _one(self, mailbox: Mailbox) -> None:
        came, ended = asyncio.ensure_future(self._came.get()), asyncio.ensure_future(mailbox.ended())
        await asyncio.wait({came, ended}, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not came.done():
            came.cancel()
            if mailbox._end.done():
                raise LinkLost("lost")
            return
        delivery = came.result()
        number = int.from_bytes(delivery.block[:8], "big")
        if number in self.finished:
            self.after_finished.append(number)
        if number not in self.kept:
            self.kept.append(number)
        await mailbox.acknowledge(self.box.name, delivery.number)
        self.finished.add(number)


async def exchange(relay: RelayProcess, rounds: int, chance: random.Random) -> None:
    first = await enter(relay)
    box = await Box().make(first)
    await first.close()
    writer, reader, stop = Writer(relay, box), Reader(relay, box), asyncio.Event()
    writing = asyncio.create_task(writer.run(stop))
    reading = asyncio.create_task(
        reader.run(lambda: stop.is_set() and writing.done() and set(range(writer.sent)) <= set(reader.kept))
    )
    for _ in range(rounds):
        before = writer.sent
        while writer.sent < before + 16 * chance.randint(1, 4):  # noqa: ASYNC110 -- it looks at what happened
            await asyncio.sleep(0.01)
        await asyncio.to_thread(relay.kill)
        await asyncio.to_thread(relay.start)
    stop.set()
    await asyncio.wait_for(asyncio.gather(writing, reading), 60)
    acknowledged = [number for number in reader.kept if number < writer.sent]
    assert acknowledged == list(range(writer.sent))
    again_after_death = len(reader.after_finished)
    assert (
        again_after_death <= 16 * rounds
    )  # sent twice as the answer was lost: the receiver knows them by their msg_id


def survives(folder, rounds: int, seed: int) -> None:
    with RelayProcess(folder) as relay:
        asyncio.run(exchange(relay, rounds, random.Random(seed)))


def test_five_kills(tmp_path):
    survives(tmp_path, 5, 5)


@pytest.mark.long
def test_three_hundred_kills(tmp_path):
    survives(tmp_path, 300, 300)
