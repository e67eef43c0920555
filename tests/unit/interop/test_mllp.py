"""The listener, as a sender meets it: every frame is answered, in order, whatever comes; memory and time have bounds."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.interop.frames import Deframer, Fault, Frame
from app.interop.mllp import BIG_PLACES, Listener, Patience

PATIENT = Patience(quiet=0.05)
"""What a site has, but for the time after which no more is expected: what is sent may take as long as the machine needs."""
HASTY = Patience(first=0.6, next=0.6, byte=0.3, frame=0.6, quiet=0.05, write=0.3, leave=0.5)
"""Where the end of the patience is what is waited for."""
VT, FS, CR = b"\x0b", b"\x1c", b"\r"


def wrap(message: bytes) -> bytes:
    return VT + message + FS + CR


async def echo(frames):
    return [frame.raw if frame.fault is None else frame.fault.value.encode() for frame in frames]


@asynccontextmanager
async def listening(take=echo, **options):
    listener = Listener(take, patience=options.pop("patience", PATIENT), **options)
    try:
        yield await listener.open("127.0.0.1", 0)
    finally:
        await listener.close()


@asynccontextmanager
async def calling(where, **options):
    reader, writer = await asyncio.open_connection(*where, limit=64 << 20, **options)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(30):
        return (await reader.readuntil(FS + CR))[1:-2]


async def everything(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(30):
        return await reader.read()


def test_pipelined_frames_are_answered_in_order_on_one_connection():
    async def act():
        async with listening() as where, calling(where) as (reader, writer):
            sent = [b"%d" % n for n in range(3000)]
            writer.write(b"".join(map(wrap, sent)))
            assert [await answer(reader) for _ in sent] == sent

    asyncio.run(act())


def test_a_frame_may_come_byte_by_byte_and_in_latin_1():
    async def act():
        async with listening() as where, calling(where) as (reader, writer):
            message = "Hôpital Noël".encode("latin-1")
            for byte in wrap(message):
                writer.write(bytes([byte]))
                await writer.drain()
            assert await answer(reader) == message

    asyncio.run(act())


def test_twenty_megabytes_come_whole():
    async def act():
        async with listening() as where, calling(where) as (reader, writer):
            message = b"x" * (20 << 20)
            writer.write(wrap(message))
            assert await answer(reader) == message

    asyncio.run(act())


def test_a_frame_that_is_too_long_is_refused_at_once_and_the_next_one_is_taken():
    async def act():
        async with listening(limit=1 << 20) as where, calling(where) as (reader, writer):
            writer.write(VT + b"a" * (2 << 20))
            assert await answer(reader) == b"oversized"
            writer.write(b"b" * (2 << 20) + FS + CR + wrap(b"next"))
            assert await answer(reader) == b"next"

    asyncio.run(act())


@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        (wrap(b""), [b""]),
        (b"noise" + wrap(b"a") + b"\r\n\0 more" + wrap(b"b"), [b"a", b"b"]),
        (VT + wrap(b"a") + FS + CR, [b"a"]),
        (wrap(b"a\x0bb\x1cc"), [b"a\x0bb\x1cc"]),
        (VT + b"a" + FS + wrap(b"b"), [b"a", b"b"]),
        (VT + b"a" + FS + b"\n" + wrap(b"b"), [b"a", b"b"]),
        (wrap(b"a") + VT + b"b" + FS, [b"a", b"b"]),
    ],
)
def test_what_stands_between_frames_and_marks_inside_of_them(sent, answers):
    async def act():
        async with listening() as where, calling(where) as (reader, writer):
            writer.write(sent)
            assert [await answer(reader) for _ in answers] == answers
            writer.write(wrap(b"still there"))
            assert await answer(reader) == b"still there"

    asyncio.run(act())


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x15\x03\x01\x00\x02\x02"),
        (b"MSH|^~\\&|GAM\rPID|1\r", wrap(b"unframed")),
        (wrap(b"a") + VT + b"cut", wrap(b"a") + wrap(b"cut")),
    ],
)
def test_what_is_no_mllp_is_answered_and_the_connection_closed(sent, said):
    async def act():
        async with listening(patience=HASTY) as where, calling(where) as (reader, writer):
            writer.write(sent)
            assert (await everything(reader)).startswith(said)

    asyncio.run(act())


def test_a_sender_that_leaves_inside_a_frame_is_told_so():
    async def act():
        async with listening() as where, calling(where) as (reader, writer):
            writer.write(VT + b"half")
            writer.write_eof()
            assert await everything(reader) == wrap(b"cut")

    asyncio.run(act())


def test_a_sender_that_drips_a_frame_for_ever_is_closed():
    async def act():
        async with listening(patience=HASTY) as where, calling(where) as (reader, writer):
            writer.write(VT)
            dripping = asyncio.create_task(drip(writer))
            assert await everything(reader) == wrap(b"cut")
            dripping.cancel()

    async def drip(writer):
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.02)

    asyncio.run(act())


def test_a_silent_connection_is_closed_without_a_word():
    async def act():
        async with listening(patience=HASTY) as where, calling(where) as (reader, writer):
            assert await everything(reader) == b""
            assert writer is not None

    asyncio.run(act())


async def send_for_ever(writer):
    while True:
        writer.write(wrap(b"more") * 100)
        await writer.drain()
        await asyncio.sleep(0.02)


def test_who_does_not_read_the_answers_is_closed():
    async def big(frames):
        return [b"x" * (1 << 20)] * len(frames)

    async def act():
        async with listening(big, patience=HASTY) as where, calling(where) as (_reader, writer):
            writer.transport.pause_reading()
            with pytest.raises(ConnectionError):
                await asyncio.wait_for(send_for_ever(writer), 30)

    asyncio.run(act())


def test_more_senders_than_places_wait_and_are_served_in_turn():
    async def act():
        async with (
            listening(connections=2, patience=Patience()) as where,
            calling(where) as (_, first),
            calling(where),
            calling(where) as (reader, writer),
        ):
            writer.write(wrap(b"third"))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await reader.readuntil(FS + CR)
            first.close()
            assert await answer(reader) == b"third"

    asyncio.run(act())


def test_a_sender_that_brings_nothing_makes_room_for_one_that_waits():
    async def act():
        async with (
            listening(connections=2, patience=Patience(quiet=0.02, spare=0.2)) as where,
            calling(where) as (silent, _),
            calling(where) as (_, dripping),
        ):
            dripping.write(VT + b"begun")
            async with calling(where) as (reader, writer), calling(where) as (last, last_writer):
                writer.write(wrap(b"third"))
                last_writer.write(wrap(b"fourth"))
                assert await answer(reader) == b"third"
                assert await answer(last) == b"fourth"
            assert await everything(silent) == b""

    asyncio.run(act())


def test_who_does_not_finish_its_tls_handshake_makes_room(certificates):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certificates)
    client = ssl.create_default_context(cafile=certificates[0])

    async def act():
        patience = Patience(quiet=0.02, greet=0.1)
        async with (
            listening(connections=2, patience=patience, tls=server) as where,
            AsyncExitStack() as crowd,
        ):
            for _ in range(4):
                await crowd.enter_async_context(calling(where))
            async with calling(where, ssl=client, server_hostname="localhost") as (reader, writer):
                writer.write(wrap(b"sealed"))
                assert await answer(reader) == b"sealed"

    asyncio.run(act())


def test_who_works_keeps_its_place_however_many_wait():
    async def act():
        async with (
            listening(connections=2, patience=Patience(quiet=0.01, spare=3)) as where,
            calling(where) as (reader, writer),
            AsyncExitStack() as crowd,
            asyncio.timeout(30),
        ):
            silent = [await crowd.enter_async_context(calling(where)) for _ in range(8)]
            while not silent[1][0].at_eof():
                writer.write(wrap(b"work"))
                assert await answer(reader) == b"work"
                await asyncio.sleep(0.01)

    asyncio.run(act())


def test_long_frames_are_handled_one_by_one():
    sizes = []

    async def take(frames):
        sizes.append(sum(len(frame.raw) for frame in frames))
        return [b"" for _ in frames]

    async def act():
        async with listening(take) as where, calling(where) as (reader, writer):
            writer.write(wrap(b"x" * 20_000) * 10)
            for _ in range(10):
                await answer(reader)

    asyncio.run(act())
    assert sizes == [20_000] * 10


def test_big_frames_wait_for_their_turn_and_small_ones_do_not():
    big = b"x" * (1 << 20)

    async def act():
        async with AsyncExitStack() as end:
            listener = Listener(echo, patience=Patience())
            end.push_async_callback(listener.close)
            where = await listener.open("127.0.0.1", 0)
            callers = [await end.enter_async_context(calling(where)) for _ in range(BIG_PLACES + 2)]
            *others, late, small = callers
            for _reader, writer in others:
                writer.write(VT + big)
            async with asyncio.timeout(30):
                while not listener._big.locked():  # noqa: ASYNC110 -- it tells nobody
                    await asyncio.sleep(0)
            small[1].write(wrap(b"small"))
            assert await answer(small[0]) == b"small"
            late[1].write(wrap(big))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await late[0].readuntil(FS + CR)
            others[0][1].write(FS + CR)
            assert await answer(others[0][0]) == big
            assert await answer(late[0]) == big

    asyncio.run(act())


def test_closing_answers_what_is_under_way_and_frees_the_port():
    async def act():
        came, gate = asyncio.Event(), asyncio.Event()

        async def slow(frames):
            came.set()
            await gate.wait()
            return [frame.raw for frame in frames]

        listener = Listener(slow, patience=Patience(leave=30))
        where = await listener.open("127.0.0.1", 0)
        async with calling(where) as (reader, writer):
            writer.write(wrap(b"a"))
            await came.wait()
            closing = asyncio.create_task(listener.close())
            await asyncio.sleep(0)  # it has begun
            gate.set()
            assert await everything(reader) == wrap(b"a")
            await closing
        again = Listener(echo)
        assert await again.open(*where) == where
        await again.close()

    asyncio.run(act())


def test_a_port_that_is_taken_is_said():
    async def act():
        async with listening() as where:
            with pytest.raises(OSError, match="in use"):
                await Listener(echo).open(*where)

    asyncio.run(act())


def test_tls_takes_tls_only(certificates):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certificates)
    client = ssl.create_default_context(cafile=certificates[0])

    async def act():
        async with listening(tls=server) as where:
            async with calling(where, ssl=client, server_hostname="localhost") as (reader, writer):
                writer.write(wrap(b"sealed"))
                assert await answer(reader) == b"sealed"
            async with calling(where) as (reader, writer):
                writer.write(wrap(b"plain"))
                assert b"plain" not in await everything(reader)

    asyncio.run(act())


@given(st.lists(st.binary(max_size=40), max_size=8), st.lists(st.integers(1, 30), max_size=20))
def test_frames_are_found_however_the_stream_is_cut(messages, cuts):
    clean = [one.replace(VT, b"").replace(FS, b"") for one in messages]
    stream, found, frames = b"junk".join(map(wrap, clean)), [], Deframer()
    for cut in [*cuts, len(stream)]:
        found += frames.feed(stream[:cut])
        stream = stream[cut:]
    assert [one.raw for one in found] == clean


@settings(deadline=None)
@given(st.lists(st.sampled_from([VT, FS, CR, b"\n", b"x", b"MSH|", b"\x00" * 30]), max_size=60))
def test_no_stream_breaks_it_or_makes_it_hold_more_than_a_frame(pieces):
    frames = Deframer(limit=50)
    for piece in pieces:
        for frame in frames.feed(piece):
            assert len(frame.raw) <= 50 or frame.fault is Fault.OVERSIZED
        assert frames.held <= 50 + len(piece)
    assert all(isinstance(one, Frame) for one in frames.finish())
    assert list(Deframer().feed(b"".join(pieces) + FS + CR + wrap(b"end")))[-1].raw == b"end"
