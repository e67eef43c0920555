"""Mailboxes and blobs at the relay: many requests at once over one connection (docs/protocol.md §12). Sees sealed bytes only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from media import mailwire, wire
from media.errors import LinkLost, LinkRefused, ProtocolError
from media.link.control import Control
from media.patience import within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.link.admission import OrganisationProof, RelayAddress, Sign

ANSWER_S = 60.0
HEARTBEAT_S = 20.0
CLOSE_S = 3.0
SMALL_AT_ONCE, PIECES_AT_ONCE = 128, 8
"""What may be under way: 1 MiB of blocks, 2 MiB of pieces."""
WINDOW = 1024
"""Blocks that a relay may hand on before they are acknowledged: 8 MiB."""
T = TypeVar("T", bound=mailwire.Answer)
V = TypeVar("V")


@dataclass(frozen=True)
class Delivery:
    """A block that lay in an own queue; the relay keeps it until `Mailbox.acknowledge`."""

    queue: bytes
    number: int
    block: bytes


Told = Callable[[Delivery], None]


class Mailbox:
    """One connection to a relay's mailboxes; every coroutine raises `LinkLost` (once lost, for good) or `LinkRefused`.

    Codes of `LinkRefused`: docs/relay.md. What a coroutine asked for lies on the relay's disk once it returns; requests of one
    mailbox are carried out in the order in which they were made.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._next = 0
        self._waiting: dict[int, asyncio.Future[mailwire.Answer]] = {}
        self._told: dict[bytes, Told] = {}
        self._flying: dict[bytes, set[int]] = {}
        self._in_flight = 0
        self._small = asyncio.Semaphore(SMALL_AT_ONCE)
        self._pieces = asyncio.Semaphore(PIECES_AT_ONCE)
        self._end: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._reader: asyncio.Task[None] | None = None

    @classmethod
    async def connect(cls, address: RelayAddress, proof: OrganisationProof | None = None) -> Mailbox:
        """Connect; without *proof* one may only write with a queue's writer key and fetch cards and blobs."""
        control = await Control.connect(address, heartbeat_s=HEARTBEAT_S)
        mailbox = cls(control)
        try:
            await mailbox._enter(proof)
        except BaseException:
            await control.close()
            raise
        mailbox._reader = asyncio.create_task(mailbox._read())
        return mailbox

    async def _enter(self, proof: OrganisationProof | None) -> None:
        enter = mailwire.Enter()
        if proof:
            enter = mailwire.Enter(
                proof.relay_pk, self._prove(proof.sign, mailwire.ENTER, mailwire.NOBODY, b"")
            )
        self._control.send(enter)
        try:
            answer = mailwire.decode_down(await within(ANSWER_S, self._control.receive()))
        except (ProtocolError, TimeoutError) as error:
            raise LinkLost("unreachable") from error
        if isinstance(answer, wire.Refused):
            raise LinkRefused(answer.code)
        if not isinstance(answer, mailwire.Entered):
            raise LinkLost("unreachable")

    async def close(self) -> None:
        """Close the connection; what is under way is lost."""
        if self._reader:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        self._finish("closed")
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._control.close()
        except TimeoutError:  # a relay that reads nothing
            self._control.abort()

    async def ended(self) -> str:
        """Wait until the connection is no more; return why: lost, closed, or the relay's code."""
        return await asyncio.shield(self._end)

    # --- queues ---

    async def make_queue(self, queue: bytes, owner_pk: bytes, writer_pk: bytes = b"") -> None:
        """Make an own queue, a contact queue without *writer_pk*; again with the same keys is no error (taken, quota)."""
        number = self._number()
        await self._done(mailwire.MakeQueue(number, queue, owner_pk, writer_pk or bytes(32)))

    async def drop_queue(self, queue: bytes, sign_owner: Sign) -> None:
        """Forget an own queue with what is in it (queue-unknown)."""
        self._told.pop(queue, None)
        self._land(queue)
        proof = self._prove(sign_owner, mailwire.DROP, queue, b"")
        await self._done(mailwire.DropQueue(self._number(), queue, proof))

    async def listen(self, queue: bytes, sign_owner: Sign, told: Told) -> None:
        """Have *told* called with each block, what waits first, in order; unacknowledged ones come again at each listen.

        At most 32 unacknowledged blocks of a queue are under way, 1,024 of a connection. The newest listener gets all (queue-unknown, full).
        """
        before = self._told.get(queue)
        self._told[queue] = told
        self._land(queue)
        proof = self._prove(sign_owner, mailwire.LISTEN, queue, b"")
        try:
            await self._done(mailwire.Listen(self._number(), queue, proof))
        except LinkRefused:
            if before:
                self._told[queue] = before
            else:
                self._told.pop(queue, None)
            raise

    async def acknowledge(self, queue: bytes, number: int) -> None:
        """Let the relay forget a block; again is no error."""
        if number in self._flying.get(queue, ()):
            self._flying[queue].remove(number)
            self._in_flight -= 1
        await self._done(mailwire.Acknowledge(self._number(), queue, number))

    async def send(self, queue: bytes, block: bytes, sign_writer: Sign | None = None) -> None:
        """Put a block of 8,192 bytes into a queue, without *sign_writer* a contact queue (queue-unknown, queue-full, not-allowed, quota).

        The same block again while it lies there is put there once.
        """
        proof = bytes(64)
        if sign_writer:
            proof = self._prove(sign_writer, mailwire.WRITE, queue, mailwire.block_digest(block))
        await self._done(mailwire.Send(self._number(), queue, proof, block))

    # --- blocks for later ---

    async def send_later(
        self,
        place: bytes,
        queue: bytes,
        block: bytes,
        release_s: int,
        cancel_pk: bytes,
        sign_writer: Sign | None = None,
    ) -> None:
        """Have a block put into a queue at *release_s*, Unix seconds, at most seven days ahead.

        *place* is a random name, the same for all blocks that are cancelled together. Refused: as for `send`; taken (another time
        or key), too-far, released, cancelled. Again is no error: the newest block counts.
        """
        proof = bytes(64)
        if sign_writer:
            rest = mailwire.later_rest(place, release_s, cancel_pk, block)
            proof = self._prove(sign_writer, mailwire.LATER, queue, rest)
        number = self._number()
        await self._done(mailwire.Later(number, place, queue, release_s, cancel_pk, proof, block))

    async def cancel(self, place: bytes, cancel_pk: bytes, sign: Sign) -> None:
        """Have nothing of *place* put into a queue any more, also of what is not laid there yet (released: too late; not-allowed, quota)."""
        proof = self._prove(sign, mailwire.CANCEL, place, cancel_pk)
        await self._done(mailwire.Cancel(self._number(), place, cancel_pk, proof))

    # --- cards ---

    async def publish(self, owner_pk: bytes, sign: Sign, number: int, card: bytes) -> None:
        """Lay out the own card, at most 4 KiB; a lower number than the one that lies there is refused (card-old)."""
        rest = mailwire.publish_rest(number, card)
        proof = self._prove(sign, mailwire.PUBLISH, mailwire.card_tag(owner_pk), rest)
        await self._done(mailwire.Publish(self._number(), owner_pk, number, proof, card))

    async def card(self, tag: bytes) -> bytes | None:
        """Fetch the card under *tag* (`media.mailwire.card_tag`), None where there is none."""
        answer = await self._ask(mailwire.FetchCard(self._number(), tag), mailwire.Bytes)
        return answer.data or None

    # --- words ---

    async def say(self, owner_pk: bytes, sign: Sign, word: bytes) -> None:
        """Lay out a word of 128 bytes, in the place of the one before, for two and a half minutes (full, quota)."""
        proof = self._prove(sign, mailwire.SAY, mailwire.card_tag(owner_pk), mailwire.block_digest(word))
        await self._done(mailwire.SayWord(self._number(), owner_pk, proof, word))

    async def words(self, tags: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the words that lie under *tags* (`media.mailwire.card_tag`), at most 256."""
        request = mailwire.ReadWords(self._number(), [(tag,) for tag in tags])
        found = (await self._ask(request, mailwire.Words)).words
        self._sound(found, all(place < len(tags) for place, _ in found))
        return {tags[place]: word for place, word in found}

    # --- blobs ---

    async def begin_blob(self, blob: bytes, size_class: int, life_s: int, delete_hash: bytes) -> int:
        """Begin or go on with a blob of `mailwire.BLOB_SIZES[size_class]` bytes; return how many are there (taken, quota).

        *delete_hash* is the SHA-256 of a random key for `drop_blob`; *life_s* at most 30 days, whole hours.
        """
        request = mailwire.BeginBlob(self._number(), blob, size_class, life_s, delete_hash)
        there = (await self._ask(request, mailwire.Number)).value
        return self._sound(there, there <= mailwire.BLOB_SIZES[size_class])

    async def put(self, blob: bytes, offset: int, piece: bytes) -> None:
        """Put at most 256 KiB at *offset*, which leaves no gap (blob-unknown, blob-gap, blob-over, quota)."""
        await self._done(mailwire.PutPiece(self._number(), blob, offset, piece))

    async def end_blob(self, blob: bytes, digest: bytes) -> None:
        """Say that a blob is whole, with its SHA-256 (blob-unknown, blob-gap, blob-broken: begin anew)."""
        await self._done(mailwire.EndBlob(self._number(), blob, digest))

    async def blob_size(self, blob: bytes) -> int:
        """Return the size of a whole blob (blob-unknown)."""
        size = (await self._ask(mailwire.BlobSize(self._number(), blob), mailwire.Number)).value
        return self._sound(size, size in mailwire.BLOB_SIZES)

    async def get(self, blob: bytes, offset: int, length: int) -> bytes:
        """Return at most 256 KiB of a whole blob (blob-unknown, blob-over)."""
        request = mailwire.GetPiece(self._number(), blob, offset, length)
        piece = (await self._ask(request, mailwire.Bytes)).data
        return self._sound(piece, len(piece) == length)

    async def drop_blob(self, blob: bytes, delete_key: bytes) -> None:
        """Forget a blob, whole or not (blob-unknown)."""
        await self._done(mailwire.DropBlob(self._number(), blob, delete_key))

    # --- the connection ---

    def _prove(self, sign: Sign, purpose: int, place: bytes, rest: bytes) -> bytes:
        control = self._control
        return sign(wire.admission_text(purpose, control.nonce, control.cert_hash, place, rest))

    def _number(self) -> int:
        self._next = (self._next + 1) & 0xFFFFFFFF
        return self._next

    async def _done(self, request: mailwire.Request) -> None:
        await self._ask(request, mailwire.Done)

    async def _ask(self, request: mailwire.Request, kind: type[T]) -> T:
        large = isinstance(request, mailwire.PutPiece | mailwire.GetPiece)
        async with self._pieces if large else self._small:
            if self._end.done():
                raise LinkLost("lost")
            answer = asyncio.get_running_loop().create_future()
            self._waiting[request.request] = answer
            try:
                self._control.send(request)
                return self._right(await within(ANSWER_S, answer), kind)
            except TimeoutError as error:
                self._finish("lost")
                raise LinkLost("lost") from error
            finally:
                self._waiting.pop(request.request, None)

    def _sound(self, value: V, holds: bool) -> V:
        """Let only what can be an answer out of here: a relay that says anything else is given up."""
        if not holds:
            self._finish("lost")
            raise LinkLost("lost")
        return value

    def _right(self, answer: mailwire.Answer, kind: type[T]) -> T:
        if isinstance(answer, mailwire.Not):
            raise LinkRefused(answer.code)
        if not isinstance(answer, kind):
            self._finish("lost")
            raise LinkLost("lost")
        return answer

    async def _read(self) -> None:
        reason = "lost"
        try:
            while not self._end.done():
                message = mailwire.decode_down(await self._control.receive())
                if isinstance(message, wire.Refused):
                    reason = message.code
                    break
                self._take(message)
        except (LinkLost, ProtocolError):
            reason = "lost"
        finally:
            self._finish(reason)

    def _take(self, message: wire.Message) -> None:
        if isinstance(message, mailwire.Delivery):
            self._hear(Delivery(message.queue, message.number, message.block))
        elif isinstance(message, mailwire.Answer):
            answer = self._waiting.get(message.request)
            if answer and not answer.done():
                answer.set_result(message)

    def _hear(self, delivery: Delivery) -> None:
        """Tell of a block that was not told of since the queue was listened to; a relay that knows no end of them is given up."""
        told = self._told.get(delivery.queue)
        if told is None or delivery.number in self._flying.get(delivery.queue, ()):
            return
        if self._in_flight == WINDOW:
            self._finish("lost")
            return
        self._flying.setdefault(delivery.queue, set()).add(delivery.number)
        self._in_flight += 1
        told(delivery)

    def _land(self, queue: bytes) -> None:
        """Count nothing of a queue as handed on: all of it comes again, or nothing more."""
        self._in_flight -= len(self._flying.pop(queue, ()))

    def _finish(self, reason: str) -> None:
        if not self._end.done():
            self._end.set_result(reason)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(LinkLost("lost"))
