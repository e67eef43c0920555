"""What is too old goes, its bytes too, and nobody is given it meanwhile; time passed in."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from media import mailwire
from media.errors import LinkRefused
from media.relay.admission import Binding
from media.relay.config import Caps
from media.relay.counters import Counters
from media.relay.mail import SWEEP_S, Mail
from media.relay.queues import SWEPT_AT_ONCE, SqliteStore
from media.relay.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable

ORG = b"o" * 32
HOUR_S = 3600
NOW_S = 1_800_000_000


class Clock:
    now_s = float(NOW_S)

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def opened(folder, clock):
    caps = Caps(disk_reserve_mb=0)
    mail = Mail(SqliteStore(folder / "queues.db", caps), Shelf(folder / "blobs", 0), caps, Counters(), clock)
    try:
        yield mail
    finally:
        mail.close()


async def swept(mail: Mail, monotonic_s: float) -> None:
    mail.sweep(monotonic_s)
    await mail._sweeping


async def stored(mail: Mail, life_s: int) -> bytes:
    name, data = os.urandom(16), os.urandom(mailwire.BLOB_SIZES[0])
    await begun(mail, name, life_s)
    await mail.put_piece(mailwire.PutPiece(2, name, 0, data), len(data))
    await mail.end_blob(mailwire.EndBlob(3, name, hashlib.sha256(data).digest()))
    return name


async def begun(mail: Mail, name: bytes, life_s: int) -> None:
    await mail.begin_blob(mailwire.BeginBlob(1, name, 0, life_s, bytes(32)), ORG)


def files(folder) -> set[str]:
    return {path.name for path in (folder / "blobs").iterdir()}


def test_a_blob_goes_with_its_bytes_when_its_life_is_over(tmp_path):
    clock = Clock()

    async def scenario():
        async with opened(tmp_path, clock) as mail:
            short, long = await stored(mail, HOUR_S), await stored(mail, 48 * HOUR_S)
            await swept(mail, clock.now_s)
            assert files(tmp_path) == {short.hex(), long.hex()}
            clock.now_s += HOUR_S
            with pytest.raises(LinkRefused, match="blob-unknown"):
                await mail.blob_size(short)
            await swept(mail, clock.now_s)
            assert files(tmp_path) == {long.hex()}
            assert await mail.blob_size(long) == mailwire.BLOB_SIZES[0]

    asyncio.run(scenario())


async def sent(mail: Mail, count: int) -> dict[bytes, bytes]:
    """Have blocks put into a contact queue each; return them by its name."""
    blocks = {os.urandom(16): os.urandom(mailwire.BLOCK_BYTES) for _ in range(count)}
    binding = Binding(bytes(32), bytes(32))
    for name, block in blocks.items():
        await mail.make_queue(mailwire.MakeQueue(1, name, b"o" * 32, bytes(32)), ORG)
        await mail.put(mailwire.Send(2, name, bytes(64), block), binding, ORG)
    return blocks


def shown(folder, blocks: Iterable[bytes]) -> int:
    """Count the blocks of which any page is in any file."""
    disk = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return sum(any(block[at : at + 64] in disk for at in range(0, 8192, 512)) for block in blocks)


def test_the_disk_shows_nothing_of_what_expired_or_was_fetched(tmp_path):
    clock = Clock()

    async def scenario():
        async with opened(tmp_path, clock) as mail:
            blocks = await sent(mail, 3)
            await swept(mail, clock.now_s)
            assert shown(tmp_path, blocks.values()) == 3
            await mail.remove(await mail.do(lambda: mail._store.queue(next(iter(blocks)))), 1)
            await swept(mail, clock.now_s + SWEEP_S)
            assert shown(tmp_path, blocks.values()) == 2
            clock.now_s += 30 * 24 * HOUR_S
            await swept(mail, clock.now_s)
            assert shown(tmp_path, blocks.values()) == 0

    asyncio.run(scenario())


def test_whoever_asks_while_much_expires_is_answered_in_between(tmp_path):
    clock = Clock()

    async def scenario():
        async with opened(tmp_path, clock) as mail:
            await sent(mail, 5 * SWEPT_AT_ONCE)
            clock.now_s += 30 * 24 * HOUR_S
            mail.sweep(clock.now_s)
            await sent(mail, 1)
            assert mail.gauges()["blocks_waiting"] > 1
            await mail._sweeping
            assert mail.gauges()["blocks_waiting"] == 1

    asyncio.run(scenario())


def test_what_was_begun_and_never_ended_goes_after_a_day(tmp_path):
    clock = Clock()

    async def scenario():
        async with opened(tmp_path, clock) as mail:
            name = os.urandom(16)
            await begun(mail, name, 20 * 24 * HOUR_S)
            await mail.put_piece(mailwire.PutPiece(2, name, 0, b"half"), mailwire.BLOB_SIZES[0])
            clock.now_s += 23 * HOUR_S
            await swept(mail, clock.now_s)
            assert files(tmp_path) == {name.hex()}
            clock.now_s += HOUR_S
            await swept(mail, clock.now_s)
            assert files(tmp_path) == set()
            assert mail.gauges()["file_bytes"] == 0

    asyncio.run(scenario())


def test_a_clock_set_wrong_costs_nothing_that_waits_once_it_is_right_again(tmp_path):
    clock = Clock()

    async def scenario():
        async with opened(tmp_path, clock) as mail:
            name = await stored(mail, 48 * HOUR_S)
            await swept(mail, SWEEP_S)
            clock.now_s += 400 * 24 * HOUR_S
            for minute in range(2, 600):
                await swept(mail, minute * SWEEP_S)
                clock.now_s += SWEEP_S
            with pytest.raises(LinkRefused):
                await mail.blob_size(name)
            clock.now_s = NOW_S + 600 * SWEEP_S
            assert await mail.blob_size(name) == mailwire.BLOB_SIZES[0]
            assert files(tmp_path) == {name.hex()}

    asyncio.run(scenario())


def test_a_clock_that_stays_where_it_was_set_is_believed_after_a_day(tmp_path):
    clock = Clock()

    async def scenario():
        async with opened(tmp_path, clock) as mail:
            await stored(mail, 48 * HOUR_S)
            await swept(mail, SWEEP_S)
            clock.now_s += 100 * HOUR_S
            await swept(mail, 2 * SWEEP_S)
            assert len(files(tmp_path)) == 1
            clock.now_s += 25 * HOUR_S
            await swept(mail, 2 * SWEEP_S + 25 * HOUR_S)
            assert files(tmp_path) == set()

    asyncio.run(scenario())


def test_files_bear_no_finer_time_than_the_hour(tmp_path):
    async def scenario():
        async with opened(tmp_path, Clock()) as mail:
            name = await stored(mail, HOUR_S)
            assert (tmp_path / "blobs" / name.hex()).stat().st_mtime % HOUR_S == 0

    asyncio.run(scenario())
