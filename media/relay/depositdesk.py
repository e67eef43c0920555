"""One connection on the path `/deposit`: an owner who leaves or asks, or the page of whoever collects. No room, no seat."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from websockets.exceptions import ConnectionClosed

from media import depositwire, wire
from media.errors import LinkRefused, ProtocolError
from media.relay.admission import Binding
from media.relay.deposits import DAY_S, Deposits, Limits
from media.relay.limits import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from websockets.asyncio.server import ServerConnection

    from media.relay.config import Caps
    from media.relay.counters import Counters
    from media.relay.deposits import Row

FIRST_WORD_S, IDLE_S = 5.0, 60.0
BYTES_S, BYTES_BURST = 8 << 20, 16 << 20
TRIES_S, TRIES_BURST = 20, 100
"""Of all strangers together: a proxy before the page counts by address (docs/deposit.md)."""
SWEEP_S = 600
T = TypeVar("T")


class DepositDesk:
    """What all connections for deposits share: the store on a thread of its own, who may leave, how much strangers may ask."""

    def __init__(
        self,
        folder: Path,
        caps: Caps,
        cert_hash: bytes,
        counters: Counters,
        valid_keys: Callable[[], frozenset[bytes]],
    ) -> None:
        limits = Limits(
            caps.deposit_mb << 20,
            caps.deposit_total_mb << 20,
            caps.deposit_days * DAY_S,
            caps.disk_reserve_mb << 20,
        )
        self.deposits = Deposits(folder, limits)
        self.cert_hash, self.counters, self.valid_keys = cert_hash, counters, valid_keys
        self.tries = Bucket(TRIES_S, TRIES_BURST)
        self.most_visitors, self.visitors = caps.deposit_visitors, 0
        self._disk = ThreadPoolExecutor(1, "deposits")
        self._swept_s = 0

    async def ask(self, call: Callable[..., T], *arguments: object) -> T:
        """Run an act of the store on its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._disk, partial(call, *arguments))

    def sweep(self) -> None:
        """Let go of what is over, every ten minutes."""
        now_s = int(time.time())
        if abs(now_s - self._swept_s) >= SWEEP_S:
            self._swept_s = now_s
            self._disk.submit(self.deposits.sweep, now_s)

    def close(self) -> None:
        """Wait for the disk."""
        self._disk.shutdown()
        self.deposits.close()

    async def serve(self, socket: ServerConnection) -> None:
        """Serve one connection until it ends."""
        await _Talk(self, socket).run()


class _Talk:
    """Reads and answers in turn: nothing is queued, so a slow reader holds up itself only."""

    def __init__(self, desk: DepositDesk, socket: ServerConnection) -> None:
        self._desk, self._socket = desk, socket
        self._binding = Binding(os.urandom(32), desk.cert_hash)
        self._bytes = Bucket(BYTES_S, BYTES_BURST)
        socket.ping_timeout = IDLE_S  # a pong waits behind the pieces that a narrow line still has to carry

    async def run(self) -> None:
        counters = self._desk.counters
        try:
            await self._say(wire.Greeting(wire.VERSION, self._binding.nonce))
            await self._first_word()
        except ConnectionClosed:
            return
        except TimeoutError:
            self._socket.transport.abort()  # closing would wait for whoever reads nothing
        except ProtocolError:
            counters.messages_refused += 1
            await self._refuse("bad-message")
        except LinkRefused as refusal:
            counters.deposits_refused += 1
            await self._refuse(refusal.code)
        except (OSError, sqlite3.Error):  # a full disk: nothing was judged, a later try may be
            counters.deposits_refused += 1
            await self._refuse("busy")

    async def _refuse(self, code: str) -> None:
        try:
            await self._say(wire.Refused(code))
        except ConnectionClosed:
            return
        except TimeoutError:
            self._socket.transport.abort()

    async def _say(self, message: wire.Message) -> None:
        async with asyncio.timeout(IDLE_S):
            await self._socket.send(message.encode())

    async def _hear(self, seconds: float) -> wire.Message:
        async with asyncio.timeout(seconds):
            data = await self._socket.recv()
        if isinstance(data, str):
            raise ProtocolError("text")
        await asyncio.sleep(self._bytes.owe(len(data), time.monotonic() * 1000))
        return depositwire.decode_up(data)

    async def _first_word(self) -> None:
        match await self._hear(FIRST_WORD_S):
            case depositwire.Leave() as leave:
                await self._take(leave)
            case depositwire.Ask() as ask:
                await self._answer(ask)
            case depositwire.Try() as attempt:
                await self._visit(attempt)
            case _:
                raise ProtocolError("message out of turn")

    # --- the owner ----------------------------------------------------------------------------------------

    async def _take(self, leave: depositwire.Leave) -> None:
        allowed = leave.relay_pk in self._desk.valid_keys() and self._binding.holds(
            depositwire.LEAVE, leave.id, leave.rest, leave.proof, (leave.relay_pk,)
        )
        if not allowed or leave.single > 1:
            raise LinkRefused("not-allowed")
        store, ask = self._desk.deposits, self._desk.ask
        await self._say(depositwire.Here(await ask(store.leave, leave, int(time.time()))))
        while True:
            match await self._hear(IDLE_S):
                case depositwire.Put(offset, piece):
                    await self._say(depositwire.Here(await ask(store.put, leave.id, offset, piece)))
                case depositwire.End(digest):
                    await ask(store.end, leave.id, digest, int(time.time()))
                    self._desk.counters.deposits_stored += 1
                    await self._say(depositwire.Fine())
                    return
                case _:
                    raise ProtocolError("message out of turn")

    async def _answer(self, message: depositwire.Ask) -> None:
        """Tell the owner how it stands, or let it take the deposit back; a stranger hears what one of an unknown id hears."""
        store, ask = self._desk.deposits, self._desk.ask
        owner = await ask(store.owner, message.id)
        known = owner or bytes(32)
        if (
            not self._binding.holds(depositwire.OWN, message.id, message.rest, message.proof, (known,))
            or not owner
        ):
            raise LinkRefused("unknown")
        if message.drop:
            await ask(store.drop, message.id)
            await self._say(depositwire.Fine())
        else:
            await self._say(depositwire.Stands(*await ask(store.standing, message.id, int(time.time()))))

    # --- the page -----------------------------------------------------------------------------------------

    async def _visit(self, attempt: depositwire.Try) -> None:
        desk = self._desk
        if desk.visitors >= desk.most_visitors or not desk.tries.take(1, time.monotonic() * 1000):
            raise LinkRefused("busy")
        desk.visitors += 1
        try:
            row = await desk.ask(
                desk.deposits.attempt, attempt.id, attempt.proof, attempt.token, int(time.time())
            )
            if isinstance(row, int):
                desk.counters.deposits_refused += 1
                await self._say(depositwire.Wrong(row))
                return
            desk.counters.deposits_opened += 1
            await self._say(depositwire.Opened(row.claim, row.size))
            await self._give(row)
        finally:
            desk.visitors -= 1

    async def _give(self, row: Row) -> None:
        desk = self._desk
        while True:
            match await self._hear(IDLE_S):
                case depositwire.Want(offset, length) if 0 < length <= depositwire.MAX_PIECE:
                    await asyncio.sleep(self._bytes.owe(length, time.monotonic() * 1000))
                    where = (row.id, row.claim, offset, length, int(time.time()))
                    data = await desk.ask(desk.deposits.read, *where)
                    await self._say(depositwire.Piece(offset, data))
                case depositwire.Done():
                    await desk.ask(desk.deposits.done, row.id, row.claim, int(time.time()))
                    await self._say(depositwire.Fine())
                    return
                case _:
                    raise ProtocolError("message out of turn")
