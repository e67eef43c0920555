"""A relay whose disk is full: refused, never half kept, and going on as soon as there is room. Slow readers beside it."""

from __future__ import annotations

import asyncio

import pytest

from media.errors import LinkRefused
from tests.harness.disk import small_disk
from tests.unit.mailbox.people import Box, Came, block, enter
from tests.unit.mailbox.test_blobs import Sealed
from tests.unit.relay.harness import RelayProcess


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def relay(disk, tmp_path):
    state = f'state_dir = "{disk.folder / "state"}"'
    relay = RelayProcess(tmp_path, settings=state, caps="disk_reserve_mb = 0").start()
    yield relay
    relay.stop()


async def answer(asked) -> str:
    try:
        await asked
    except LinkRefused as refusal:
        return refusal.code
    return ""


def test_a_full_disk_refuses_blocks_lets_them_go_and_takes_them_again(disk, relay):
    async def scenario():
        mine, box, came = await enter(relay), Box(), Came()
        await box.make(mine)
        sent = [block(i) for i in range(20)]
        for one in sent:
            await mine.send(box.name, one, box.sign_writer)
        disk.fill()
        code = ""
        while not code:
            code = await answer(mine.send(box.name, block(), box.sign_writer))
        assert code in {"quota", "busy"}
        await mine.listen(box.name, box.sign_owner, came)
        await came.count(20)
        assert came.blocks[:20] == sent
        disk.free()
        more = Came()
        await mine.send(box.name, block(99), box.sign_writer)
        await mine.listen(box.name, box.sign_owner, more)
        await more.count(21)
        for delivery in list(more.all):
            await mine.acknowledge(box.name, delivery.number)
        await mine.close()

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_a_full_disk_refuses_a_blob_and_the_same_one_goes_on_later(disk, relay):
    async def scenario():
        mine, sealed = await enter(relay), Sealed(1)
        await sealed.begin(mine)
        await sealed.put(mine, 0, 512 * 1024)
        disk.fill()
        with pytest.raises(LinkRefused, match="quota"):
            await sealed.put(mine, 512 * 1024, 1 << 20)
        with pytest.raises(LinkRefused, match=r"quota|busy"):
            await Sealed(1).begin(mine)
        disk.free()
        there = await sealed.begin(mine)
        assert 512 * 1024 <= there < 1 << 20
        await sealed.put(mine, there, 1 << 20)
        await sealed.end(mine)
        assert await sealed.fetch(mine) == sealed.data
        await mine.close()

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_blobs_leave_the_reserve_to_the_blocks(disk, tmp_path):
    folder = tmp_path / "second"
    folder.mkdir()
    state = f'state_dir = "{disk.folder / "second"}"'
    relay = RelayProcess(folder, settings=state, caps="disk_reserve_mb = 5").start()

    async def scenario():
        mine = await enter(relay)
        with pytest.raises(LinkRefused, match="quota"):
            await Sealed(1).begin(mine)
        await mine.close()

    try:
        asyncio.run(scenario())
    finally:
        relay.stop()


def test_who_does_not_read_costs_the_relay_little_and_the_others_nothing(tmp_path):
    """Five connections ask for 64 MiB each and read nothing; a sixth goes on, and the relay stops when told to."""
    relay = RelayProcess(tmp_path).start()

    async def scenario():
        mine = await enter(relay)
        sealed = await Sealed(2).store(mine)
        before_mb = relay.memory_mb()
        slow = [await enter(relay) for _ in range(5)]
        for mailbox in slow:
            mailbox._control._socket.transport.pause_reading()
            for number in range(256):
                mailbox._control.send(get(number, sealed.name))
        box, came = await Box().make(mine), Came()
        await mine.listen(box.name, box.sign_owner, came)
        for i in range(30):
            await mine.send(box.name, block(i), box.sign_writer)
        await came.count(30)
        assert relay.memory_mb() < before_mb + 60
        assert await asyncio.to_thread(relay.stop) == 0
        for mailbox in slow:
            mailbox._control._socket.transport.abort()
            await mailbox.close()
        await mine.close()

    try:
        asyncio.run(asyncio.wait_for(scenario(), 60))
    finally:
        if relay.process.poll() is None:
            relay.kill()


def get(number: int, name: bytes):
    from media import mailwire

    return mailwire.GetPiece(number, name, 0, mailwire.MAX_PIECE)


def test_a_name_is_no_path(tmp_path):
    """Blobs are files under the hexadecimal of sixteen bytes, whatever these are."""
    relay = RelayProcess(tmp_path).start()

    async def scenario():
        mine, sealed = await enter(relay), Sealed(0)
        sealed.name = b"../../../etc/pas"
        await sealed.store(mine)
        assert await sealed.fetch(mine) == sealed.data
        await mine.close()

    try:
        asyncio.run(scenario())
        assert [path.name for path in (tmp_path / "state" / "blobs").iterdir()] == [b"../../../etc/pas".hex()]
    finally:
        relay.stop()
