"""Feeds of care units, in the inbox's file: what a gateway handed on to which device, and what a desk was handed.

A feed numbers its batches from 1; a follower stands at the number up to which it was served.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from storage.patients.facts import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database
    from storage.inbox import Incoming

LIFE_BYTES = 16
SNAPSHOT = -1
"""Where a follower stands that was given nothing yet."""
_unpack = msgspec.msgpack.Decoder(tuple[int, ...])


@dataclass(frozen=True)
class Place:
    """How far a feed is, or was read: `life` parts it from one of the same unit that was lost."""

    unit: str
    life: bytes
    number: int


@dataclass(frozen=True)
class Follower:
    """A device that follows a unit; `number` is the batch up to which it was served, or `SNAPSHOT`."""

    device: bytes
    unit: str
    user: bytes
    number: int
    heard_ms: int


@dataclass(frozen=True)
class Batch:
    """Messages of the inbox that a feed handed on together."""

    unit: str
    number: int
    seqs: tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """What a look through the inbox up to `seq` brought: batches to number, of whom feeds carry all now, and no longer."""

    seq: int
    batches: tuple[tuple[str, tuple[int, ...]], ...] = ()
    carried: frozenset[tuple[str, Key]] = field(default=frozenset(), repr=False)
    lost: frozenset[tuple[str, Key]] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class Read:
    """How far a desk is with a feed: `number` without a gap, `said` the newest that it heard of."""

    unit: str
    life: bytes
    number: int
    said: int


class Feeds:
    """What a gateway hands on. Every answer is a future, and that of a write comes after its commit is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seq(self) -> Future[int]:
        """Return the inbox's number up to which messages were looked through."""
        return self._database.read(lambda db: int(db.execute("SELECT seq FROM feed_progress").fetchone()[0]))

    def places(self) -> Future[dict[str, Place]]:
        """Return how far each feed is."""
        sql = "SELECT unit, life, number FROM feed"
        return self._database.read(lambda db: {row[0]: Place(*row) for row in db.execute(sql)})

    def begin(self, unit: str, carried: Iterable[Key]) -> Future[Place]:
        """Begin the feed of *unit*, which will have carried all of *carried* by its snapshots; one that exists goes on."""
        keys = [(unit, key.authority, key.ipp) for key in carried]

        def act(db: Connection) -> Place:
            life = secrets.token_bytes(LIFE_BYTES)
            if db.execute("INSERT OR IGNORE INTO feed VALUES (?, ?, 0)", (unit, life)).rowcount:
                db.executemany("INSERT OR IGNORE INTO feed_carries VALUES (?, ?, ?)", keys)
            return Place(
                *db.execute("SELECT unit, life, number FROM feed WHERE unit = ?", (unit,)).fetchone()
            )

        return self._database.write(act)

    def end(self, unit: str) -> Future[None]:
        """Forget the feed of a unit that nobody follows any more."""

        def act(db: Connection) -> None:
            for table in ("feed", "feed_batch", "feed_carries", "follower"):
                db.execute(f"DELETE FROM {table} WHERE unit = ?", (unit,))  # noqa: S608 -- constants

        return self._database.write(act)

    def carries(self, keys: Iterable[Key]) -> Future[dict[Key, frozenset[str]]]:
        """Return which feeds carry each of *keys*."""
        asked = list(keys)
        sql = "SELECT unit FROM feed_carries WHERE authority = ? AND ipp = ?"

        def act(db: Connection) -> dict[Key, frozenset[str]]:
            found = ((key, db.execute(sql, (key.authority, key.ipp))) for key in asked)
            return {key: frozenset(unit for (unit,) in rows) for key, rows in found}

        return self._database.read(act)

    def carried_by(self, unit: str) -> Future[list[Key]]:
        """Return all of whom the feed of *unit* carries everything."""
        sql = "SELECT authority, ipp FROM feed_carries WHERE unit = ? ORDER BY authority, ipp"
        return self._database.read(lambda db: [Key(*row) for row in db.execute(sql, (unit,))])

    def advance(self, step: Step, now_ms: int) -> Future[list[Batch]]:
        """Give the batches of *step* numbers and remember how far the inbox was looked through, together."""

        def act(db: Connection) -> list[Batch]:
            db.execute("UPDATE feed_progress SET seq = max(seq, ?)", (step.seq,))
            _forget(db, step.lost)
            rows = [(unit, key.authority, key.ipp) for unit, key in step.carried]
            db.executemany("INSERT OR IGNORE INTO feed_carries VALUES (?, ?, ?)", rows)
            return [_number(db, unit, seqs, now_ms) for unit, seqs in step.batches]

        return self._database.write(act)

    def batches(self, unit: str, after: int, limit: int = 64) -> Future[list[Batch]]:
        """Return the next batches of a feed after the number *after*."""
        sql = (
            "SELECT unit, number, seqs FROM feed_batch WHERE unit = ? AND number > ? ORDER BY number LIMIT ?"
        )

        def act(db: Connection) -> list[Batch]:
            rows = db.execute(sql, (unit, after, limit))
            return [Batch(unit, number, _unpack.decode(seqs)) for unit, number, seqs in rows]

        return self._database.read(act)

    def oldest(self, unit: str) -> Future[int]:
        """Return the number of the oldest batch that is kept, 0 where none is."""
        sql = "SELECT min(number) FROM feed_batch WHERE unit = ?"
        return self._database.read(lambda db: int(db.execute(sql, (unit,)).fetchone()[0] or 0))

    def forget_batches(self, before_ms: int) -> Future[None]:
        """Forget what batches older than *before_ms* held; whoever lacks one gets a snapshot."""

        def act(db: Connection) -> None:
            db.execute("DELETE FROM feed_batch WHERE at_ms < ?", (before_ms,))

        return self._database.write(act)

    # --- followers ------------------------------------------------------------------------------------------

    def followers(self) -> Future[list[Follower]]:
        """Return everybody who follows."""
        sql = "SELECT device, unit, user, number, heard_ms FROM follower ORDER BY device, unit"
        return self._database.read(lambda db: [Follower(*row) for row in db.execute(sql)])

    def follow(self, device: bytes, user: bytes, at: Mapping[str, int], now_ms: int) -> Future[None]:
        """Let *device* follow the units of *at* from the numbers given there, and no others."""

        def act(db: Connection) -> None:
            db.execute("DELETE FROM follower WHERE device = ?", (device,))
            rows = [(device, unit, user, number, now_ms) for unit, number in at.items()]
            db.executemany("INSERT INTO follower VALUES (?, ?, ?, ?, ?)", rows)

        return self._database.write(act)

    def leave(self, device: bytes, units: Iterable[str]) -> Future[None]:
        """Let *device* follow these units no more."""
        rows = [(device, unit) for unit in units]

        def act(db: Connection) -> None:
            db.executemany("DELETE FROM follower WHERE device = ? AND unit = ?", rows)

        return self._database.write(act)

    def stand(self, unit: str, devices: Iterable[bytes], number: int) -> Future[None]:
        """Note that *devices* were served *unit* up to *number*."""
        rows = [(number, device, unit) for device in devices]

        def act(db: Connection) -> None:
            db.executemany("UPDATE follower SET number = ? WHERE device = ? AND unit = ?", rows)

        return self._database.write(act)


class FeedReader:
    """What a desk was handed by gateways, in the same file as the messages themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(
        self, gateway: bytes, messages: Sequence[Incoming], place: Place, after: int
    ) -> Future[list[int]]:
        """Keep what is new of a batch that goes on *after* a number up to *place*; return the numbers in the inbox. Twice does no harm."""
        return self._database.write(lambda db: _take(db, gateway, messages, place, after))

    def restore(
        self, gateway: bytes, messages: Sequence[Incoming], place: Place | None = None
    ) -> Future[list[int]]:
        """Keep a piece of a snapshot; with its last one comes the *place* from which live batches go on."""
        return self._database.write(lambda db: _take(db, gateway, messages, place, SNAPSHOT))

    def heard(self, gateway: bytes, places: Sequence[Place]) -> Future[None]:
        """Note how far the gateway says that its feeds are; what it does not name is followed no more."""

        def act(db: Connection) -> None:
            named = {place.unit for place in places}
            for (unit,) in db.execute("SELECT unit FROM feed_read WHERE gateway = ?", (gateway,)).fetchall():
                if unit not in named:
                    db.execute("DELETE FROM feed_read WHERE gateway = ? AND unit = ?", (gateway, unit))
            for place in places:
                _said(db, gateway, place)

        return self._database.write(act)

    def read(self, gateway: bytes) -> Future[list[Read]]:
        """Return how far this desk is with the feeds of *gateway*."""
        sql = "SELECT unit, life, number, said FROM feed_read WHERE gateway = ? ORDER BY unit"
        return self._database.read(lambda db: [Read(*row) for row in db.execute(sql, (gateway,))])


def _number(db: Connection, unit: str, seqs: tuple[int, ...], now_ms: int) -> Batch:
    sql = "UPDATE feed SET number = number + 1 WHERE unit = ? RETURNING number"
    number = int(db.execute(sql, (unit,)).fetchone()[0])
    row = (unit, number, now_ms, msgspec.msgpack.encode(seqs))
    db.execute("INSERT INTO feed_batch VALUES (?, ?, ?, ?)", row)
    return Batch(unit, number, seqs)


def _forget(db: Connection, lost: Iterable[tuple[str, Key]]) -> None:
    by_unit: dict[str, list[Key]] = defaultdict(list)
    for unit, key in lost:
        by_unit[unit].append(key)
    sql = "DELETE FROM feed_carries WHERE authority = ? AND ipp = ? AND unit = ?"
    for unit, keys in by_unit.items():
        db.executemany(sql, [(key.authority, key.ipp, unit) for key in keys])


def _take(
    db: Connection, gateway: bytes, messages: Sequence[Incoming], place: Place | None, after: int
) -> list[int]:
    kept = [seq for one in messages if (seq := _keep(db, gateway, one))]
    if place is not None:
        _said(db, gateway, place)
        sql = "UPDATE feed_read SET number = max(number, ?) WHERE gateway = ? AND unit = ? AND number >= ?"
        db.execute(sql, (place.number, gateway, place.unit, after))
    return kept


def _said(db: Connection, gateway: bytes, place: Place) -> None:
    """Note that the feed is at *place* at least; a new life begins from nothing."""
    db.execute(
        "INSERT INTO feed_read VALUES (?1, ?2, ?3, ?5, ?4) ON CONFLICT DO UPDATE SET said = excluded.said, life = excluded.life,"
        " number = CASE WHEN life = excluded.life THEN number ELSE ?5 END"
        " WHERE life <> excluded.life OR said < excluded.said",
        (gateway, place.unit, place.life, place.number, SNAPSHOT),
    )


def _keep(db: Connection, gateway: bytes, one: Incoming) -> int:
    """Add a message unless this sender's same one is here; a second content of an id was let in by somebody at the gateway."""
    sql = (
        "INSERT INTO incoming (sender, control_id, digest, arrived_ms, raw, via) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING seq"
    )
    digest = hashlib.sha256(one.raw).digest()
    row = db.execute(sql, (one.sender, one.control_id, digest, one.arrived_ms, one.raw, gateway)).fetchone()
    return int(row[0]) if row else 0
