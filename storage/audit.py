"""The audit trail: who did what to whom, append-only, each row hashed over all before it; no clinical text.

A cut or changed row is found by `verify()`; a cut tail by the anchor that the vault keeps apart and by checkpoints that
leave the machine. Rows past their retention go behind a start that is kept. A subject (patient, user) stands as a keyed hash only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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
    """What `verify` found: `broken_at` is the first row that is wrong or missing, 0 when all `rows` hold.

    `after` is the last row that went with the retention, 0 when none did.
    """

    rows: int
    broken_at: int = 0
    after: int = 0

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
            lambda db: _select(db, "WHERE subject = ? AND subject <> x'' ORDER BY seq", _hide(db, subject))
        )

    def head(self) -> Future[Anchor]:
        """Return where the chain stands."""
        return self._database.read(_head)

    def holds(self, anchor: Anchor) -> Future[bool]:
        """Tell whether the row of *anchor* is still there, with its chain value: quick, no recomputing."""
        return self._database.read(lambda db: anchor.seq < _start(db).seq or _place(db, anchor.seq) == anchor)

    def verify(self, *anchors: Anchor) -> Future[Verdict]:
        """Recompute the chain; *anchors* must lie on it, unless they lie before its start."""
        return self._database.read(lambda db: verify_chain(db, anchors))

    def after(self, seq: int, limit: int = 1000) -> Future[list[Entry]]:
        """Return up to *limit* rows after *seq*, the oldest first."""
        return self._database.read(lambda db: _select(db, "WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit))

    def cut(self, before_ms: int) -> Future[int]:
        """Let the oldest rows go, up to the first that is not before *before_ms*; return how many went."""

        def act(db: Connection) -> int:
            sql = (
                "SELECT coalesce(min(seq) - 1, (SELECT max(seq) FROM audit), 0) FROM audit WHERE time_ms >= ?"
            )
            last = _place(db, db.execute(sql, (before_ms,)).fetchone()[0])
            if last is None or last.seq <= _start(db).seq:
                return 0
            db.execute("UPDATE audit_start SET seq = ?, chain = ?", (last.seq, last.chain))
            return db.execute("DELETE FROM audit WHERE seq <= ?", (last.seq,)).rowcount

        return self._database.write(act)


def link(previous: bytes, entry: Entry) -> bytes:
    """Return the chain value of *entry*: SHA-256 over the previous one and every field, lengths included."""
    fields = (entry.seq, entry.time_ms, entry.who, entry.workstation, entry.action, entry.subject)
    text = msgspec.json.encode([*fields, entry.reason, entry.result])
    return hashlib.sha256(b"consilium audit" + previous + text).digest()


def verify_chain(db: Connection, anchors: Iterable[Anchor] = ()) -> Verdict:
    """As `AuditRepository.verify`, on a connection."""
    start = _start(db)
    chain, seq = start.chain, start.seq
    wanted = {(anchor.seq, anchor.chain) for anchor in anchors if anchor.seq >= start.seq}
    places = {place for place, _ in wanted}
    found = [start] if seq in places else []
    for entry in _entries(db, "ORDER BY seq"):
        if entry.seq != seq + 1 or entry.chain != link(chain, entry):
            return Verdict(seq - start.seq, seq + 1, start.seq)
        chain, seq = entry.chain, entry.seq
        if seq in places:
            found.append(Anchor(seq, chain))
    missing = wanted - {(anchor.seq, anchor.chain) for anchor in found}
    broken_at = min(min((place for place, _ in missing), default=0), seq + 1)
    return Verdict(seq - start.seq, broken_at, start.seq)


def _start(db: Connection) -> Anchor:
    return Anchor(*db.execute("SELECT seq, chain FROM audit_start").fetchone())


def _place(db: Connection, seq: int) -> Anchor | None:
    start = _start(db)
    if seq == start.seq:
        return start
    row = db.execute("SELECT seq, chain FROM audit WHERE seq = ?", (seq,)).fetchone()
    return Anchor(*row) if row else None


def _head(db: Connection) -> Anchor:
    row = db.execute("SELECT seq, chain FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return Anchor(*row) if row else _start(db)


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
