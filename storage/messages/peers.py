"""Devices of others, the newest card seen of each; the queues where they listen for this desk, and where it listens for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.messages.posting import Peer, PreKey, Queue

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection

_PEER = "device, user, relay, queue, writer_seed, card_number, card, card_ms, offered_ms"
_QUEUE = "queue, owner_seed, device, writer_seed, relay, made, since_ms"


class Peers:
    """Queries over devices and queues, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, device: bytes) -> Peer | None:
        """Return what is known of a device."""
        row = self._db.execute(f"SELECT {_PEER} FROM peer WHERE device = ?", (device,)).fetchone()  # noqa: S608 -- constants
        return Peer(*row) if row else None

    def of(self, user: bytes) -> tuple[Peer, ...]:
        """Return the known devices of a person."""
        rows = self._db.execute(f"SELECT {_PEER} FROM peer WHERE user = ? ORDER BY device", (user,))  # noqa: S608 -- constants
        return tuple(Peer(*row) for row in rows)

    def see_card(self, device: bytes, user: bytes, relay: str, number: int, card: bytes, now_ms: int) -> bool:
        """Keep a device's card; False, and nothing is done, where a higher number was seen."""
        self._meet(device, user)
        sql = (
            "UPDATE peer SET user = ?2, relay = ?3, card_number = ?4, card = ?5, card_ms = ?6"
            " WHERE device = ?1 AND card_number <= ?4"
        )
        return bool(self._db.execute(sql, (device, user, relay, number, card, now_ms)).rowcount)

    def offered(
        self, device: bytes, user: bytes, relay: str, queue: bytes, writer_seed: bytes, offered_ms: int
    ) -> bool:
        """Keep the queue that a device offered for writing to it; False, and nothing is done, where a later offer was seen."""
        self._meet(device, user)
        sql = (
            "UPDATE peer SET user = ?2, relay = ?3, queue = ?4, writer_seed = ?5, offered_ms = ?6"
            " WHERE device = ?1 AND (offered_ms < ?6 OR offered_ms = ?6 AND queue IN (x'', ?4))"
        )
        return bool(self._db.execute(sql, (device, user, relay, queue, writer_seed, offered_ms)).rowcount)

    def lost(self, device: bytes) -> None:
        """Forget a device's queue, which is no longer there: the contact queue is the way again."""
        self._db.execute("UPDATE peer SET queue = x'', writer_seed = x'' WHERE device = ?", (device,))

    def forget(self, device: bytes) -> None:
        """Forget a device (it was revoked), but not that numbers of its cards were seen."""
        self.lost(device)
        self._db.execute("UPDATE peer SET card = x'' WHERE device = ?", (device,))

    # --- own queues ----------------------------------------------------------------------------------------

    def queues(self) -> tuple[Queue, ...]:
        """Return every queue of this desk."""
        return tuple(map(_queue, self._db.execute(f"SELECT {_QUEUE} FROM queue ORDER BY since_ms, queue")))  # noqa: S608

    def queue_for(self, device: bytes) -> Queue | None:
        """Return the newest queue for one device, b"" for the contact queue."""
        sql = f"SELECT {_QUEUE} FROM queue WHERE device = ? ORDER BY since_ms DESC LIMIT 1"  # noqa: S608 -- constants
        row = self._db.execute(sql, (device,)).fetchone()
        return _queue(row) if row else None

    def keep_queue(self, queue: Queue) -> None:
        """Keep a queue's seeds: before the relay hears of it."""
        row = (queue.queue, queue.owner_seed, queue.device, queue.writer_seed, queue.relay, int(queue.made))
        sql = f"INSERT OR REPLACE INTO queue ({_QUEUE}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 -- constants
        self._db.execute(sql, (*row, queue.since_ms))

    def made(self, queue: bytes, yes: bool = True) -> None:
        """Say that the relay has a queue, or has it no longer."""
        self._db.execute("UPDATE queue SET made = ? WHERE queue = ?", (int(yes), queue))

    def drop_queue(self, queue: bytes) -> None:
        """Forget an own queue."""
        self._db.execute("DELETE FROM queue WHERE queue = ?", (queue,))

    def _meet(self, device: bytes, user: bytes) -> None:
        sql = "INSERT OR IGNORE INTO peer VALUES (?, ?, '', x'', x'', -1, x'', 0, 0)"
        self._db.execute(sql, (device, user))


class PreKeys:
    """Queries over the private halves of the own pre-keys, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def all(self) -> tuple[PreKey, ...]:
        """Return all that are kept, the newest first."""
        rows = self._db.execute(
            "SELECT number, seed, made_ms, superseded_ms FROM prekey ORDER BY number DESC"
        )
        return tuple(PreKey(*row) for row in rows)

    def get(self, number: int) -> PreKey | None:
        """Return one; None once it is gone."""
        sql = "SELECT number, seed, made_ms, superseded_ms FROM prekey WHERE number = ?"
        row = self._db.execute(sql, (number,)).fetchone()
        return PreKey(*row) if row else None

    def add(self, number: int, seed: bytes, now_ms: int) -> None:
        """Keep a newer one: those before are superseded now. A number is never used twice (SQLite's error)."""
        self._db.execute("UPDATE prekey SET superseded_ms = ? WHERE superseded_ms = 0", (now_ms,))
        self._db.execute("INSERT INTO prekey VALUES (?, ?, ?, 0)", (number, seed, now_ms))

    def drop(self, numbers: Iterable[int]) -> None:
        """Delete private halves whose time is over; the newest one never."""
        newest = "(SELECT max(number) FROM prekey)"
        rows = [(number,) for number in numbers]
        self._db.executemany(f"DELETE FROM prekey WHERE number = ? AND number <> {newest}", rows)  # noqa: S608 -- constants


def _queue(row: tuple[Any, ...]) -> Queue:
    queue, owner_seed, device, writer_seed, relay, made, since_ms = row
    return Queue(queue, owner_seed, device, writer_seed, relay, bool(made), since_ms)
