"""Mailboxes: what the connections for them ask, who listens to which queue, and what expires (docs/protocol.md §12)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from media import mailwire
from media.errors import LinkRefused
from media.relay.commit import Committer
from media.relay.later import Later
from media.relay.limits import Bucket
from media.relay.store import BlobRow
from media.relay.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.relay.admission import Binding
    from media.relay.config import Caps
    from media.relay.counters import Counters
    from media.relay.listening import Listener
    from media.relay.shelf import Shelf
    from media.relay.store import Queue, Store

HOUR_S = 3600
SWEEP_S = 60
JUMP_S, HELD_S = 1800, 86_400
STRANGERS_SHARE = 4
"""All strangers together may ask for this part of what one device of a known organisation may, so that many are no flood."""
DECOY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
"""A sound key that nobody uses: a proof for a queue that is not there is checked all the same, for as long as any."""
T = TypeVar("T")


class Mail:
    """The mailboxes of one relay. Loop thread; store and shelf have threads of their own."""

    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        caps: Caps,
        counters: Counters,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._now_s = now_s
        self._store = store
        self._shelf = shelf
        self.caps = caps
        self.counters = counters
        self._committer = Committer(store)
        strangers_s = caps.mail_requests_s / STRANGERS_SHARE
        self.strangers = Bucket(strangers_s, 4 * strangers_s)
        self.words = Words(caps.words)
        self.later = Later(store, self, counters, now_s)
        self._listeners: dict[bytes, Listener] = {}
        self._swept_s = 0.0
        self._ahead_s: float | None = None
        self._sweeping: asyncio.Task[None] | None = None
        shelf.keep_only(set(store.blobs()))
        self._committer.start()

    def close(self) -> None:
        """Finish what was asked, and close the files."""
        if self._sweeping:
            self._sweeping.cancel()
        self.later.close()
        self._committer.stop()
        self._shelf.worker.shutdown()

    @property
    def alive(self) -> bool:
        """Whether the store's thread runs."""
        return self._committer.is_alive()

    def gauges(self) -> dict[str, int]:
        """Give present figures."""
        used = self._store.usage()
        return {
            "queues": used.queues,
            "blocks_waiting": used.blocks,
            "queue_bytes": used.blocks * mailwire.BLOCK_BYTES,
            "cards": used.cards,
            "later_places": used.places,
            "later_waiting": used.later_blocks,
            "words": len(self.words),
            "file_bytes": used.blob_bytes,
            "queues_heard": len(self._listeners),
        }

    def sweep(self, now_s: float) -> bool:
        """Put what is due into its queue, and once a minute forget what has expired; *now_s* of a clock that only goes forward.

        After the wall clock jumped nothing is forgotten for a day: whoever sets it wrong shall not lose what waits. Return whether now is the time.
        """
        self.words.sweep(now_s)
        self.later.tick(now_s)
        ahead_s = self._now_s() - now_s
        if self._ahead_s is not None and abs(ahead_s - self._ahead_s) > JUMP_S:
            self._swept_s = now_s + HELD_S
        self._ahead_s = ahead_s
        if now_s < self._swept_s + SWEEP_S or (self._sweeping and not self._sweeping.done()):
            return False
        self._swept_s = now_s
        self._sweeping = asyncio.get_running_loop().create_task(self._sweep())
        return True

    async def _sweep(self) -> None:
        """Forget part by part, so that what is asked meanwhile is answered in between."""
        sweep, more = partial(self._store.sweep, self._now_h()), True
        with contextlib.suppress(LinkRefused):  # the disk refuses: in a minute again
            while more:
                names, more = await self.do(sweep)
                await self._shelve(self._shelf.drop, *names)

    def _now_h(self) -> int:
        return int(self._now_s()) // HOUR_S

    async def do(self, call: Callable[[], T]) -> T:
        """Run *call* on the store's thread; on the disk once this returns."""
        return await self._committer.do(call)

    async def _shelve(self, call: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._shelf.worker, call, *arguments)

    # --- queues ---

    async def make_queue(self, ask: mailwire.MakeQueue, organisation: bytes) -> None:
        """Make a queue; all-zero writer's key: a contact queue."""
        writer = ask.writer_pk if any(ask.writer_pk) else b""
        await self.do(
            partial(self._store.make_queue, ask.queue, ask.owner_pk, writer, organisation, self._now_h())
        )

    async def drop_queue(self, ask: mailwire.DropQueue, binding: Binding) -> None:
        """Forget a queue for its owner."""

        def job() -> None:
            self._store.drop_queue(self._owned(ask, binding))

        await self.do(job)
        self._listeners.pop(ask.queue, None)

    async def listen(self, ask: mailwire.Listen, binding: Binding, listener: Listener) -> Queue:
        """Let a listener have a queue from now on; whoever had it before has it no more."""

        def job() -> Queue:
            queue = self._owned(ask, binding)
            self._store.heard(queue, self._now_h())
            return queue

        queue = await self.do(job)
        before = self._listeners.get(ask.queue)
        if before and before is not listener:
            before.forget(ask.queue)
        self._listeners[ask.queue] = listener
        return queue

    def leave(self, name: bytes, listener: Listener) -> None:
        """Forget who listened, if it still is the one."""
        if self._listeners.get(name) is listener:
            del self._listeners[name]

    def _owned(self, ask: mailwire.DropQueue | mailwire.Listen, binding: Binding) -> Queue:
        queue = self._store.queue(ask.queue)
        key = queue.owner if queue else DECOY
        if not binding.holds(ask.PURPOSE, ask.queue, b"", ask.proof, (key,)) or queue is None:
            raise LinkRefused("queue-unknown")
        return queue

    async def waiting(self, queue: Queue, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Return blocks above the number *after*."""
        return await self.do(partial(self._store.waiting, queue, after, limit, self._now_h()))

    async def remove(self, queue: Queue, number: int) -> None:
        """Forget a block that was acknowledged."""
        if await self.do(partial(self._store.remove, queue, number)):
            self.counters.blocks_acknowledged += 1

    async def put(self, ask: mailwire.Send, binding: Binding, organisation: bytes) -> None:
        """Take a block for a queue; by the writer's key, or for a contact queue from any known organisation."""
        contact = not any(ask.proof)
        if contact and not organisation:
            raise LinkRefused("not-allowed")
        if await self.do(partial(self._put, ask, binding, contact=contact)):
            self.counters.blocks_taken += 1
            self.ready(ask.queue)

    def ready(self, name: bytes) -> None:
        """Tell who listens to a queue that something came."""
        listener = self._listeners.get(name)
        if listener:
            listener.ready(name)

    def _put(self, ask: mailwire.Send, binding: Binding, *, contact: bool) -> bool:
        digest = mailwire.block_digest(ask.block)
        queue = self.writable(ask, digest, binding, contact=contact)
        return self._store.put(queue, ask.block, digest, self._now_h())

    def writable(
        self, ask: mailwire.Send | mailwire.Later, rest: bytes, binding: Binding, *, contact: bool
    ) -> Queue:
        """Return the queue, where who asks may write there and the disk has room (store's thread); refuses queue-unknown, quota."""
        queue = self._store.queue(ask.queue)
        if contact:
            allowed = queue is not None and not queue.writer
        else:
            key = (queue.writer if queue else b"") or DECOY
            allowed = binding.holds(ask.PURPOSE, ask.queue, rest, ask.proof, (key,))
        if queue is None or not allowed:
            raise LinkRefused("queue-unknown")
        if not self._shelf.room_for(mailwire.BLOCK_BYTES):
            raise LinkRefused("quota")
        return queue

    # --- cards ---

    async def publish(self, ask: mailwire.Publish, binding: Binding, organisation: bytes) -> None:
        """Lay out a card for whoever has its key."""
        tag = mailwire.card_tag(ask.owner_pk)

        def job() -> None:
            if not binding.holds(ask.PURPOSE, tag, ask.rest, ask.proof, (ask.owner_pk,)):
                raise LinkRefused("not-allowed")
            self._store.publish(tag, ask.number, ask.card, organisation, self._now_h())

        await self.do(job)

    async def card(self, tag: bytes) -> bytes:
        """Return the card under a tag, empty where there is none."""
        return await self.do(partial(self._store.card, tag)) or b""

    # --- blobs ---

    async def begin_blob(self, ask: mailwire.BeginBlob, organisation: bytes) -> tuple[int, int]:
        """Begin or go on with a blob; return (bytes that are there, bytes that it will have)."""
        if ask.size_class >= len(mailwire.BLOB_SIZES) or not 0 < ask.life_s <= self.caps.file_days * 86_400:
            raise LinkRefused("blob-over")
        size = mailwire.BLOB_SIZES[ask.size_class]
        row = BlobRow(size, organisation, ask.delete_hash, b"")
        room = await self._shelve(self._shelf.room_for, size)
        there = await self.do(partial(self._begin, ask, row, room=room))
        if there.digest:
            return size, size
        return await self._shelve(self._shelf.there, ask.blob), size

    def _begin(self, ask: mailwire.BeginBlob, row: BlobRow, *, room: bool) -> BlobRow:
        now_h = self._now_h()
        there = self._store.blob(ask.blob, now_h)
        if there is None:
            if not room:
                raise LinkRefused("quota")
            self._store.begin_blob(ask.blob, row, now_h + -(-ask.life_s // HOUR_S), now_h)
            return row
        if (there.size, there.delete_hash) != (row.size, row.delete_hash):
            raise LinkRefused("taken")
        return there

    async def put_piece(self, ask: mailwire.PutPiece, size: int) -> None:
        """Write a piece of a blob that was begun."""
        await self._shelve(self._shelf.put, ask.blob, ask.offset, ask.piece, size)

    async def end_blob(self, ask: mailwire.EndBlob) -> None:
        """Have a blob on the disk, then say that it is whole; again is no error."""
        row = await self._blob(ask.blob)
        if not row.digest:
            await self._shelve(self._shelf.finish, ask.blob, row.size, ask.digest, self._now_h())
            await self.do(partial(self._store.end_blob, ask.blob, ask.digest))
            self.counters.files_stored += 1
        elif row.digest != ask.digest:
            raise LinkRefused("blob-broken")

    async def blob_size(self, name: bytes) -> int:
        """Return the size of a whole blob."""
        row = await self._blob(name)
        if not row.digest:
            raise LinkRefused("blob-unknown")
        return row.size

    async def get_piece(self, ask: mailwire.GetPiece, size: int) -> bytes:
        """Read a piece of a whole blob of *size* bytes."""
        if ask.length > mailwire.MAX_PIECE or ask.offset + ask.length > size:
            raise LinkRefused("blob-over")
        return await self._shelve(self._shelf.get, ask.blob, ask.offset, ask.length)

    async def drop_blob(self, ask: mailwire.DropBlob) -> None:
        """Forget a blob for whoever has its key."""

        def job() -> None:
            row = self._store.blob(ask.blob, self._now_h())
            if row is None or not mailwire.opens(ask.delete_key, row.delete_hash):
                raise LinkRefused("blob-unknown")
            self._store.drop_blob(ask.blob)

        await self.do(job)
        await self._shelve(self._shelf.drop, ask.blob)

    async def _blob(self, name: bytes) -> BlobRow:
        row = await self.do(partial(self._store.blob, name, self._now_h()))
        if row is None:
            raise LinkRefused("blob-unknown")
        return row
