"""One WebSocket connection: greeting, admission, then what its standing (knocker, member, admin) allows."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from media import mailwire, wire
from media.errors import LinkRefused, ProtocolError
from media.patience import within
from media.relay import admission
from media.relay.limits import Bucket
from media.relay.maildesk import MailDesk
from media.relay.outbox import Outbox

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from media.relay.hall import Door, Hall
    from media.relay.rooms import Room, Seat

FIRST_WORD_S = 5.0
PATIENCE_S = 60.0
MEETING_PATIENCE_S = 20.0
"""Of one message: who reads nothing for so long is in no meeting any more, whatever its system still keeps open."""
MESSAGES_S, MESSAGES_BURST = 200, 600
MEDIA_S, MEDIA_BURST = 1500, 3000
BYTES_S, BYTES_BURST = 512 * 1024, 4 << 20
KNOCK_RATE_S, KNOCK_BURST = 0.5, 4
MEASURES = 3
"""Of one connection: a short one that opens the line, a long one; the third ends it."""


class Session:
    """Reads one connection until it ends; a writer task empties its outbox."""

    def __init__(self, hall: Hall, socket: ServerConnection) -> None:
        self._hall = hall
        self._socket = socket
        self._binding = admission.Binding(os.urandom(32), hall.cert_hash)
        self._awake = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.outbox = Outbox(partial(loop.call_soon_threadsafe, self._awake.set), hall.counters)
        self._messages = Bucket(MESSAGES_S, MESSAGES_BURST)
        self._media = Bucket(MEDIA_S, MEDIA_BURST)
        self._bytes = Bucket(BYTES_S, BYTES_BURST)
        self._knocks = Bucket(KNOCK_RATE_S, KNOCK_BURST)
        self.seat: Seat | None = None
        self.room: Room | None = None
        self.door: Door | None = None
        self._end = asyncio.Event()

    # --- life ---

    async def run(self) -> None:
        """Serve the connection."""
        writer = asyncio.create_task(self._write())
        reader = asyncio.create_task(self._read())
        ended = asyncio.create_task(self._end.wait())
        try:
            await asyncio.wait({writer, reader, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hall.leave(self)
            if ended.done():
                await asyncio.wait({writer}, timeout=1)
            for task in (writer, reader, ended):
                task.cancel()
            await asyncio.gather(writer, reader, ended, return_exceptions=True)

    def say(self, message: wire.Message) -> None:
        """Queue a message."""
        self.outbox.control(message.encode())

    def refuse(self, code: str) -> None:
        """Say no, then close."""
        self._hall.leave(self)
        self.say(wire.Refused(code))
        self._end.set()
        self._awake.set()

    async def _write(self) -> None:
        outbox = self.outbox
        try:
            while not outbox.overflowed:
                data = outbox.take()
                if data is None:
                    outbox.sleep()
                    data = outbox.take()
                if data is not None:
                    await self._say_patiently(data, MEETING_PATIENCE_S)
                elif self._end.is_set():
                    return
                else:
                    await self._awake.wait()
                    self._awake.clear()
        except ConnectionClosed:
            return
        self._hall.counters.slow_consumers += 1
        self._socket.transport.abort()

    async def _read(self) -> None:
        self.say(wire.Greeting(wire.VERSION, self._binding.nonce))
        try:
            await self._first_word()
            while not self._end.is_set():
                await self._next()
        except (ConnectionClosed, TimeoutError):
            return
        except ProtocolError:
            self._hall.counters.messages_refused += 1
            self.refuse("bad-message")
        except LinkRefused as refusal:
            self._hall.counters.admissions_refused += 1
            self.refuse(refusal.code)

    async def _receive(self) -> bytes:
        data = await self._socket.recv()
        if isinstance(data, str) or not data:
            raise ProtocolError("text or nothing")
        return data

    async def _first_word(self) -> None:
        async with asyncio.timeout(FIRST_WORD_S):
            message = await self._after_measures()
        match message:
            case mailwire.Enter():
                await self._mail(message)
            case wire.StoreBlob() as store:
                await self._store(store)
            case wire.FetchBlob(tag):
                await self._fetch(tag)
            case wire.Open() as message:
                self._open(message)
            case wire.Knock() as message:
                self._hall.knock(self, message, allowed=admission.may_knock(message, self._binding))
            case wire.Resume() as message:
                self._resume(message)
            case _:
                raise ProtocolError("message out of turn")

    async def _after_measures(self) -> wire.Message:
        """Answer what only measures the line; return the first word that wants something."""
        for _ in range(MEASURES):
            data = await self._receive()
            if data[0] == mailwire.Enter.KIND:
                return mailwire.Enter.decode(data)
            message = wire.decode_up(data)
            if not isinstance(message, wire.Measure):
                return message
            self.say(self._hall.measured())
        raise ProtocolError("too many measures")

    def _open(self, message: wire.Open) -> None:
        allowed = admission.may_open(message, self._binding, self._hall.valid_keys())
        self._hall.open(self, message, allowed=allowed)

    def _resume(self, message: wire.Resume) -> None:
        slot_pk = self._hall.slot_key(message.room_id, message.slot)
        self._hall.resume(self, message, allowed=admission.may_resume(message, self._binding, slot_pk))

    # --- mailboxes ---

    async def _mail(self, enter: mailwire.Enter) -> None:
        """Serve a connection for mailboxes for as long as it lasts."""
        stranger = enter == mailwire.Enter()
        if not stranger and not admission.may_enter(enter, self._binding, self._hall.valid_keys()):
            raise LinkRefused("not-allowed")
        organisation = b"" if stranger else enter.relay_pk
        self._socket.ping_timeout = PATIENCE_S  # a pong waits behind the pieces of a blob
        desk = MailDesk(self._hall.mail, self._binding, organisation, self._receive, self._say_patiently)
        await desk.serve()

    async def _say_patiently(self, data: bytes, patience_s: float = PATIENCE_S) -> None:
        """Write *data* as fast as the other reads; who reads nothing for *patience_s* is given up, and the next write says so."""
        try:
            await within(patience_s, self._socket.send(data))
        except TimeoutError:
            self._hall.counters.slow_consumers += 1
            self._socket.transport.abort()

    # --- blobs ---

    async def _store(self, store: wire.StoreBlob) -> None:
        if not admission.may_store(store, self._binding, self._hall.valid_keys()):
            raise LinkRefused("not-allowed")
        code = await self._hall.blob(self._hall.blobs.put, store.tag, store.data)
        if code:
            self._hall.counters.blobs_refused += 1
            raise LinkRefused(code)
        self._hall.counters.blobs_stored += 1
        self.say(wire.BlobStored())
        self._end.set()

    async def _fetch(self, tag: bytes) -> None:
        data = await self._hall.blob(self._hall.blobs.get, tag)
        if data is None:
            raise LinkRefused("link-unknown")
        self.say(wire.Blob(data))
        self._end.set()

    # --- after admission ---

    async def _next(self) -> None:
        data = await self._receive()
        now_ms = time.monotonic() * 1000
        kind = data[0]
        if kind in {wire.VERSION, wire.NACK}:
            delay = self._media.owe(1, now_ms)
            if self.seat is None:
                raise ProtocolError("media out of turn")
            self._hall.media(self.seat, data, now_ms)
        else:
            delay = max(self._messages.owe(1, now_ms), self._bytes.owe(len(data), now_ms))
            self._handle(wire.decode_up(data), now_ms)
        if delay:  # too much: read no more until it is paid for, so that the sender's own connection fills up
            if self._socket.state is not State.OPEN:
                self._end.set()
            await asyncio.sleep(delay)

    def _handle(self, message: wire.Message, now_ms: float) -> None:
        if self.seat is None:
            self._from_knocker(message, now_ms)
        elif isinstance(message, wire.Answer | wire.Admit | wire.Refuse | wire.Evict | wire.CloseRoom):
            self._hall.administer(self, message)
        else:
            self._from_member(self.seat, message)

    def _from_knocker(self, message: wire.Message, now_ms: float) -> None:
        if not isinstance(message, wire.KnockText) or self.door is None:
            raise ProtocolError("message out of turn")
        if not self._knocks.take(1, now_ms):
            raise LinkRefused("busy")
        self._hall.pass_knock(self, message.data)

    def _from_member(self, seat: Seat, message: wire.Message) -> None:
        match message:
            case wire.Control(to, data):
                self._hall.control(seat, to, data)
            case wire.Subscribe(wanted):
                self._hall.subscribe(seat, wanted)
            case wire.KeyRequest(slot, stream):
                self._hall.request_key(seat, slot, stream)
            case wire.OverTls():
                self._hall.rooms.bind(seat, None)
            case wire.Open():
                self._open(message)
            case _:
                raise ProtocolError("message out of turn")
