"""Blocks for later in SQLite (`media.relay.store.Places`), in the file and the transactions of `queues.SqliteStore`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from media import mailwire
from media.errors import LinkRefused
from media.relay.store import CANCELLED, RELEASED, WAITING, Due, Queue, Usage

if TYPE_CHECKING:
    import sqlite3

    from media.relay.config import Caps

KEPT_S = 7 * 86_400
"""How long a place is remembered after its time: whoever asks is told what came of it, and a block finds its queue with room again."""
NO_LIMIT = -1
SCHEMA = """
create table if not exists place (
    row integer primary key, name blob not null unique, organisation blob not null, cancel_pk blob not null,
    release_s integer not null, state integer not null);
create index if not exists place_release on place (release_s);
create table if not exists later (
    row integer primary key, place integer not null, queue integer not null, due_s integer not null, block blob not null);
create unique index if not exists later_place on later (place, queue);
create index if not exists later_due on later (due_s);
create index if not exists later_queue on later (queue);
"""
_DUE = """
    select later.row, place.name, queue.name, queue.row, queue.owner, queue.writer, queue.organisation, later.block
    from later join place on place.row = later.place join queue on queue.row = later.queue
    where later.due_s <= ? order by later.due_s, later.row limit ?
"""


class SqlitePlaces:
    """The tables of blocks for later."""

    def __init__(self, database: sqlite3.Connection, caps: Caps) -> None:
        self._database, self._caps = database, caps
        self._used: defaultdict[bytes, Usage] = defaultdict(Usage)
        database.executescript(SCHEMA)
        self.count()

    def count(self) -> None:
        """Count anew what is held."""
        used: defaultdict[bytes, Usage] = defaultdict(Usage)
        query = (
            "select organisation, count(distinct place.row), count(later.row)"
            " from place left join later on later.place = place.row group by 1"
        )
        for organisation, places, blocks in self._database.execute(query):
            used[organisation] = Usage(places=places, later_blocks=blocks)
        self._used = used

    def add_to(self, usage: Usage) -> Usage:
        """Add what is held in all; callable from any thread."""
        for one in list(self._used.values()):
            usage.places += one.places
            usage.later_blocks += one.later_blocks
        return usage

    # --- places --------------------------------------------------------------------------------------------

    def lay(
        self, place: bytes, queue: Queue, release_s: int, cancel_pk: bytes, block: bytes, organisation: bytes
    ) -> None:
        """Keep a block, in the place of one before for that queue; refuses taken, released, cancelled, quota."""
        found = self._find(place)
        row = 0
        if found is not None:
            row, organisation = self._open(found, (cancel_pk, release_s))
        query = "select row from later where place = ? and queue = ?"
        there = self._database.execute(query, (row, queue.row)).fetchone()
        used = self._used[organisation]
        if not there and (used.later_blocks + 1) * mailwire.BLOCK_BYTES > self._caps.later_total_mb << 20:
            raise LinkRefused("quota")
        row = row or self._make(place, organisation, cancel_pk, release_s, WAITING)
        if there:
            self._database.execute("update later set block = ? where row = ?", (block, there[0]))
            return
        query = "insert into later (place, queue, due_s, block) values (?, ?, ?, ?)"
        self._database.execute(query, (row, queue.row, release_s, block))
        used.later_blocks += 1

    def cancel(self, place: bytes, cancel_pk: bytes, organisation: bytes, now_s: int) -> int:
        """Forget the blocks of a place and let none come; return how it stood. Refuses not-allowed, quota."""
        found = self._find(place)
        if found is None:
            self._make(place, organisation, cancel_pk, now_s, CANCELLED)
            return WAITING
        row, owner, _release_s, state, _organisation = found
        if owner != cancel_pk:
            raise LinkRefused("not-allowed")
        self._forget("place = ?", row)
        if state == WAITING:
            self._database.execute("update place set state = ? where row = ?", (CANCELLED, row))
        return state

    def _make(self, name: bytes, organisation: bytes, cancel_pk: bytes, release_s: int, state: int) -> int:
        used = self._used[organisation]
        if used.places >= self._caps.places:
            raise LinkRefused("quota")
        query = "insert into place (name, organisation, cancel_pk, release_s, state) values (?, ?, ?, ?, ?)"
        made = self._database.execute(query, (name, organisation, cancel_pk, release_s, state))
        used.places += 1
        return int(made.lastrowid or 0)

    def _find(self, name: bytes) -> tuple[int, bytes, int, int, bytes] | None:
        query = "select row, cancel_pk, release_s, state, organisation from place where name = ?"
        found: tuple[int, bytes, int, int, bytes] | None = self._database.execute(query, (name,)).fetchone()
        return found

    def _open(self, found: tuple[int, bytes, int, int, bytes], same: tuple[bytes, int]) -> tuple[int, bytes]:
        row, cancel_pk, release_s, state, organisation = found
        if same != (cancel_pk, release_s) and state != CANCELLED:
            raise LinkRefused("taken")
        if state != WAITING:
            raise LinkRefused("released" if state == RELEASED else "cancelled")
        return row, organisation

    # --- when their time has come --------------------------------------------------------------------------

    def due(self, now_s: int, limit: int) -> list[Due]:
        """Return blocks whose time has come, the oldest first."""
        rows = self._database.execute(_DUE, (now_s, limit)).fetchall()
        return [Due(row, place, name, Queue(*queue), block) for row, place, name, *queue, block in rows]

    def release(self, due: Due) -> None:
        """Note that a block is in its queue."""
        self._forget("later.row = ?", due.row)
        self._database.execute("update place set state = ? where name = ?", (RELEASED, due.place))

    def postpone(self, due: Due, until_s: int) -> None:
        """Try a block again later: its queue is full."""
        self._database.execute("update later set due_s = ? where row = ?", (until_s, due.row))

    def dropped(self, queue: Queue, limit: int = NO_LIMIT) -> int:
        """Forget what was for a queue that is gone, or so many blocks of it; return how many."""
        return self._forget("queue = ?", queue.row, limit)

    def sweep(self, now_s: int, limit: int) -> int:
        """Forget places whose time is long over, after what of theirs found no room; return how many rows, *limit* where there may be more."""
        before_s = now_s - KEPT_S
        gone = self._forget("release_s <= ?", before_s, limit)
        query = "select row, organisation from place where release_s <= ? limit ?"
        for row, organisation in self._database.execute(query, (before_s, limit - gone)).fetchall():
            self._database.execute("delete from place where row = ?", (row,))
            self._used[organisation].places -= 1
            gone += 1
        return gone

    def _forget(self, which: str, value: int, limit: int = NO_LIMIT) -> int:
        query = f"select later.row, organisation from later join place on place.row = later.place where {which} limit ?"  # noqa: S608 -- fixed texts
        over = self._database.execute(query, (value, limit)).fetchall()
        for block, organisation in over:
            self._database.execute("delete from later where row = ?", (block,))
            self._used[organisation].later_blocks -= 1
        return len(over)
