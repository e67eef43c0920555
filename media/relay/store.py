"""What the relay keeps for mailboxes, as an interface: queues of blocks, cards, the index of blobs.

Times are whole hours since 1970: nothing finer rests on the disk. Calls block and come from one thread. Whatever fits into one
`begin` … `commit` is on the disk together. A call that raises `LinkRefused` has changed nothing; any other error: `rollback`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


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


class Store(Protocol):
    """The engine. *organisation* is the relay key under which something was brought; quotas count by it."""

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

    def sweep(self, now_h: int) -> list[bytes]:
        """Forget what has expired, a bounded part of it; return the blobs whose bytes can go."""
