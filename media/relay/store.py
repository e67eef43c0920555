"""What the relay keeps for mailboxes, as an interface: queues of blocks, cards, the index of blobs.

Times are whole hours since 1970: nothing finer rests on the disk, but when a block is due that was left for later. Calls block and come from one thread. Whatever fits into one
`begin` … `commit` is on the disk together. A call that raises `LinkRefused` has changed nothing; any other error: `rollback`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

WAITING, RELEASED, CANCELLED = range(3)
"""How a place stands: its blocks wait, some or all were put into their queues, none ever will be."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue; *writer* empty: a contact queue. *row* names it inside the store and is never used twice."""

    row: int
    owner: bytes
    writer: bytes
    organisation: bytes


@dataclass(frozen=True, slots=True)
class BlobRow:
    """One blob of the index; *digest* empty: not whole yet."""

    size: int
    organisation: bytes
    delete_hash: bytes
    digest: bytes


@dataclass(slots=True)
class Usage:
    """What is held now, of one organisation or in all."""

    queues: int = 0
    blocks: int = 0
    cards: int = 0
    blob_bytes: int = 0
    places: int = 0
    later_blocks: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """A block that is to be put into its queue now; *row* names it inside the store."""

    row: int
    place: bytes
    name: bytes
    queue: Queue
    block: bytes


class Places(Protocol):
    """Blocks for later (docs/protocol.md §12, Later), by the name under which they are cancelled. Times in Unix seconds."""

    def lay(
        self, place: bytes, queue: Queue, release_s: int, cancel_pk: bytes, block: bytes, organisation: bytes
    ) -> None:
        """Keep a block, in the place of one before for that queue; refuses taken, released, cancelled, quota."""

    def cancel(self, place: bytes, cancel_pk: bytes, organisation: bytes, now_s: int) -> int:
        """Forget the blocks of a place and let none come; return how it stood. Refuses not-allowed, quota."""

    def due(self, now_s: int, limit: int) -> list[Due]:
        """Return blocks whose time has come, the oldest first."""

    def release(self, due: Due) -> None:
        """Note that a block is in its queue."""

    def postpone(self, due: Due, until_s: int) -> None:
        """Try a block again later: its queue is full."""


class Store(Protocol):
    """The engine. *organisation* is the relay key under which something was brought; quotas count by it."""

    @property
    def places(self) -> Places:
        """Blocks for later."""

    def begin(self) -> None:
        """Begin a group of changes."""

    def commit(self) -> None:
        """Have the group on the disk."""

    def rollback(self) -> None:
        """Undo the group."""

    def close(self) -> None:
        """Close the files."""

    def usage(self) -> Usage:
        """Return what is held in all; callable from any thread."""

    def queue(self, name: bytes) -> Queue | None:
        """Find a queue."""

    def make_queue(self, name: bytes, owner: bytes, writer: bytes, organisation: bytes, now_h: int) -> None:
        """Make a queue, again with the same keys too; refuses taken, quota."""

    def drop_queue(self, queue: Queue) -> None:
        """Forget a queue with its blocks."""

    def heard(self, queue: Queue, now_h: int) -> None:
        """Note that the owner came, to the day, so that abandoned queues can go."""

    def put(self, queue: Queue, block: bytes, digest: bytes, now_h: int) -> bool:
        """Add a block; False where the same lies there. Refuses queue-full, quota."""

    def waiting(self, queue: Queue, after: int, limit: int, now_h: int) -> list[tuple[int, bytes]]:
        """Return up to *limit* (number, block) above the number *after*, in order."""

    def remove(self, queue: Queue, number: int) -> bool:
        """Forget a block; False where it is gone."""

    def publish(self, tag: bytes, number: int, card: bytes, organisation: bytes, now_h: int) -> None:
        """Lay out a card; refuses card-old, quota."""

    def card(self, tag: bytes) -> bytes | None:
        """Return the card under a tag."""

    def blob(self, name: bytes, now_h: int) -> BlobRow | None:
        """Find a blob."""

    def begin_blob(self, name: bytes, row: BlobRow, expires_h: int, now_h: int) -> None:
        """Enter a blob that is not whole yet; refuses quota."""

    def end_blob(self, name: bytes, digest: bytes) -> None:
        """Note that a blob is whole."""

    def drop_blob(self, name: bytes) -> None:
        """Take a blob out of the index."""

    def blobs(self) -> list[bytes]:
        """Return the names of all blobs."""

    def sweep(self, now_h: int) -> tuple[list[bytes], bool]:
        """Forget what has expired, a bounded part of it; return the blobs whose bytes can go, and whether there may be more."""
