"""Blocks that wait at the relay for their time: who may leave and cancel them, what comes of it, and what a restart changes."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, field

import pytest
from nacl.signing import SigningKey

from media import mailwire
from media.errors import LinkRefused
from tests.unit.mailbox.people import Box, Came, block, contact, enter, stranger
from tests.unit.relay.harness import RelayProcess, public, signer

SOON_S, FAR_S = 3, 3600


@dataclass
class Spot:
    """A place at the relay as its author knows it."""

    name: bytes = field(default_factory=lambda: os.urandom(16))
    key: SigningKey = field(default_factory=SigningKey.generate)
    release_s: int = field(default_factory=lambda: int(time.time()) + FAR_S)

    async def lay(self, mailbox, box, said=None):
        sent = said or block()
        await mailbox.send_later(self.name, box.name, sent, self.release_s, public(self.key), box.sign_writer)
        return sent

    async def cancel(self, mailbox, key=None):
        key = key or self.key
        await mailbox.cancel(self.name, public(key), signer(key))


def soon() -> Spot:
    return Spot(release_s=int(time.time()) + SOON_S)


async def refused(code: str, asked) -> None:
    with pytest.raises(LinkRefused) as refusal:
        await asked
    assert refusal.value.code == code


async def told(relay, name: str, wanted: int) -> None:
    async with asyncio.timeout(30):
        while await asyncio.to_thread(relay.counter, name) != wanted:  # noqa: ASYNC110 -- it looks at another process
            await asyncio.sleep(0.05)


def test_a_block_comes_at_its_time_to_who_listens_and_not_before(meet, relay):
    async def scenario(mine, theirs):
        for box in (await Box().make(mine), await contact().make(mine)):
            came, spot = Came(), soon()
            await mine.listen(box.name, box.sign_owner, came)
            sent = await spot.lay(theirs, box)
            await came.count(1)
            assert time.time() >= spot.release_s
            assert came.blocks == [sent]
            await refused("released", spot.cancel(theirs))
            await refused("released", spot.lay(theirs, box))
        assert relay.counter("later_waiting") == 0

    meet(scenario)


def test_one_word_cancels_all_blocks_of_a_place_and_is_no_error_twice(meet, relay):
    async def scenario(mine, theirs):
        spot = Spot()
        for _ in range(3):
            await spot.lay(theirs, await Box().make(mine))
        assert relay.counter("later_waiting") == 3
        await spot.cancel(mine)
        await spot.cancel(theirs)
        assert relay.counter("later_waiting") == 0
        await refused("cancelled", spot.lay(theirs, await Box().make(mine)))

    meet(scenario)


def test_what_was_cancelled_before_it_was_laid_is_never_taken(meet, relay):
    async def scenario(mine, theirs):
        spot, box = Spot(), await Box().make(mine)
        await spot.cancel(mine)
        await refused("cancelled", spot.lay(theirs, box))
        assert relay.counter("later_waiting") == 0

    meet(scenario)


def test_again_is_no_error_and_the_newest_block_counts(meet, relay):
    async def scenario(mine, theirs):
        spot, box, came = soon(), await Box().make(mine), Came()
        await mine.listen(box.name, box.sign_owner, came)
        await spot.lay(theirs, box)
        newest = await spot.lay(theirs, box)
        await told(relay, "later_released_total", 1)
        await came.count(1)
        assert came.blocks == [newest]

    meet(scenario)


def test_nobody_cancels_with_another_key_replays_a_cancel_or_asks_for_an_earlier_time(meet, relay):
    async def scenario(mine, theirs):
        spot, box, said = Spot(), await Box().make(mine), []
        await spot.lay(theirs, box)
        thief = SigningKey.generate()
        await refused("not-allowed", spot.cancel(mine, thief))
        forged = mine._prove(signer(thief), mailwire.CANCEL, spot.name, public(spot.key))
        await refused("not-allowed", mine._done(mailwire.Cancel(900, spot.name, public(spot.key), forged)))
        other = theirs._prove(signer(spot.key), mailwire.CANCEL, os.urandom(16), public(spot.key))
        await refused("not-allowed", theirs._done(mailwire.Cancel(901, spot.name, public(spot.key), other)))
        send = theirs._control.send
        theirs._control.send = lambda message: (said.append(message), send(message))
        await spot.cancel(theirs)
        await refused("not-allowed", mine._done(said[0]))
        spot = Spot()
        await spot.lay(theirs, box)
        earlier = Spot(spot.name, spot.key, spot.release_s - FAR_S)
        await refused("taken", earlier.lay(theirs, box))
        await refused("taken", Spot(spot.name, thief, spot.release_s).lay(theirs, box))
        assert relay.counter("later_waiting") == 1

    meet(scenario)


def test_who_may_not_write_there_leaves_nothing_for_later(meet, relay):
    async def scenario(mine, _):
        spot, box = Spot(), await Box().make(mine)
        wrong = Box(name=box.name, writer=SigningKey.generate())
        await refused("queue-unknown", spot.lay(mine, wrong))
        await refused("queue-unknown", spot.lay(mine, Box(name=box.name, writer=None)))
        await refused("queue-unknown", spot.lay(mine, Box()))
        sent = block()
        written = mine._prove(box.sign_writer, mailwire.WRITE, box.name, mailwire.block_digest(sent))
        ask = mailwire.Later(902, spot.name, box.name, spot.release_s, public(spot.key), written, sent)
        await refused("queue-unknown", mine._done(ask))
        await refused("too-far", Spot(release_s=int(time.time()) + 8 * 86_400).lay(mine, box))
        assert relay.counter("later_waiting") == relay.counter("later_places") == 0

    meet(scenario)


def test_strangers_leave_and_cancel_nothing(relay):
    async def scenario():
        mine, someone = await enter(relay), await stranger(relay)
        spot, box = Spot(), await Box().make(mine)
        await spot.lay(mine, box)
        await refused("not-allowed", Spot().lay(someone, box))
        await refused("not-allowed", spot.cancel(someone))
        assert relay.counter("later_waiting") == 1
        for mailbox in (mine, someone):
            await mailbox.close()

    asyncio.run(scenario())


def test_an_organisation_has_so_many_places_and_bytes(tmp_path):
    async def scenario():
        mine = await enter(relay)
        box, spot = await Box().make(mine), Spot()
        for _ in range(128):
            await spot.lay(mine, await Box().make(mine))
        await refused("quota", spot.lay(mine, box))
        await Spot().cancel(mine)
        await refused("quota", Spot().cancel(mine))
        await spot.cancel(mine)
        await refused("quota", Spot().lay(mine, box))
        assert relay.counter("later_places") == 2
        await mine.close()

    with RelayProcess(tmp_path, caps="places = 2\nlater_total_mb = 1") as relay:
        asyncio.run(scenario())


def test_what_fell_due_while_the_relay_was_down_comes_when_it_is_back(relay):
    async def scenario():
        mine, box, spot, came = await enter(relay), Box(), soon(), Came()
        await box.make(mine)
        sent = await spot.lay(mine, box)
        await mine.close()
        await asyncio.to_thread(relay.kill)
        await asyncio.sleep(max(0, spot.release_s - time.time()))
        await asyncio.to_thread(relay.start)
        mine = await enter(relay)
        await mine.listen(box.name, box.sign_owner, came)
        await came.count(1)
        assert came.blocks == [sent]
        await mine.close()

    asyncio.run(scenario())
