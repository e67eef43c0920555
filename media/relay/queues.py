"""The store of the mailboxes in SQLite: `queues.db`, WAL, FULL, deleted bytes overwritten and within a minute out of the WAL."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import defaultdict
from typing import TYPE_CHECKING

from media import mailwire
from media.errors import LinkRefused
from media.relay.places import SqlitePlaces
from media.relay.store import BlobRow, Queue, Usage

if TYPE_CHECKING:
    from pathlib import Path

    from media.relay.config import Caps

DAY_H, HOUR_S = 24, 3600
OPEN_BLOB_H = 24
"""What is not whole by then goes."""
SWEPT_AT_ONCE = 64
"""Rows of a kind that are forgotten in one go, so that whoever asks meanwhile waits for half a megabyte at most."""
_SCHEMA = """
create table if not exists queue (
    row integer primary key autoincrement, name blob not null unique, owner blob not null, writer blob not null,
    organisation blob not null, last integer not null default 0, heard_h integer not null);
create index if not exists queue_heard on queue (heard_h);
create table if not exists block (
    row integer primary key autoincrement, queue integer not null, number integer not null, digest blob not null,
    expires_h integer not null, block blob not null);
create unique index if not exists block_place on block (queue, number, expires_h, digest);
create index if not exists block_expires on block (expires_h);
create table if not exists card (
    tag blob primary key, number integer not null, organisation blob not null, expires_h integer not null,
    card blob not null) without rowid;
create index if not exists card_expires on card (expires_h);
create table if not exists blob (
    name blob primary key, size integer not null, organisation blob not null, delete_hash blob not null,
    digest blob not null, begun_h integer not null, expires_h integer not null) without rowid;
create index if not exists blob_expires on blob (expires_h);
create index if not exists blob_open on blob (begun_h) where digest = x'';
"""


class SqliteStore:
    """`media.relay.store.Store` on one file."""

    def __init__(self, path: Path, caps: Caps) -> None:
        self._caps = caps
        self._used: defaultdict[bytes, Usage] = defaultdict(Usage)
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode = wal", "synchronous = full", "secure_delete = on"):
            self._database.execute(f"pragma {pragma}")
        self._database.executescript(_SCHEMA)
        self.places = SqlitePlaces(self._database, caps)
        self._changes_written = -1
        self._swept = False
        self._count()

    # --- groups ---

    def begin(self) -> None:
        """Begin a group of changes."""
        self._database.execute("begin")

    def commit(self) -> None:
        """Have the group on the disk; after a sweep, with nothing beside it that was deleted before."""
        self._database.execute("commit")
        if self._swept:
            self._empty_wal()

    def _empty_wal(self) -> None:
        """Let go of the log, which still shows what was written before it was deleted."""
        self._swept = False
        changes = self._database.total_changes
        if changes != self._changes_written:
            with contextlib.suppress(sqlite3.Error):  # it is committed; in a minute again
                ((busy, _, _),) = self._database.execute("pragma wal_checkpoint(truncate)").fetchall()
                self._changes_written = self._changes_written if busy else changes

    def rollback(self) -> None:
        """Undo the group; a failing disk may have done so already."""
        if self._database.in_transaction:
            self._database.execute("rollback")
        self._count()
        self.places.count()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # --- quotas ---

    def _count(self) -> None:
        used: defaultdict[bytes, Usage] = defaultdict(Usage)
        for what, query in (
            ("queues", "select organisation, count(*) from queue group by 1"),
            (
                "blocks",
                "select organisation, count(*) from block join queue on queue.row = block.queue group by 1",
            ),
            ("cards", "select organisation, count(*) from card group by 1"),
            ("blob_bytes", "select organisation, sum(size) from blob group by 1"),
        ):
            for organisation, amount in self._database.execute(query):
                setattr(used[organisation], what, amount)
        self._used = used

    def usage(self) -> Usage:
        """Return what is held in all; callable from any thread."""
        used = list(self._used.values())
        return self.places.add_to(
            Usage(
                sum(one.queues for one in used),
                sum(one.blocks for one in used),
                sum(one.cards for one in used),
                sum(one.blob_bytes for one in used),
            )
        )

    # --- queues ---

    def queue(self, name: bytes) -> Queue | None:
        """Find a queue."""
        query = "select row, owner, writer, organisation from queue where name = ?"
        found = self._database.execute(query, (name,)).fetchone()
        return Queue(*found) if found else None

    def make_queue(self, name: bytes, owner: bytes, writer: bytes, organisation: bytes, now_h: int) -> None:
        """Make a queue, again with the same keys too; refuses taken, quota."""
        there = self.queue(name)
        if there:
            if (there.owner, there.writer) != (owner, writer):
                raise LinkRefused("taken")
            return
        used = self._used[organisation]
        if used.queues >= self._caps.queues:
            raise LinkRefused("quota")
        query = "insert into queue (name, owner, writer, organisation, heard_h) values (?, ?, ?, ?, ?)"
        self._database.execute(query, (name, owner, writer, organisation, now_h // DAY_H * DAY_H))
        used.queues += 1

    def drop_queue(self, queue: Queue) -> None:
        """Forget a queue with its blocks."""
        self.places.dropped(queue)
        gone = self._database.execute("delete from block where queue = ?", (queue.row,)).rowcount
        self._database.execute("delete from queue where row = ?", (queue.row,))
        used = self._used[queue.organisation]
        used.blocks -= gone
        used.queues -= 1

    def heard(self, queue: Queue, now_h: int) -> None:
        """Note that the owner came, to the day, so that abandoned queues can go."""
        day_h = now_h // DAY_H * DAY_H
        query = "update queue set heard_h = ?1 where row = ?2 and heard_h <> ?1"
        self._database.execute(query, (day_h, queue.row))

    def put(self, queue: Queue, block: bytes, digest: bytes, now_h: int) -> bool:
        """Add a block; False where the same lies there. Refuses queue-full, quota."""
        short = digest[:16]
        query = "select count(*), max(digest = ?) from block where queue = ? and expires_h > ?"
        count, there = self._database.execute(query, (short, queue.row, now_h)).fetchone()
        if there:
            return False
        used = self._used[queue.organisation]
        if count >= (self._caps.queue_blocks if queue.writer else self._caps.contact_blocks):
            raise LinkRefused("queue-full")
        if (used.blocks + 1) * mailwire.BLOCK_BYTES > self._caps.queue_total_mb << 20:
            raise LinkRefused("quota")
        query = "update queue set last = last + 1 where row = ? returning last"
        ((number,),) = self._database.execute(query, (queue.row,)).fetchall()
        query = "insert into block (queue, number, digest, expires_h, block) values (?, ?, ?, ?, ?)"
        expires_h = now_h + self._caps.block_days * DAY_H
        self._database.execute(query, (queue.row, number, short, expires_h, block))
        used.blocks += 1
        return True

    def waiting(self, queue: Queue, after: int, limit: int, now_h: int) -> list[tuple[int, bytes]]:
        """Return up to *limit* (number, block) above the number *after*, in order."""
        query = "select number, block from block where queue = ? and number > ? and expires_h > ? order by number limit ?"
        return self._database.execute(query, (queue.row, after, now_h, limit)).fetchall()

    def remove(self, queue: Queue, number: int) -> bool:
        """Forget a block; False where it is gone."""
        query = "delete from block where queue = ? and number = ?"
        gone = self._database.execute(query, (queue.row, number)).rowcount
        self._used[queue.organisation].blocks -= gone
        return bool(gone)

    # --- cards ---

    def publish(self, tag: bytes, number: int, card: bytes, organisation: bytes, now_h: int) -> None:
        """Lay out a card; refuses card-old, quota."""
        query = "select number, organisation from card where tag = ?"
        there = self._database.execute(query, (tag,)).fetchone()
        if there and there[0] > number:
            raise LinkRefused("card-old")
        used = self._used[organisation]
        if not there and used.cards >= self._caps.cards:
            raise LinkRefused("quota")
        expires_h = now_h + self._caps.queue_days * DAY_H
        self._database.execute(
            "replace into card values (?, ?, ?, ?, ?)", (tag, number, organisation, expires_h, card)
        )
        if there:
            self._used[there[1]].cards -= 1
        used.cards += 1

    def card(self, tag: bytes) -> bytes | None:
        """Return the card under a tag."""
        found = self._database.execute("select card from card where tag = ?", (tag,)).fetchone()
        return found[0] if found else None

    # --- blobs ---

    def blob(self, name: bytes, now_h: int) -> BlobRow | None:
        """Find a blob."""
        query = "select size, organisation, delete_hash, digest from blob where name = ? and expires_h > ?"
        found = self._database.execute(query, (name, now_h)).fetchone()
        return BlobRow(*found) if found else None

    def begin_blob(self, name: bytes, row: BlobRow, expires_h: int, now_h: int) -> None:
        """Enter a blob that is not whole yet; refuses taken (an expired one not yet swept), quota."""
        if self._database.execute("select 1 from blob where name = ?", (name,)).fetchone():
            raise LinkRefused("taken")
        used = self._used[row.organisation]
        if used.blob_bytes + row.size > self._caps.file_total_mb << 20:
            raise LinkRefused("quota")
        values = (name, row.size, row.organisation, row.delete_hash, row.digest, now_h, expires_h)
        self._database.execute("insert into blob values (?, ?, ?, ?, ?, ?, ?)", values)
        used.blob_bytes += row.size

    def end_blob(self, name: bytes, digest: bytes) -> None:
        """Note that a blob is whole."""
        self._database.execute("update blob set digest = ? where name = ?", (digest, name))

    def drop_blob(self, name: bytes) -> None:
        """Take a blob out of the index."""
        query = "delete from blob where name = ? returning organisation, size"
        for organisation, size in self._database.execute(query, (name,)).fetchall():
            self._used[organisation].blob_bytes -= size

    def blobs(self) -> list[bytes]:
        """Return the names of all blobs."""
        return [name for (name,) in self._database.execute("select name from blob")]

    # --- what has expired ---

    def sweep(self, now_h: int) -> tuple[list[bytes], bool]:
        """Forget what has expired, a bounded part of it; return the blobs whose bytes can go, and whether there may be more."""
        names = self._over("expires_h <= ?", now_h) + self._over(
            "digest = x'' and begun_h <= ?", now_h - OPEN_BLOB_H
        )
        for name in names:
            self.drop_blob(name)
        most = max(
            len(names),
            self._sweep_blocks("expires_h <= ?", now_h),
            self._sweep_queues(now_h - self._caps.queue_days * DAY_H),
            self._sweep_cards(now_h),
            self.places.sweep(now_h * HOUR_S, SWEPT_AT_ONCE),
        )
        self._swept = most < SWEPT_AT_ONCE
        return names, not self._swept

    def _over(self, which: str, hour: int) -> list[bytes]:
        query = f"select name from blob where {which} limit ?"  # noqa: S608 -- two fixed texts
        return [name for (name,) in self._database.execute(query, (hour, SWEPT_AT_ONCE))]

    def _sweep_blocks(self, which: str, hour: int) -> int:
        query = f"select block.row, organisation from block join queue on queue.row = block.queue where {which} limit ?"  # noqa: S608 -- two fixed texts
        over = self._database.execute(query, (hour, SWEPT_AT_ONCE)).fetchall()
        for row, organisation in over:
            self._database.execute("delete from block where row = ?", (row,))
            self._used[organisation].blocks -= 1
        return len(over)

    def _sweep_queues(self, before_h: int) -> int:
        """Forget what is in abandoned queues, and those that are empty then."""
        gone = self._sweep_blocks("heard_h <= ?", before_h)
        query = "select row, owner, writer, organisation from queue where heard_h <= ? limit ?"
        for found in self._database.execute(query, (before_h, SWEPT_AT_ONCE - gone)).fetchall():
            queue = Queue(*found)
            gone += self.places.dropped(queue, SWEPT_AT_ONCE) + 1
            if gone > SWEPT_AT_ONCE:
                break
            self.drop_queue(queue)
        return gone

    def _sweep_cards(self, now_h: int) -> int:
        query = (
            "delete from card where tag in (select tag from card where expires_h <= ? limit ?)"
            " returning organisation"
        )
        over = self._database.execute(query, (now_h, SWEPT_AT_ONCE)).fetchall()
        for (organisation,) in over:
            self._used[organisation].cards -= 1
        return len(over)
