"""The audit trail: who did what to whom, append-only, each row hashed over all before it; no clinical text.

A cut or changed row is found by `verify()`; a cut tail by the anchor that the vault keeps apart (and, in a later issue,
by checkpoints that leave the machine). A subject (patient, user) stands as a keyed hash only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database

START = bytes(32)
_COLUMNS = "seq, time_ms, who, workstation, action, subject, reason, result, chain"


@dataclass(frozen=True)
class Entry:
    """One row of the trail. `who` is a user id, `subject` the keyed hash (16 bytes, empty for none)."""

    seq: int
    time_ms: int
    who: bytes
    workstation: str
    action: str
    subject: bytes
    reason: str
    result: str
    chain: bytes


@dataclass(frozen=True)
class Anchor:
    """A place in the chain that must still be there: `chain` of row `seq`; (0, START) is the beginning."""

    seq: int = 0
    chain: bytes = START


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: `broken_at` is the first row that is wrong or missing, 0 when all `rows` hold."""

    rows: int
    broken_at: int = 0

    @property
    def whole(self) -> bool:
        """True when nothing was cut or changed."""
        return self.broken_at == 0


class AuditRepository:
    """Adds and reads rows; every answer is a future."""

    def __init__(self, database: Database, workstation: str = "") -> None:
        self._database = database
        self._workstation = workstation

    def record(
        self,
        now_ms: int,
        who: bytes,
        action: str,
        *,
        subject: bytes = b"",
        reason: str = "",
        result: str = "done",
    ) -> Future[Entry]:
        """Add a row; its future is done once it is on disk. *subject* is hashed here, and never stored."""

        def act(db: Connection) -> Entry:
            head = _head(db)
            entry = Entry(
                head.seq + 1, now_ms, who, self._workstation, action, _hide(db, subject), reason, result, b""
            )
            entry = replace(entry, chain=link(head.chain, entry))
            db.execute(f"INSERT INTO audit ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", _row(entry))  # noqa: S608
            return entry

        return self._database.write(act)

    def newest(self, limit: int = 100, before_seq: int = 2**62) -> Future[list[Entry]]:
        """Return up to *limit* rows before *before_seq*, the newest first."""
        where = "WHERE seq < ? ORDER BY seq DESC LIMIT ?"
        return self._database.read(lambda db: _select(db, where, before_seq, limit))

    def about(self, subject: bytes) -> Future[list[Entry]]:
        """Return every row about *subject*, the oldest first."""
        return self._database.read(
            lambda db: _select(db, "WHERE subject = ? ORDER BY seq", _hide(db, subject))
        )

    def head(self) -> Future[Anchor]:
        """Return where the chain stands."""
        return self._database.read(_head)

    def holds(self, anchor: Anchor) -> Future[bool]:
        """Tell whether the row of *anchor* is still there, with its chain value: quick, no recomputing."""

        def act(db: Connection) -> bool:
            row = db.execute("SELECT chain FROM audit WHERE seq = ?", (anchor.seq,)).fetchone()
            return anchor.seq == 0 or bool(row and row[0] == anchor.chain)

        return self._database.read(act)

    def verify(self, anchor: Anchor | None = None) -> Future[Verdict]:
        """Recompute the chain; *anchor* must lie on it."""
        return self._database.read(lambda db: _verify(db, anchor or Anchor()))


def link(previous: bytes, entry: Entry) -> bytes:
    """Return the chain value of *entry*: SHA-256 over the previous one and every field, lengths included."""
    fields = (entry.seq, entry.time_ms, entry.who, entry.workstation, entry.action, entry.subject)
    text = msgspec.json.encode([*fields, entry.reason, entry.result])
    return hashlib.sha256(b"consilium audit" + previous + text).digest()


def _verify(db: Connection, anchor: Anchor) -> Verdict:
    chain, rows = START, 0
    for entry in _entries(db, "ORDER BY seq"):
        if entry.seq != rows + 1 or entry.chain != link(chain, entry):
            return Verdict(rows, rows + 1)
        chain, rows = entry.chain, entry.seq
        if rows == anchor.seq and chain != anchor.chain:
            return Verdict(rows, rows)
    return Verdict(rows, rows + 1 if rows < anchor.seq else 0)


def _head(db: Connection) -> Anchor:
    row = db.execute("SELECT seq, chain FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return Anchor(*row) if row else Anchor()


def _hide(db: Connection, subject: bytes) -> bytes:
    if not subject:
        return b""
    key = db.execute("SELECT subject_key FROM audit_key").fetchone()[0]
    return hashlib.blake2b(subject, key=key, digest_size=16, person=b"CSL subject").digest()


def _row(entry: Entry) -> tuple[object, ...]:
    fields = (entry.seq, entry.time_ms, entry.who, entry.workstation, entry.action, entry.subject)
    return (*fields, entry.reason, entry.result, entry.chain)


def _select(db: Connection, where: str, *values: object) -> list[Entry]:
    return list(_entries(db, where, *values))


def _entries(db: Connection, where: str, *values: object) -> Iterator[Entry]:
    sql = f"SELECT {_COLUMNS} FROM audit {where}"  # noqa: S608 -- *where* is a constant of this file
    return (Entry(*row) for row in db.execute(sql, values))
