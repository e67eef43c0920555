"""Blobs at a real relay: in pieces, resumed after a cut on either side, whole or not served at all."""

from __future__ import annotations

import asyncio
import hashlib
import os

import pytest

from media import mailwire
from media.errors import LinkRefused
from tests.unit.mailbox.people import enter, stranger
from tests.unit.relay.harness import RelayProcess

HOUR_S = 3600
PIECE = mailwire.MAX_PIECE
SMALL, MIDDLE = mailwire.BLOB_SIZES[:2]


class Sealed:
    """A padded file as its sender has it."""

    def __init__(self, size_class: int = 1) -> None:
        self.name, self.key = os.urandom(16), os.urandom(32)
        self.size_class = size_class
        self.data = os.urandom(mailwire.BLOB_SIZES[size_class])

    async def begin(self, mailbox) -> int:
        key_hash = hashlib.sha256(self.key).digest()
        return await mailbox.begin_blob(self.name, self.size_class, HOUR_S, key_hash)

    async def put(self, mailbox, start: int, end: int) -> None:
        pieces = (
            mailbox.put(self.name, at, self.data[at : min(end, at + PIECE)])
            for at in range(start, end, PIECE)
        )
        await asyncio.gather(*pieces)

    async def end(self, mailbox) -> None:
        await mailbox.end_blob(self.name, hashlib.sha256(self.data).digest())

    async def store(self, mailbox) -> Sealed:
        await self.put(mailbox, await self.begin(mailbox), len(self.data))
        await self.end(mailbox)
        return self

    async def fetch(self, mailbox) -> bytes:
        size = await mailbox.blob_size(self.name)
        pieces = (mailbox.get(self.name, at, min(PIECE, size - at)) for at in range(0, size, PIECE))
        return b"".join(await asyncio.gather(*pieces))


@pytest.mark.parametrize("size_class", [0, 1, 2])
def test_what_was_put_is_fetched_by_strangers_too(meet, relay, size_class):
    async def scenario(mine, theirs):
        sealed = await Sealed(size_class).store(mine)
        assert await sealed.fetch(theirs) == sealed.data
        someone = await stranger(relay)
        assert await sealed.fetch(someone) == sealed.data
        await someone.close()
        assert relay.counter("file_bytes") == len(sealed.data)

    meet(scenario)


def test_it_goes_on_where_it_was_cut_over_a_kill_of_the_relay(relay):
    async def scenario():
        sealed, mine = Sealed(2), await enter(relay)
        assert await sealed.begin(mine) == 0
        await sealed.put(mine, 0, 3 << 20)
        await asyncio.to_thread(relay.kill)
        await mine.close()
        await asyncio.to_thread(relay.start)
        mine = await enter(relay)
        assert await sealed.begin(mine) == 3 << 20
        with pytest.raises(LinkRefused, match="blob-unknown"):
            await sealed.fetch(mine)
        await sealed.put(mine, 3 << 20, 8 << 20)
        await sealed.end(mine)
        assert await sealed.begin(mine) == 8 << 20
        await sealed.end(mine)
        assert await sealed.fetch(mine) == sealed.data
        await mine.close()

    asyncio.run(scenario())


def test_half_a_blob_is_not_served_and_does_not_end(meet):
    async def scenario(mine, theirs):
        sealed = Sealed()
        await sealed.begin(mine)
        await sealed.put(mine, 0, PIECE)
        with pytest.raises(LinkRefused, match="blob-gap"):
            await sealed.end(mine)
        with pytest.raises(LinkRefused, match="blob-unknown"):
            await theirs.blob_size(sealed.name)
        with pytest.raises(LinkRefused, match="blob-unknown"):
            await theirs.get(sealed.name, 0, 10)

    meet(scenario)


def test_pieces_leave_no_gap_may_overlap_and_never_go_beyond_the_class(meet):
    async def scenario(mine, theirs):
        sealed = Sealed()
        await sealed.begin(mine)
        with pytest.raises(LinkRefused, match="blob-gap"):
            await mine.put(sealed.name, 1, b"a")
        await mine.put(sealed.name, 0, bytes(1000))
        await sealed.put(mine, 0, len(sealed.data))
        for offset in (len(sealed.data), len(sealed.data) - 1, 1 << 63):
            with pytest.raises(LinkRefused, match="blob-over"):
                await mine.put(sealed.name, offset, b"ab")
        await sealed.end(mine)
        assert await sealed.fetch(theirs) == sealed.data
        for offset, length in ((len(sealed.data), 1), (0, PIECE + 1), (1 << 63, 1)):
            with pytest.raises(LinkRefused, match="blob-over"):
                await theirs.get(sealed.name, offset, length)

    meet(scenario)


def test_a_wrong_digest_leaves_nothing_and_the_blob_can_be_put_anew(meet):
    async def scenario(mine, theirs):
        sealed = Sealed()
        await sealed.begin(mine)
        await sealed.put(mine, 0, len(sealed.data))
        with pytest.raises(LinkRefused, match="blob-broken"):
            await mine.end_blob(sealed.name, bytes(32))
        await sealed.store(mine)
        assert await sealed.fetch(theirs) == sealed.data

    meet(scenario)


def test_a_whole_blob_cannot_be_written_over(meet):
    async def scenario(mine, theirs):
        sealed = await Sealed().store(mine)
        with pytest.raises(LinkRefused, match="blob-unknown"):
            await theirs.put(sealed.name, 0, b"other")
        await sealed.begin(mine)
        with pytest.raises(LinkRefused, match="blob-over"):
            await mine.put(sealed.name, 0, b"other")
        with pytest.raises(LinkRefused, match="taken"):
            await theirs.begin_blob(sealed.name, 1, HOUR_S, bytes(32))
        assert await sealed.fetch(theirs) == sealed.data

    meet(scenario)


def test_a_connection_that_began_it_before_it_was_whole_cannot_write_it_over(meet):
    async def scenario(mine, theirs):
        sealed = Sealed()
        await sealed.begin(theirs)
        await sealed.store(mine)
        with pytest.raises(LinkRefused, match="blob-over"):
            await theirs.put(sealed.name, 0, b"other")
        assert await sealed.fetch(mine) == sealed.data

    meet(scenario)


def test_only_its_key_deletes_a_blob(meet, relay):
    async def scenario(mine, theirs):
        sealed = await Sealed().store(mine)
        with pytest.raises(LinkRefused, match="blob-unknown"):
            await theirs.drop_blob(sealed.name, os.urandom(32))
        await mine.drop_blob(sealed.name, sealed.key)
        with pytest.raises(LinkRefused, match="blob-unknown"):
            await sealed.fetch(theirs)
        assert relay.counter("file_bytes") == 0
        assert list((relay.folder / "state" / "blobs").iterdir()) == []

    meet(scenario)


def test_no_class_and_no_life_beyond_the_bounds(meet):
    async def scenario(mine, _):
        for size_class, life_s in ((4, HOUR_S), (255, HOUR_S), (0, 0), (0, 30 * 86_400 + 1)):
            with pytest.raises(LinkRefused, match="blob-over"):
                await mine.begin_blob(os.urandom(16), size_class, life_s, bytes(32))

    meet(scenario)


def test_strangers_fetch_and_no_more(relay):
    async def scenario():
        someone = await stranger(relay)
        with pytest.raises(LinkRefused, match="not-allowed"):
            await Sealed().store(someone)
        with pytest.raises(LinkRefused, match="not-allowed"):
            await someone.drop_blob(os.urandom(16), os.urandom(32))
        await someone.close()

    asyncio.run(scenario())


def test_the_quota_of_an_organisation_counts_what_was_begun(tmp_path):
    relay = RelayProcess(tmp_path, caps="file_total_mb = 2").start()

    async def scenario():
        mine = await enter(relay)
        first = await Sealed().store(mine)
        await Sealed().begin(mine)
        with pytest.raises(LinkRefused, match="quota"):
            await Sealed(0).begin(mine)
        await mine.drop_blob(first.name, first.key)
        await Sealed(0).store(mine)
        await mine.close()

    try:
        asyncio.run(scenario())
    finally:
        relay.stop()


def test_what_a_crash_left_over_goes_at_the_next_start(relay):
    folder = relay.folder / "state" / "blobs"
    relay.stop()
    (folder / os.urandom(16).hex()).write_bytes(b"nobody knows me")
    relay.start()
    assert list(folder.iterdir()) == []
