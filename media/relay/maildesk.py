"""One connection for mailboxes: who it is, what it may ask, how much at once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

from media import mailwire
from media.errors import LinkRefused
from media.relay.limits import Bucket
from media.relay.listening import Listener

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from media.relay.admission import Binding
    from media.relay.mail import Mail

SMALL_AT_ONCE, PIECES_AT_ONCE = 256, 8
"""Requests under way; whoever asks for more is read no further."""
WORDS_AT_ONCE = 8
"""Words that a connection may have said and that are there still."""
BLOBS_AT_ONCE = 256
"""Blobs that a connection may have begun, or read of."""
STRANGERS_SHARE = 20
"""A stranger may ask for this part of what a known organisation's device may."""


class MailDesk:
    """Answers one connection; *organisation* is the relay key that it proved, empty for a stranger."""

    def __init__(
        self,
        mail: Mail,
        binding: Binding,
        organisation: bytes,
        receive: Callable[[], Awaitable[bytes]],
        say: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._mail = mail
        self._binding = binding
        self._organisation = organisation
        self._receive = receive
        self._say = say
        share = 1 if organisation else STRANGERS_SHARE
        requests_s, bytes_s = mail.caps.mail_requests_s / share, mail.caps.mail_kbps * 125 / share
        self._requests = Bucket(requests_s, 4 * requests_s)
        self._bytes = Bucket(bytes_s, 4 * bytes_s)
        self._small = asyncio.Semaphore(SMALL_AT_ONCE)
        self._pieces = asyncio.Semaphore(PIECES_AT_ONCE if organisation else 1)
        self._listener = Listener(mail, say)
        self._begun: dict[bytes, int] = {}
        self._known: dict[bytes, int] = {}
        self._said: set[bytes] = set()

    async def serve(self) -> None:
        """Answer until the connection ends; `ProtocolError` for what is no request."""
        tasks = {asyncio.create_task(self._listener.pump())}
        try:
            await self._say(mailwire.Entered().encode())
            while True:
                data = await self._receive()
                request = mailwire.decode_request(data)
                gate = self._gate(request)
                await gate.acquire()
                task = asyncio.create_task(self._answer(request, gate))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                await self._pace(request, len(data))
        finally:
            self._listener.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _gate(self, request: mailwire.Request) -> asyncio.Semaphore:
        large = isinstance(request, mailwire.PutPiece | mailwire.GetPiece)
        return self._pieces if large else self._small

    async def _pace(self, request: mailwire.Request, size: int) -> None:
        """Too much: read no more until it is paid for, so that the sender's own connection fills up."""
        if isinstance(request, mailwire.GetPiece):
            size += min(request.length, mailwire.MAX_PIECE)
        if isinstance(request, mailwire.ReadWords):
            size += len(request.tags) * mailwire.WORD_BYTES
        now_ms = time.monotonic() * 1000
        delay = max(self._requests.owe(1, now_ms), self._bytes.owe(size, now_ms))
        if not self._organisation:
            delay = max(delay, self._mail.strangers.owe(1, now_ms))
        if delay:
            await asyncio.sleep(delay)

    async def _answer(self, request: mailwire.Request, gate: asyncio.Semaphore) -> None:
        try:
            answer = await self._do(request)
        except LinkRefused as refusal:
            self._mail.counters.mail_refused += 1
            answer = mailwire.Not(request.request, refusal.code)
        with contextlib.suppress(ConnectionClosed):
            await self._say(answer.encode())
        gate.release()

    async def _do(self, request: mailwire.Request) -> mailwire.Answer:
        match request:
            case mailwire.Send():
                await self._mail.put(request, self._binding, self._organisation)
            case mailwire.FetchCard():
                return mailwire.Bytes(request.request, await self._mail.card(request.tag))
            case mailwire.BlobSize():
                return mailwire.Number(request.request, await self._mail.blob_size(request.blob))
            case mailwire.GetPiece():
                return mailwire.Bytes(request.request, await self._piece(request))
            case _ if not self._organisation:
                raise LinkRefused("not-allowed")
            case mailwire.ReadWords():
                return mailwire.Words(request.request, self._read_words(request))
            case mailwire.BeginBlob():
                return mailwire.Number(request.request, await self._begin(request))
            case _:
                await self._change(request)
        return mailwire.Done(request.request)

    async def _change(self, request: mailwire.Request) -> None:
        match request:
            case mailwire.MakeQueue():
                await self._mail.make_queue(request, self._organisation)
            case mailwire.DropQueue():
                await self._mail.drop_queue(request, self._binding)
                self._listener.forget(request.queue)
            case mailwire.Listen():
                await self._listener.listen(request, self._binding)
            case mailwire.Acknowledge():
                await self._listener.acknowledge(request)
            case mailwire.Publish():
                await self._mail.publish(request, self._binding, self._organisation)
            case mailwire.SayWord():
                self._say_word(request)
            case mailwire.Later():
                await self._mail.later.lay(request, self._binding, self._organisation)
            case mailwire.Cancel():
                await self._mail.later.cancel(request, self._binding, self._organisation)
            case _:
                await self._change_blob(request)

    async def _change_blob(self, request: mailwire.Request) -> None:
        match request:
            case mailwire.PutPiece():
                await self._mail.put_piece(request, self._size_of(request.blob))
            case mailwire.EndBlob():
                self._size_of(request.blob)
                await self._mail.end_blob(request)
                del self._begun[request.blob]
            case mailwire.DropBlob():
                self._begun.pop(request.blob, None)
                await self._mail.drop_blob(request)

    # --- words ---

    def _say_word(self, request: mailwire.SayWord) -> None:
        tag, rest = mailwire.card_tag(request.owner_pk), mailwire.block_digest(request.word)
        if not self._binding.holds(request.PURPOSE, tag, rest, request.proof, (request.owner_pk,)):
            raise LinkRefused("not-allowed")
        words = self._mail.words
        self._said = {one for one in self._said if one in words}
        if len(self._said | {tag}) > WORDS_AT_ONCE:
            raise LinkRefused("full")
        words.put(tag, request.word, self._organisation, time.monotonic())
        self._said.add(tag)
        self._mail.counters.words_taken += 1

    def _read_words(self, request: mailwire.ReadWords) -> list[tuple[int, bytes]]:
        return self._mail.words.read((tag for (tag,) in request.tags), time.monotonic())

    # --- blobs ---

    async def _begin(self, request: mailwire.BeginBlob) -> int:
        if request.blob not in self._begun and len(self._begun) >= BLOBS_AT_ONCE:
            raise LinkRefused("busy")
        there, size = await self._mail.begin_blob(request, self._organisation)
        self._begun[request.blob] = size if there < size else 0  # what is whole takes no more
        return there

    def _size_of(self, blob: bytes) -> int:
        if blob not in self._begun:
            raise LinkRefused("blob-unknown")
        return self._begun[blob]

    async def _piece(self, request: mailwire.GetPiece) -> bytes:
        size = self._known.get(request.blob)
        if size is None:
            size = await self._mail.blob_size(request.blob)
            if len(self._known) >= BLOBS_AT_ONCE:
                self._known.clear()
            self._known[request.blob] = size
        return await self._mail.get_piece(request, size)
