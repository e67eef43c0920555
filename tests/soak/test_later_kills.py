"""kill -9 of the relay while blocks are left for later and cancelled: what it acknowledged comes, what it cancelled never does, and once."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

import pytest

from media.errors import LinkLost, LinkRefused
from tests.soak.test_mailbox_kills import again
from tests.unit.mailbox.people import Box, Came, block, enter
from tests.unit.mailbox.test_later import Spot
from tests.unit.relay.harness import RelayProcess

if TYPE_CHECKING:
    from media.link.mailbox import Mailbox

AHEAD_S = 3


class Author:
    """Leaves blocks, some of which it cancels, each until the relay has said so; a number a block."""

    def __init__(self, relay: RelayProcess, box: Box, chance: random.Random) -> None:
        self.relay, self.box, self.chance = relay, box, chance
        self.laid: set[int] = set()
        self.cancelled: set[int] = set()
        self.late: set[int] = set()
        """Let go before the relay heard that it should not."""
        self._next = 0

    async def run(self, stop: asyncio.Event) -> None:
        mailbox = await again(self.relay)
        while not stop.is_set():
            mailbox = await self._one(mailbox)
        await mailbox.close()

    async def _one(self, mailbox: Mailbox) -> Mailbox:
        number, self._next = self._next, self._next + 1
        spot, said = Spot(release_s=int(time.time()) + AHEAD_S), block(number)
        mailbox = await self._until(mailbox, lambda line: spot.lay(line, self.box, said))
        self.laid.add(number)
        if self.chance.random() < 0.5:
            mailbox = await self._until(mailbox, spot.cancel, number)
            self.cancelled.add(number)
        return mailbox

    async def _until(self, mailbox: Mailbox, ask, number: int = -1) -> Mailbox:
        while True:
            try:
                await ask(mailbox)
            except LinkLost:
                await mailbox.close()
                mailbox = await again(self.relay)
            except LinkRefused as refusal:  # its answer was lost, and its time came meanwhile
                if refusal.code != "released":
                    raise
                self.late.add(number)
                return mailbox
            else:
                return mailbox


async def exchange(relay: RelayProcess, rounds: int, chance: random.Random) -> None:
    first = await enter(relay)
    box, stop = await Box().make(first), asyncio.Event()
    await first.close()
    author = Author(relay, box, chance)
    work = asyncio.create_task(author.run(stop))
    for _ in range(rounds):
        before = len(author.laid)
        while len(author.laid) < before + chance.randint(3, 20):  # noqa: ASYNC110 -- it looks at what happened
            await asyncio.sleep(0.01)
        await asyncio.to_thread(relay.kill)
        await asyncio.to_thread(relay.start)
    stop.set()
    await asyncio.wait_for(work, 60)
    wanted = author.laid - (author.cancelled - author.late)
    mailbox, came = await again(relay), Came()
    await mailbox.listen(box.name, box.sign_owner, came)
    for at in range(len(wanted)):
        await came.count(at + 1)
        await mailbox.acknowledge(box.name, came.all[at].number)
    assert sorted(int.from_bytes(one[:8], "big") for one in came.blocks) == sorted(wanted)
    assert await asyncio.to_thread(relay.counter, "later_waiting") == 0
    await mailbox.close()


def survives(folder, rounds: int, seed: int) -> None:
    with RelayProcess(folder, caps="queue_blocks = 100000") as relay:
        asyncio.run(exchange(relay, rounds, random.Random(seed)))


def test_five_kills(tmp_path):
    survives(tmp_path, 5, 5)


@pytest.mark.long
def test_three_hundred_kills(tmp_path):
    survives(tmp_path, 300, 300)
