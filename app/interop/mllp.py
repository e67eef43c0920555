"""The MLLP listener: accepts senders over TCP or TLS and has their frames answered in order. It knows nothing of HL7."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from app.interop.frames import END, MAX_FRAME, VT, Deframer, Frame

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

CONNECTIONS = 64
BIG_PLACES = 4
SMALL = 256 << 10
"""A frame that grows beyond this waits for one of the places for big ones: memory has a bound, whoever sends."""
READ = 64 << 10
AT_ONCE, AT_ONCE_BYTES = 64, 32 << 10
"""Frames of one connection that are handled together, and so share a commit: so many, and none more beyond so many bytes."""
_HTTP = re.compile(rb"(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|TRACE|CONNECT|PRI) ")
_HTTP_ANSWER = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TLS = re.compile(rb"\x16\x03[\x00-\x04]")
_TLS_ANSWER = b"\x15\x03\x01\x00\x02\x02\x46"
"""A fatal alert, protocol_version."""
log = logging.getLogger(__name__)

Take: TypeAlias = "Callable[[Sequence[Frame]], Awaitable[Sequence[bytes]]]"


@dataclass(frozen=True)
class Patience:
    """How long is waited, in seconds: for a first frame, the next one, the next byte of a frame, its end; for a reader.

    `quiet`: how long after an FS without CR, or bytes without a frame, nothing more is expected. `greet`, `spare`: how
    long a sender that does not finish its TLS handshake, or brings no frame, keeps its place while others wait for one.
    """

    first: float = 60.0
    next: float = 3600.0
    byte: float = 10.0
    frame: float = 120.0
    quiet: float = 0.3
    write: float = 30.0
    leave: float = 2.0
    greet: float = 0.5
    spare: float = 5.0


class Listener:
    """Has *take* answer the frames of all senders: what it returns is sent in order, each answer in a frame of its own.

    When all places are taken, further senders wait for one of a sender that leaves or has brought nothing for a while; who does
    not read the answers is closed.
    """

    def __init__(
        self,
        take: Take,
        *,
        tls: ssl.SSLContext | None = None,
        patience: Patience | None = None,
        limit: int = MAX_FRAME,
        connections: int = CONNECTIONS,
    ) -> None:
        self._take, self._tls, self._limit = take, tls, limit
        self._patience = patience or Patience()
        self._places = asyncio.Semaphore(connections)
        self._big = asyncio.Semaphore(BIG_PLACES)
        self._guests: dict[asyncio.Task[None], _Guest] = {}
        self._accepting: asyncio.Task[None] | None = None
        self._server: socket.socket | None = None

    async def open(self, host: str, port: int) -> tuple[str, int]:
        """Listen; return the address (port 0: one that the system chose). Raises OSError, as when the port is taken."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, *_, address = found[0]
        server = socket.create_server((str(address[0]), port), family=family, backlog=128)
        server.setblocking(False)
        self._server = server
        self._accepting = asyncio.create_task(self._accept(server))
        bound = server.getsockname()
        return str(bound[0]), int(bound[1])

    async def close(self) -> None:
        """Close the port at once, and each connection after the answers that it waits for. Twice does no harm."""
        if self._accepting is not None and self._server is not None:
            self._accepting.cancel()
            await asyncio.wait([self._accepting])
            self._server.close()
        for task, guest in self._guests.items():
            if guest.caller is None or guest.caller.may_leave():
                task.cancel()
        if self._guests:
            await asyncio.wait(tuple(self._guests), timeout=self._patience.leave)
        for task in self._guests:
            task.cancel()

    async def _accept(self, server: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, address = await loop.sock_accept(server)
            except OSError:  # the sender is gone again, or there are no descriptors left
                await asyncio.sleep(self._patience.quiet)
                continue
            try:
                await self._find_place()
            except asyncio.CancelledError:
                client.close()
                raise
            guest = _Guest(str(address[0]))
            task = asyncio.create_task(self._welcome(client, guest))
            self._guests[task] = guest
            task.add_done_callback(self._gone)

    async def _find_place(self) -> None:
        """Take a place; while there is none, senders that bring nothing lose theirs one after the other."""
        while True:
            if self._places.locked():
                self._send_one_away()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience.quiet):
                    await self._places.acquire()
                    return

    def _send_one_away(self) -> None:
        """Close the longest silent connection, first of all of the address that has the most: no host keeps the others out."""
        each = Counter(guest.address for guest in self._guests.values())
        over = {task: guest for task, guest in self._guests.items() if guest.overstays(self._patience)}
        if over:
            max(over, key=lambda task: (each[over[task].address], over[task].silent)).cancel()

    def _gone(self, task: asyncio.Task[None]) -> None:
        self._guests.pop(task)
        self._places.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a connection failed: %s", type(error).__name__)

    async def _welcome(self, client: socket.socket, guest: _Guest) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(READ, loop)
        handshake, shutdown = (self._patience.byte, self._patience.leave) if self._tls else (None, None)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            transport, protocol = await loop.connect_accepted_socket(
                lambda: asyncio.StreamReaderProtocol(reader, loop=loop),
                client,
                ssl=self._tls,
                ssl_handshake_timeout=handshake,
                ssl_shutdown_timeout=shutdown,
            )
        except OSError:  # no TLS, or none that is accepted
            client.close()
            return
        except asyncio.CancelledError:
            client.close()
            raise
        caller = guest.caller = _Caller(
            reader,
            asyncio.StreamWriter(transport, protocol, reader, loop),
            self._take,
            self._big,
            self._patience,
            self._limit,
        )
        try:
            with suppress(OSError):
                await caller.serve()
        finally:
            transport.abort() if caller.deaf else transport.close()


@dataclass
class _Guest:
    """Who has a place: from where, since when, and once it is greeted how it is answered."""

    address: str
    since: float = field(default_factory=time.monotonic)
    caller: _Caller | None = None

    @property
    def silent(self) -> float:
        """For how long it has brought nothing."""
        return time.monotonic() - (self.caller.last if self.caller else self.since)

    def overstays(self, patience: Patience) -> bool:
        """Whether its place may be given to somebody else."""
        if self.caller is None:
            return self.silent >= patience.greet
        return self.caller.idle and self.silent >= patience.spare


class _Caller:
    """One connection."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        take: Take,
        big: asyncio.Semaphore,
        patience: Patience,
        limit: int,
    ) -> None:
        self.last = time.monotonic()
        """When it last brought a whole frame."""
        self._reader, self._writer, self._take = reader, writer, take
        self._big, self._patience, self._frames = big, patience, Deframer(limit)
        self._has_big = self._busy = self._leaving = False
        self._since, self._place = 0.0, (0, False)
        self.deaf = False
        """True once the answers were not read: nothing more is to be sent."""

    @property
    def idle(self) -> bool:
        """True when no answer is under way."""
        return not self._busy

    def may_leave(self) -> bool:
        """Ask it to leave; True when no answer is under way."""
        self._leaving = True
        return self.idle

    async def serve(self) -> None:
        """Answer until the sender leaves, falls silent, or is asked to leave."""
        try:
            while not self._leaving and await self._step():
                await self._weigh()
        finally:
            self._give_back()

    async def _step(self) -> bool:
        """Read once and answer what is complete; False at the end of the connection."""
        data = None
        with suppress(TimeoutError):
            async with asyncio.timeout(self._wait()):
                data = await self._reader.read(READ)
        if data:
            if self._is_new() and (words := _not_for_us(data)):
                await self._bye(words)
                return False
            await self._answer(self._frames.feed(data))
            return True
        goes_on = data is None and self._frames.nearly
        await self._answer(self._frames.finish())
        if not goes_on:
            await self._bye(b"")
        return goes_on

    def _is_new(self) -> bool:
        frames = self._frames
        return not (frames.frames or frames.inside or frames.stray)

    def _wait(self) -> float:
        """Return how long the sender may be silent now."""
        frames, patience = self._frames, self._patience
        if frames.nearly or (frames.stray_bytes and not frames.frames and not frames.inside):
            return patience.quiet
        if frames.inside:
            left = self._since + patience.frame - time.monotonic()
            return max(0.0, min(patience.byte, left))
        return patience.next if frames.frames else patience.first

    async def _answer(self, frames: Iterable[Frame]) -> None:
        for batch in _batches(frames):
            self._busy = True
            for answer in await self._take(batch):
                self._writer.write(VT + answer + END)
            try:
                async with asyncio.timeout(self._patience.write):
                    await self._writer.drain()
            except TimeoutError:
                self.deaf = True
                raise
            self._busy, self.last = False, time.monotonic()

    async def _weigh(self) -> None:
        """Take a place for a frame that has become big, give it back after it; note when a frame began."""
        frames = self._frames
        if not self._has_big and frames.held > SMALL:
            await self._big.acquire()
            self._has_big, self._since = True, time.monotonic()
        elif frames.held <= SMALL:
            self._give_back()
        place = (frames.frames, frames.inside)
        if self._place != place:
            self._since, self._place = time.monotonic(), place

    def _give_back(self) -> None:
        if self._has_big:
            self._has_big = False
            self._big.release()

    async def _bye(self, words: bytes) -> None:
        """Say a last word and wait a moment for it to be read: closing on unread bytes would take it back."""
        self._writer.write(words)
        if self._writer.can_write_eof():
            self._writer.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience.quiet):
                while await self._reader.read(READ):
                    pass


def _not_for_us(data: bytes) -> bytes:
    """Return what to answer a sender that speaks HTTP or TLS to a plain port; nothing for any other."""
    if _HTTP.match(data):
        return _HTTP_ANSWER
    return _TLS_ANSWER if _TLS.match(data) else b""


def _batches(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    batch: list[Frame] = []
    size = 0
    for frame in frames:
        if batch and (len(batch) == AT_ONCE or size + len(frame.raw) > AT_ONCE_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(frame)
        size += len(frame.raw)
    if batch:
        yield batch
