"""The relay's mailboxes: blocks a second against plain TLS delivery, a 256 MB file against a plain stream, 1,000 idle and 100 active devices.

The plain peer, a process of its own in the same run, hands on 8 KiB over TLS to who listens and passes the answer back; it neither
checks, keeps, flushes nor forgets anything. A block here is proven, committed at FULL, delivered, acknowledged, deleted and
overwritten. Both sides of either run in one client process. Bytes on the wire are counted by a proxy that passes them on.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import json
import os
import ssl
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from media import mailwire
from media.link.mailbox import Mailbox
from media.relay.certificate import server_context
from media.relay.config import Config
from tests.bench.relay.bench_forward import cpu_s
from tests.unit.mailbox.people import Box, Came, block, enter
from tests.unit.relay.harness import RelayProcess, proof

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BLOCKS, FLYING, ROUNDS = 600, 64, 3
IDLE, ACTIVE, IDLE_S, ACTIVE_S = 1000, 100, 10, 10
MEMORY_MB, CPU_SHARE, WIRE_RATIO, BLOCKS_RATIO, FILE_RATIO = 200, 0.25, 1.05, 10.0, 4.0
FILE_CLASS, FILES = 3, 4
FILE_BYTES = FILES * mailwire.BLOB_SIZES[FILE_CLASS]


def say(name: str, ratio: float, target: float, unit: str, **detail: object) -> None:
    line = {"name": name, "ratio": round(ratio, 3), "target": target, "unit": unit, "detail": detail}
    print(json.dumps(line), flush=True)


# --- the plain peer ---------------------------------------------------------------------------------------


async def plain(folder: Path) -> None:
    """Serve: the first connection sends blocks, the second gets them and answers a byte each, which goes back.

    A third brings a file, which is flushed to the disk and answered by a byte.
    """
    context, _ = server_context(Config(folder, {}))
    ends: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, size: int) -> None:
        try:
            while True:
                sink.write(await source.readexactly(size))
                await sink.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = FILE_BYTES
        with (folder / "kept").open("wb") as file:
            while left:
                piece = await reader.read(min(left, mailwire.MAX_PIECE))
                file.write(piece)
                left -= len(piece)
            os.fsync(file.fileno())
        writer.write(b"\1")

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends.append((reader, writer))
        if len(ends) == 2:
            await asyncio.gather(
                pump(ends[0][0], ends[1][1], mailwire.BLOCK_BYTES), pump(ends[1][0], ends[0][1], 1)
            )
        elif len(ends) == 3:
            await keep(reader, writer)

    server = await asyncio.start_server(hear, "127.0.0.1", 0, ssl=context, limit=2 * mailwire.MAX_PIECE)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


Lines = list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]


@contextlib.asynccontextmanager
async def plain_peer(folder: Path) -> AsyncIterator[Lines]:
    """Start the peer; give its three connections."""
    command = [sys.executable, "-m", __spec__.name, "plain", str(folder)]
    peer = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    port = int(await peer.stdout.readline())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    lines = [await asyncio.open_connection("127.0.0.1", port, ssl=context) for _ in range(3)]
    try:
        yield lines
    finally:
        for _, writer in lines:
            writer.transport.abort()
        peer.kill()
        await peer.wait()


async def through_plain(lines: Lines) -> float:
    """Return blocks a second, 64 under way."""
    mine, theirs, _ = lines

    async def receive() -> None:
        for _ in range(BLOCKS):
            await theirs[0].readexactly(mailwire.BLOCK_BYTES)
            theirs[1].write(b"\1")

    blocks = [block() for _ in range(BLOCKS)]
    begun = time.perf_counter()
    receiving = asyncio.create_task(receive())
    for number, one in enumerate(blocks):
        mine[1].write(one)
        await mine[1].drain()
        if number >= FLYING:
            await mine[0].readexactly(1)
    await mine[0].readexactly(FLYING)
    took_s = time.perf_counter() - begun
    await receiving
    return BLOCKS / took_s


async def file_through_plain(lines: Lines, data: bytes) -> float:
    """Return the seconds of a file, flushed at the other end."""
    reader, writer = lines[2]
    begun = time.perf_counter()
    for _ in range(FILES):
        for at in range(0, len(data), mailwire.MAX_PIECE):
            writer.write(data[at : at + mailwire.MAX_PIECE])
            await writer.drain()
    await reader.readexactly(1)
    return time.perf_counter() - begun


# --- the relay --------------------------------------------------------------------------------------------


async def through_mailbox(mine: Mailbox, theirs: Mailbox) -> float:
    """Return blocks a second, 64 under way; the last of them deleted at the relay."""
    box, came, acknowledging = await Box().make(theirs), Came(), set()

    def told(delivery) -> None:
        came(delivery)
        acknowledging.add(asyncio.create_task(theirs.acknowledge(delivery.queue, delivery.number)))

    await theirs.listen(box.name, box.sign_owner, told)
    blocks = [block() for _ in range(BLOCKS)]
    flying: deque[asyncio.Task[None]] = deque()
    begun = time.perf_counter()
    for number, one in enumerate(blocks):
        flying.append(asyncio.create_task(mine.send(box.name, one, box.sign_writer)))
        if len(flying) == FLYING:
            await flying.popleft()
        while number - len(came.all) > 400:  # the queue takes 1,000
            await came.count(number - 300)
    await came.count(BLOCKS)
    await asyncio.gather(*flying, *acknowledging)
    took_s = time.perf_counter() - begun
    await theirs.drop_queue(box.name, box.sign_owner)
    return BLOCKS / took_s


async def blocks_a_second(relay: RelayProcess, lines: Lines) -> None:
    mine, theirs = await enter(relay), await enter(relay)
    rounds = [(await through_mailbox(mine, theirs), await through_plain(lines)) for _ in range(ROUNDS)]
    one_ms = await alone_ms(mine)
    await mine.close()
    await theirs.close()
    ours, peer = max(rate for rate, _ in rounds), max(rate for _, rate in rounds)
    say(
        "block: sent, kept, fetched, deleted, against plain TLS delivery",
        peer / ours,
        BLOCKS_RATIO,
        "times as long",
        blocks_s=round(ours),
        plain_blocks_s=round(peer),
        one_alone_ms=round(one_ms, 1),
    )


async def alone_ms(mine: Mailbox) -> float:
    """Return the time of one block, nothing else under way: a flush of the disk and two round trips."""
    box = await Box().make(mine)
    times = []
    for number in range(50):
        begun = time.perf_counter()
        await mine.send(box.name, block(number), box.sign_writer)
        times.append(time.perf_counter() - begun)
    await mine.drop_queue(box.name, box.sign_owner)
    return 1000 * sorted(times)[len(times) // 2]


# --- files ------------------------------------------------------------------------------------------------


async def files(relay: RelayProcess, lines: Lines) -> None:
    """Up and down again in pieces, hashed and flushed, against a plain stream over TLS, flushed."""
    mine = await enter(relay)
    size = mailwire.BLOB_SIZES[FILE_CLASS]
    data = os.urandom(size)
    begun = time.perf_counter()
    names = [await up(mine, data) for _ in range(FILES)]
    up_s = time.perf_counter() - begun
    plain_s = await file_through_plain(lines, data)
    begun = time.perf_counter()
    for name in names:
        await asyncio.gather(
            *(mine.get(name, at, mailwire.MAX_PIECE) for at in range(0, size, mailwire.MAX_PIECE))
        )
    down_s = time.perf_counter() - begun
    await mine.close()
    say(
        "file of 256 MB to the relay, against a plain stream over TLS",
        up_s / plain_s,
        FILE_RATIO,
        "times as long",
        up_mb_s=round(FILE_BYTES / up_s / 1e6),
        down_mb_s=round(FILE_BYTES / down_s / 1e6),
        plain_mb_s=round(FILE_BYTES / plain_s / 1e6),
    )


async def up(mine: Mailbox, data: bytes) -> bytes:
    name = os.urandom(16)
    await mine.begin_blob(name, FILE_CLASS, 3600, bytes(32))
    await asyncio.gather(
        *(
            mine.put(name, at, data[at : at + mailwire.MAX_PIECE])
            for at in range(0, len(data), mailwire.MAX_PIECE)
        )
    )
    await mine.end_blob(name, hashlib.sha256(data).digest())
    return name


# --- many devices -----------------------------------------------------------------------------------------


async def devices(relay: RelayProcess) -> None:
    """A thousand that listen and are silent; then a hundred of them send a block a second each."""
    empty_mb = relay.memory_mb()
    people, boxes = [], []
    for _ in range(0, IDLE, 25):
        some = await asyncio.gather(*(enter(relay) for _ in range(25)))
        boxes += await asyncio.gather(*(Box().make(one) for one in some))
        people += some
    for one, box in zip(people, boxes, strict=True):
        await one.listen(box.name, box.sign_owner, functools.partial(take, one))
    pid, idle_mb = relay.process.pid, relay.memory_mb()
    idle = await share_of(pid, asyncio.sleep(IDLE_S))
    busy = await share_of(pid, chat(people[:ACTIVE], boxes[ACTIVE : 2 * ACTIVE]))
    say(
        "relay: memory with 1,000 idle devices",
        idle_mb / MEMORY_MB,
        1.0,
        f"of {MEMORY_MB} MB",
        mb=round(idle_mb),
        empty_mb=round(empty_mb),
        kb_each=round((idle_mb - empty_mb) * 1024 / IDLE),
        busy_mb=round(relay.memory_mb()),
    )
    say(
        "relay: processor with 100 active and 900 idle devices",
        busy / CPU_SHARE,
        1.0,
        f"of {CPU_SHARE:.0%} of a core",
        active_percent=round(100 * busy, 1),
        idle_percent=round(100 * idle, 1),
        blocks_s=ACTIVE,
    )
    for one in people:
        one._control.abort()
    await asyncio.gather(*(one.close() for one in people))


def take(mailbox: Mailbox, delivery) -> None:
    asyncio.get_running_loop().create_task(mailbox.acknowledge(delivery.queue, delivery.number))


async def share_of(pid: int, work) -> float:
    """Return the part of a core that the process used meanwhile."""
    cpu, begun = cpu_s(pid), time.perf_counter()
    await work
    return (cpu_s(pid) - cpu) / (time.perf_counter() - begun)


async def chat(people: list[Mailbox], boxes: list[Box]) -> None:
    for second in range(ACTIVE_S):
        until = asyncio.get_running_loop().time() + 1
        await asyncio.gather(
            *(
                one.send(box.name, block(second), box.sign_writer)
                for one, box in zip(people, boxes, strict=True)
            )
        )
        await asyncio.sleep(max(0.0, until - asyncio.get_running_loop().time()))


# --- bytes ------------------------------------------------------------------------------------------------


async def on_the_wire(relay: RelayProcess) -> None:
    """Count what one block costs a sender and a receiver, TLS and WebSocket included."""
    passed = [0, 0]

    async def pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: int) -> None:
        while data := await source.read(65536):
            passed[way] += len(data)
            sink.write(data)
        sink.close()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = await asyncio.open_connection("127.0.0.1", relay.port)
        await asyncio.gather(pass_on(reader, far[1], 0), pass_on(far[0], writer, 1), return_exceptions=True)

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as proxy:
        mine = await Mailbox.connect(relay.address(port=proxy.sockets[0].getsockname()[1]), proof())
        theirs = await enter(relay)
        box = await Box().make(theirs)
        passed[:] = [0, 0]
        for number in range(100):
            await mine.send(box.name, block(number), box.sign_writer)
        sent = [count / 100 for count in passed]
        came = Came()
        passed[:] = [0, 0]
        await mine.listen(box.name, box.sign_owner, came)
        for number in range(100):
            await came.count(number + 1)
            await mine.acknowledge(box.name, came.all[number].number)
        fetched = [count / 100 for count in passed]
        await mine.close()
        await theirs.close()
    say(
        "block: bytes on the wire, sent and fetched, against its 8,192 twice",
        (sum(sent) + sum(fetched)) / (2 * mailwire.BLOCK_BYTES),
        WIRE_RATIO,
        "times its bytes",
        sent_up=round(sent[0]),
        sent_down=round(sent[1]),
        fetched_down=round(fetched[1]),
        fetched_up=round(fetched[0]),
        why="one size tells no length; 1.1 kB of it is the seal, up to 7 kB padding of a short text",
    )


async def main(folder: Path) -> None:
    relay = RelayProcess(folder, caps="mail_kbps = 10000000").start()
    try:
        async with plain_peer(folder) as lines:
            await blocks_a_second(relay, lines)
            await files(relay, lines)
        await on_the_wire(relay)
        relay.kill()
        relay.start()
        await devices(relay)
    finally:
        relay.kill()


if __name__ == "__main__":
    if sys.argv[1:2] == ["plain"]:
        asyncio.run(plain(Path(sys.argv[2])))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            asyncio.run(main(Path(scratch)))
