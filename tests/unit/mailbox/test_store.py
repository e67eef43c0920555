"""The store by itself, with time passed in: what expires, what is counted, what a group of changes means."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
from itertools import pairwise

import pytest

from media import mailwire
from media.errors import LinkRefused
from media.relay.commit import Committer
from media.relay.config import Caps
from media.relay.queues import SWEPT_AT_ONCE, SqliteStore
from media.relay.store import BlobRow

NOW_H = 500_000
DAY_H = 24
ORG = b"o" * 32
CAPS = Caps(queue_blocks=10, contact_blocks=3)


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "queues.db", CAPS)
    yield store
    store.close()


def reopened(store, tmp_path) -> SqliteStore:
    store.close()
    store.__init__(tmp_path / "queues.db", CAPS)
    return store


def make(store, now_h: int = NOW_H, writer: bytes = b"w" * 32):
    name = os.urandom(16)
    store.make_queue(name, b"o" * 32, writer, ORG, now_h)
    return name, store.queue(name)


def put(store, queue, now_h: int = NOW_H) -> bytes:
    block = os.urandom(mailwire.BLOCK_BYTES)
    assert store.put(queue, block, hashlib.sha256(block).digest(), now_h)
    return block


def numbers(store, queue, now_h: int = NOW_H) -> list[int]:
    return [number for number, _ in store.waiting(queue, 0, 100, now_h)]


def test_blocks_are_numbered_by_queue_and_no_number_comes_twice(store, tmp_path):
    _, first = make(store)
    name, second = make(store)
    put(store, first)
    for _ in range(3):
        put(store, second)
    assert numbers(store, second) == [1, 2, 3]
    for number in (1, 2, 3):
        assert store.remove(second, number)
    assert not store.remove(second, 3)
    store = reopened(store, tmp_path)
    put(store, store.queue(name))
    assert numbers(store, second) == [4]


def test_blocks_live_thirty_days_and_then_go(store):
    _, queue = make(store)
    put(store, queue)
    put(store, queue, NOW_H + DAY_H)
    end_h = NOW_H + 30 * DAY_H
    assert numbers(store, queue, end_h - 1) == [1, 2]
    assert numbers(store, queue, end_h) == [2]
    store.sweep(end_h - 1)
    assert store.usage().blocks == 2
    store.sweep(end_h)
    assert store.usage().blocks == 1
    assert numbers(store, queue) == [2]


def test_a_block_with_a_shorter_life_does_not_wait_for_the_older_ones(store, tmp_path):
    name, queue = make(store)
    put(store, queue)
    store.close()
    store.__init__(tmp_path / "queues.db", Caps(block_days=5))
    put(store, store.queue(name), NOW_H + DAY_H)
    store.sweep(NOW_H + 6 * DAY_H)
    assert store.usage().blocks == 1
    assert numbers(store, queue) == [1]


def test_what_has_expired_goes_in_parts_and_all_of_it(tmp_path):
    store = SqliteStore(tmp_path / "queues.db", Caps())
    queues = [make(store)[1] for _ in range(3)]
    for _ in range(2 * SWEPT_AT_ONCE // 3 + 1):
        for queue in queues:
            put(store, queue)
    put(store, queues[0], NOW_H + 1)
    most = store.usage().blocks
    left = []
    more = True
    while more:
        _, more = store.sweep(NOW_H + 30 * DAY_H)
        left.append(store.usage().blocks)
    assert left == [most - SWEPT_AT_ONCE, most - 2 * SWEPT_AT_ONCE, 1]
    store.close()


def test_an_abandoned_queue_is_emptied_in_parts_before_it_goes(tmp_path):
    store = SqliteStore(tmp_path / "queues.db", Caps())
    name, queue = make(store)
    end_h = NOW_H + 121 * DAY_H
    for _ in range(3 * SWEPT_AT_ONCE):
        put(store, queue, end_h)
    for place in range(SWEPT_AT_ONCE + 3):
        store.places.lay(
            place.to_bytes(16, "big"), queue, end_h * 3600, b"c" * 32, bytes(mailwire.BLOCK_BYTES), ORG
        )
    held = [4 * SWEPT_AT_ONCE + 3]
    more = True
    while more:
        _, more = store.sweep(end_h)
        used = store.usage()
        held.append(used.blocks + used.later_blocks)
    assert max(before - after for before, after in pairwise(held)) <= 2 * SWEPT_AT_ONCE
    assert held[-1] == 0
    assert store.queue(name) is None
    store.close()


def test_the_space_of_what_expired_is_taken_again(store, tmp_path):
    sizes = []
    for month in range(3):
        now_h = NOW_H + month * 30 * DAY_H
        for _ in range(5):
            _, queue = make(store)
            for _ in range(10):
                put(store, queue, now_h)
        store._database.execute("pragma wal_checkpoint(truncate)")
        sizes.append((tmp_path / "queues.db").stat().st_size)
        store.sweep(now_h + 30 * DAY_H)
    assert sizes[2] < 1.1 * sizes[0]


def test_an_expired_block_leaves_room_before_it_is_swept(store):
    _, queue = make(store, writer=b"")
    for _ in range(3):
        put(store, queue)
    with pytest.raises(LinkRefused, match="queue-full"):
        put(store, queue)
    put(store, queue, NOW_H + 30 * DAY_H)


def test_a_queue_that_nobody_listens_to_goes_after_four_months(store):
    kept_name, kept = make(store)
    lost_name, lost = make(store)
    put(store, lost)
    store.heard(kept, NOW_H + 100 * DAY_H)
    end_h = NOW_H + 121 * DAY_H
    store.sweep(end_h)
    assert store.queue(kept_name)
    assert store.queue(lost_name) is None
    assert (store.usage().queues, store.usage().blocks) == (1, 0)


def test_a_queue_made_anew_does_not_get_the_old_ones_place(store):
    name, old = make(store)
    store.drop_queue(old)
    store.make_queue(name, b"x" * 32, b"", ORG, NOW_H)
    assert store.queue(name).row != old.row


def test_blobs_end_with_their_life_and_unfinished_ones_after_a_day(store):
    done, half = os.urandom(16), os.urandom(16)
    row = BlobRow(65536, ORG, bytes(32), b"")
    for name in (done, half):
        store.begin_blob(name, row, NOW_H + 72, NOW_H)
    store.end_blob(done, b"d" * 32)
    assert store.sweep(NOW_H + 23) == ([], False)
    assert store.sweep(NOW_H + 24) == ([half], False)
    assert store.blob(half, NOW_H + 24) is None
    assert store.blob(done, NOW_H + 71).digest == b"d" * 32
    assert store.blob(done, NOW_H + 72) is None
    with pytest.raises(LinkRefused, match="taken"):
        store.begin_blob(done, row, NOW_H + 200, NOW_H + 72)
    assert store.sweep(NOW_H + 72) == ([done], False)
    assert store.usage().blob_bytes == 0


def test_cards_go_when_their_device_is_long_gone(store):
    store.publish(b"t" * 16, 3, b"card", ORG, NOW_H)
    store.sweep(NOW_H + 119 * DAY_H)
    assert store.card(b"t" * 16) == b"card"
    store.sweep(NOW_H + 120 * DAY_H)
    assert store.card(b"t" * 16) is None
    assert store.usage().cards == 0


def test_what_is_held_is_counted_the_same_after_a_restart(store, tmp_path):
    _, queue = make(store)
    for _ in range(4):
        put(store, queue)
    store.remove(queue, 2)
    store.publish(b"t" * 16, 3, b"card", ORG, NOW_H)
    store.publish(b"t" * 16, 4, b"card", b"p" * 32, NOW_H)
    store.begin_blob(bytes(16), BlobRow(65536, ORG, bytes(32), b""), NOW_H + 1, NOW_H)
    before = store.usage()
    assert reopened(store, tmp_path).usage() == before
    assert (before.queues, before.blocks, before.cards, before.blob_bytes) == (1, 3, 1, 65536)


def test_times_on_the_disk_are_whole_hours_and_visits_whole_days(store, tmp_path):
    _, queue = make(store, NOW_H + 7)
    put(store, queue, NOW_H + 7)
    store.heard(queue, NOW_H + 31)
    with sqlite3.connect(tmp_path / "queues.db") as looking:
        ((heard,),) = looking.execute("select heard_h from queue").fetchall()
    assert heard % DAY_H == 0
    assert heard == (NOW_H + 31) // DAY_H * DAY_H


def test_a_deleted_block_is_overwritten(store, tmp_path):
    _, queue = make(store)
    block = put(store, queue)
    store.remove(queue, 1)
    store._database.execute("pragma wal_checkpoint(truncate)")
    assert block[:64] not in (tmp_path / "queues.db").read_bytes()


# --- groups -----------------------------------------------------------------------------------------------


class Breaking(SqliteStore):
    """A disk that refuses whatever makes a block longer."""

    broken = False
    commits = 0

    def put(self, *arguments) -> bool:
        if self.broken:
            raise sqlite3.OperationalError("database or disk is full")
        return super().put(*arguments)

    def commit(self) -> None:
        self.commits += 1
        super().commit()


@pytest.fixture
def breaking(tmp_path):
    return Breaking(tmp_path / "queues.db", CAPS)


def together(store, *jobs):
    """Run jobs that arrive at once."""

    async def run():
        committer = Committer(store)
        waiting = [asyncio.ensure_future(committer.do(job)) for job in jobs]
        await asyncio.sleep(0)
        committer.start()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        store.close = lambda: None
        committer.stop()
        return results

    return asyncio.run(run())


def test_what_arrives_together_is_committed_together(breaking):
    _, queue = make(breaking)
    breaking.commits = 0
    together(breaking, *(lambda: put(breaking, queue) for _ in range(9)))
    assert breaking.commits == 1
    assert breaking.usage().blocks == 9


def test_a_refusal_in_a_group_leaves_the_others_done(breaking):
    _, queue = make(breaking)
    results = together(breaking, *(lambda: put(breaking, queue) for _ in range(12)))
    assert [getattr(result, "code", "") for result in results] == [""] * 10 + ["queue-full"] * 2


def test_where_the_disk_refuses_what_frees_it_goes_through(breaking, caplog):
    _, queue = make(breaking)
    put(breaking, queue)
    breaking.broken = True
    refused, removed, refused_too = together(
        breaking,
        lambda: put(breaking, queue),
        lambda: breaking.remove(queue, 1),
        lambda: put(breaking, queue),
    )
    assert (refused.code, removed, refused_too.code) == ("busy", True, "busy")
    assert breaking.usage().blocks == 0
    assert {record.getMessage() for record in caplog.records} == {
        "the store of the mailboxes refused a change"
    }
