"""Blocks for later by themselves, with time passed in: clocks that are set, full queues, what is forgotten, what the disk keeps."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import asynccontextmanager

import pytest

from media import mailwire
from media.errors import LinkRefused
from media.relay.config import Caps
from media.relay.counters import Counters
from media.relay.later import AGAIN_S, Forward
from media.relay.mail import Mail
from media.relay.places import KEPT_S
from media.relay.queues import SqliteStore
from media.relay.shelf import Shelf
from media.relay.store import CANCELLED, RELEASED, WAITING

ORG, KEY = b"o" * 32, b"c" * 32
NOW_S = 1_800_000_000
CAPS = Caps(disk_reserve_mb=0, queue_blocks=1)


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "queues.db", CAPS)
    yield store
    store.close()


def reopened(store, tmp_path) -> SqliteStore:
    store.close()
    store.__init__(tmp_path / "queues.db", CAPS)
    return store


def queue_of(store):
    name = os.urandom(16)
    store.make_queue(name, b"o" * 32, b"w" * 32, ORG, NOW_S // 3600)
    return store.queue(name)


def lay(store, queue, place: bytes = b"p" * 16, release_s: int = NOW_S) -> bytes:
    block = os.urandom(mailwire.BLOCK_BYTES)
    store.places.lay(place, queue, release_s, KEY, block, ORG)
    return block


def fill(store, queue) -> None:
    block = os.urandom(mailwire.BLOCK_BYTES)
    store.put(queue, block, hashlib.sha256(block).digest(), NOW_S // 3600)


def test_only_what_is_due_is_told_the_oldest_first(store):
    queue, other = queue_of(store), queue_of(store)
    second = lay(store, queue, b"a" * 16, NOW_S + 2)
    first = lay(store, other, b"b" * 16, NOW_S + 1)
    assert store.places.due(NOW_S, 9) == []
    assert [one.block for one in store.places.due(NOW_S + 2, 9)] == [first, second]


def test_a_place_of_which_some_was_released_is_cancelled_for_the_rest(store):
    for _ in range(2):
        lay(store, queue_of(store))
    store.places.release(store.places.due(NOW_S, 1)[0])
    assert store.places.cancel(b"p" * 16, KEY, ORG, NOW_S) == RELEASED
    assert store.places.due(NOW_S, 9) == []
    assert store.usage().later_blocks == 0


def test_what_is_held_and_what_came_of_it_is_the_same_after_a_restart(store, tmp_path):
    for place in (b"a" * 16, b"b" * 16, b"c" * 16):
        lay(store, queue_of(store), place)
    store.places.release(store.places.due(NOW_S, 1)[0])
    store.places.cancel(b"b" * 16, KEY, ORG, NOW_S)
    before = store.usage()
    store = reopened(store, tmp_path)
    assert (store.usage(), before.places, before.later_blocks) == (before, 3, 1)
    stood = [store.places.cancel(place * 16, KEY, ORG, NOW_S) for place in (b"a", b"b", b"c")]
    assert stood == [RELEASED, CANCELLED, WAITING]


def test_what_one_relay_key_used_up_leaves_another_its_own(store, tmp_path):
    store.close()
    store.__init__(tmp_path / "queues.db", Caps(places=2, queues=9, later_total_mb=1))
    queue, block = queue_of(store), bytes(mailwire.BLOCK_BYTES)
    for place in (b"a" * 16, b"b" * 16):
        lay(store, queue, place)
    with pytest.raises(LinkRefused, match="quota"):
        lay(store, queue, b"c" * 16)
    store.places.lay(b"c" * 16, queue, NOW_S, KEY, block, b"n" * 32)
    assert store.usage().places == 3


def test_what_is_undone_with_its_group_is_not_counted(store):
    queue = queue_of(store)
    store.begin()
    lay(store, queue)
    store.rollback()
    assert (store.usage().places, store.usage().later_blocks) == (0, 0)


def test_a_dropped_queue_takes_along_what_was_to_come_into_it(store):
    queue = queue_of(store)
    lay(store, queue)
    store.drop_queue(queue)
    assert store.places.due(NOW_S, 9) == []
    assert store.usage().later_blocks == 0


def test_a_place_is_remembered_for_a_week_after_its_time_and_then_forgotten(store):
    lay(store, queue_of(store))
    end_h = -(-(NOW_S + KEPT_S) // 3600)
    store.sweep(end_h - 1)
    assert store.usage().places == 1
    store.sweep(end_h)
    assert (store.usage().places, store.usage().later_blocks) == (0, 0)


def test_a_cancelled_block_is_overwritten(store, tmp_path):
    queue = queue_of(store)
    old, new = lay(store, queue), lay(store, queue)
    store.places.cancel(b"p" * 16, KEY, ORG, NOW_S)
    store._database.execute("pragma wal_checkpoint(truncate)")
    disk = (tmp_path / "queues.db").read_bytes()
    assert old[:64] not in disk
    assert new[:64] not in disk


# --- clocks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wall", "counts"),
    [
        ([100, 105, 110], [100, 105, 110]),
        ([100, 50, 55], [100, 105, 110]),
        ([100, 900, 905], [100, 900, 905]),
        ([100, 900, 110], [100, 900, 905]),
    ],
    ids=["right", "set back", "set forward", "forward and back"],
)
def test_the_clock_of_the_relay_only_goes_forward(wall, counts):
    clock = Forward()
    assert [clock.now(at, 5 * tick) for tick, at in enumerate(wall)] == counts


class Wall:
    now_s = float(NOW_S)

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def opened(folder, wall):
    mail = Mail(SqliteStore(folder / "queues.db", CAPS), Shelf(folder / "blobs", 0), CAPS, Counters(), wall)
    try:
        yield mail
    finally:
        mail.close()


async def ticked(mail: Mail, steady_s: float) -> int:
    mail.later.tick(steady_s)
    await mail.later._releasing
    return mail.gauges()["later_waiting"]


def test_what_is_due_comes_though_the_wall_was_set_back_and_at_the_start_by_the_wall(tmp_path):
    wall = Wall()

    async def scenario():
        async with opened(tmp_path, wall) as mail:
            queue = await mail.do(lambda: queue_of(mail._store))
            await mail.do(lambda: lay(mail._store, queue, release_s=NOW_S + 10))
            assert await ticked(mail, 0) == 1
            wall.now_s -= 3600
            assert await ticked(mail, 9) == 1
            assert await ticked(mail, 10) == 0
            await mail.do(lambda: mail._store.remove(queue, 1))
            await mail.do(lambda: lay(mail._store, queue, b"q" * 16, NOW_S + 20))
        wall.now_s = NOW_S + 20.0
        async with opened(tmp_path, wall) as mail:
            assert await ticked(mail, 5000) == 0

    asyncio.run(scenario())


def test_a_block_for_a_full_queue_waits_for_room_and_keeps_no_other_up(tmp_path):
    wall = Wall()

    async def scenario():
        async with opened(tmp_path, wall) as mail:
            full, free = await mail.do(lambda: (queue_of(mail._store), queue_of(mail._store)))
            await mail.do(lambda: fill(mail._store, full))
            for queue, place in ((full, b"a" * 16), (free, b"b" * 16)):
                await mail.do(lambda queue=queue, place=place: lay(mail._store, queue, place))
            assert await ticked(mail, 0) == 1
            await mail.do(lambda: mail._store.remove(full, 1))
            assert await ticked(mail, AGAIN_S) == 0
            waiting = await mail.waiting(full, 0, 9)
            assert len(waiting) == 1

    asyncio.run(scenario())


def test_the_disk_that_refuses_loses_nothing_that_was_acknowledged(tmp_path, monkeypatch):
    async def scenario():
        async with opened(tmp_path, Wall()) as mail:
            queue = await mail.do(lambda: queue_of(mail._store))
            await mail.do(lambda: lay(mail._store, queue))
            with monkeypatch.context() as broken:
                broken.setattr(SqliteStore, "put", lambda *_: 1 / 0)
                assert await ticked(mail, 0) == 1
            assert await ticked(mail, 5) == 0
            with pytest.raises(LinkRefused, match="taken"):
                await mail.do(lambda: lay(mail._store, queue, release_s=NOW_S + 1) and None)

    asyncio.run(scenario())
