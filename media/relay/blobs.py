"""Encrypted invitations by tag, in SQLite: on disk before they are acknowledged, with a lifetime and a quota."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY_S = 86_400
SWEPT_AT_ONCE = 64
_SCHEMA = """
create table if not exists blob (tag blob primary key, data blob not null, expires_s integer not null) without rowid;
create index if not exists blob_expires on blob (expires_s);
"""


class Blobs:
    """The store. Methods block on the disk for a moment and are called from one thread at a time."""

    def __init__(
        self, path: Path, total_bytes: int, days: int, now_s: Callable[[], float] = time.time
    ) -> None:
        self._now_s = now_s
        self._total = total_bytes
        self._life_s = days * DAY_S
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = full")
        self._database.execute("pragma secure_delete = on")
        self._database.executescript(_SCHEMA)

    def put(self, tag: bytes, data: bytes) -> str:
        """Store; "" when it lies on the disk, else `taken` (another blob has that tag) or `quota`."""
        held = self.get(tag)
        if held is not None:
            return "" if held == data else "taken"
        (used,) = self._database.execute("select coalesce(sum(length(data)), 0) from blob").fetchone()
        if used + len(data) > self._total:
            return "quota"
        self._database.execute(
            "replace into blob values (?, ?, ?)", (tag, data, int(self._now_s()) + self._life_s)
        )
        return ""

    def get(self, tag: bytes) -> bytes | None:
        """Give the blob, or None."""
        query = "select data from blob where tag = ? and expires_s >= ?"
        row = self._database.execute(query, (tag, int(self._now_s()))).fetchone()
        return row[0] if row else None

    def sweep(self) -> None:
        """Forget what has expired, a bounded part of it."""
        query = "delete from blob where tag in (select tag from blob where expires_s < ? limit ?)"
        self._database.execute(query, (int(self._now_s()), SWEPT_AT_ONCE))

    def close(self) -> None:
        """Close the file."""
        self._database.close()
