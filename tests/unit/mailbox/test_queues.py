"""Queues at a real relay: what is sent arrives, in order, and stays until it is acknowledged."""

from __future__ import annotations

import asyncio

import pytest

from media.errors import LinkLost, LinkRefused
from tests.unit.mailbox.people import Box, Came, block, contact, enter


def test_what_is_sent_arrives_in_order_and_goes_when_acknowledged(meet, relay):
    async def scenario(mine, theirs):
        box, came = await Box().make(mine), Came()
        sent = [block(i) for i in range(100)]
        await theirs.send(box.name, sent[0], box.sign_writer)
        await mine.listen(box.name, box.sign_owner, came)
        await asyncio.gather(*(theirs.send(box.name, one, box.sign_writer) for one in sent[1:]))
        seen = 0
        while seen < 100:
            for delivery in (await came.count(seen + 1))[seen:]:
                await mine.acknowledge(delivery.queue, delivery.number)
                seen += 1
        assert came.blocks == sent
        assert relay.counter("blocks_waiting") == 0

    meet(scenario)


def test_unacknowledged_blocks_come_again_at_the_next_listen(meet, relay):
    async def scenario(mine, theirs):
        box, came = await Box().make(mine), Came()
        sent = [block(i) for i in range(5)]
        for one in sent:
            await theirs.send(box.name, one, box.sign_writer)
        await mine.listen(box.name, box.sign_owner, came)
        await came.count(5)
        await mine.acknowledge(box.name, came.all[1].number)
        again, other = Came(), await enter(relay)
        await other.listen(box.name, box.sign_owner, again)
        await again.count(4)
        assert again.blocks == [sent[0], *sent[2:]]
        await other.close()

    meet(scenario)


def test_a_contact_queue_takes_blocks_of_whoever_is_of_the_organisation(meet):
    async def scenario(mine, theirs):
        box, came = await contact().make(mine), Came()
        await mine.listen(box.name, box.sign_owner, came)
        await theirs.send(box.name, block(1))
        await came.count(1)

    meet(scenario)


def test_making_the_same_queue_again_is_no_error_with_other_keys_it_is(meet):
    async def scenario(mine, theirs):
        box = await Box().make(mine)
        await box.make(mine)
        with pytest.raises(LinkRefused, match="taken"):
            await Box(name=box.name).make(theirs)

    meet(scenario)


def test_a_dropped_queue_is_gone_with_what_was_in_it(meet, relay):
    async def scenario(mine, theirs):
        box = await Box().make(mine)
        await theirs.send(box.name, block(), box.sign_writer)
        await mine.drop_queue(box.name, box.sign_owner)
        assert relay.counter("blocks_waiting") == relay.counter("queues") == 0
        with pytest.raises(LinkRefused, match="queue-unknown"):
            await theirs.send(box.name, block(), box.sign_writer)

    meet(scenario)


def test_blocks_survive_a_restart_of_the_relay_and_ends_are_told(relay):
    async def scenario():
        mine, box, came = await enter(relay), Box(), Came()
        await box.make(mine)
        await mine.listen(box.name, box.sign_owner, came)
        sent = block()
        await mine.send(box.name, sent, box.sign_writer)
        await came.count(1)
        await asyncio.to_thread(relay.kill)
        assert await asyncio.wait_for(mine.ended(), 30) == "lost"
        with pytest.raises(LinkLost):
            await mine.card(bytes(16))
        await mine.close()
        await asyncio.to_thread(relay.start)
        mine = await enter(relay)
        again = Came()
        await mine.listen(box.name, box.sign_owner, again)
        assert [one.block for one in await again.count(1)] == [sent]
        await mine.close()

    asyncio.run(scenario())
