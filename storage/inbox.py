"""The inbox: every HL7 message as it came, kept before it is acknowledged, numbered in order; and the quarantine.

What the patients' cache knows is made from here and can be made again. One row per sender, control id and content.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database

MAX_QUARANTINED = 10_000
MAX_QUARANTINED_BYTES = 256 << 20
WEIGH_EVERY = 64
"""After how many new rows the quarantine is weighed: adding its sizes up reads it whole."""
BATCH_BYTES = 8 << 20
log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of a message: kept now, kept before with this content, or its id is known with another content."""

    NEW = "new"
    SAME = "same"
    CONFLICT = "conflict"


class Reason(StrEnum):
    """Why a message is in quarantine."""

    REFUSED = "refused"
    """Not understood, or never to be taken; the detail is the error of HL7 table 0357."""
    CONFLICT = "conflict"
    """Its sender used its id before, for another content."""
    UNFRAMED = "unframed"
    """Bytes outside any MLLP frame."""
    OVERSIZED = "oversized"
    """Longer than a message may be; only its beginning is kept."""
    APPLY = "apply"
    """Acknowledged, but its facts could not be applied; the detail is the error's kind."""


@dataclass(frozen=True)
class Incoming:
    """A message to keep. `sender` is MSH-3 and MSH-4; a message whose `control_id` cannot be read goes by its content."""

    sender: str
    control_id: str
    raw: bytes = field(repr=False)
    arrived_ms: int


@dataclass(frozen=True)
class Kept:
    """The answer of `keep`: `seq` is the number of the message; for a conflict, that of the one known before."""

    outcome: Outcome
    seq: int


@dataclass(frozen=True)
class Message:
    """A kept message."""

    seq: int
    arrived_ms: int
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class Quarantined:
    """One row of the quarantine, without its content. The same again raises `times`; `replayed_ms` 0: still waiting."""

    id: int
    reason: Reason
    detail: str
    sender: str
    control_id: str
    first_ms: int
    last_ms: int
    times: int
    replayed_ms: int
    size: int


class Inbox:
    """Queries over the inbox; every answer is a future, and that of a write comes after its commit is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, incoming: Incoming) -> Future[Kept]:
        """Keep *incoming* unless it is known; what is in conflict with the known goes to quarantine."""

        def act(db: Connection) -> Kept:
            digest = _digest(incoming.raw)
            known = _known(db, incoming, digest)
            if known is None:
                return Kept(Outcome.NEW, _insert(db, incoming, digest))
            if known.outcome is Outcome.CONFLICT:
                _put_away(db, incoming, digest, Reason.CONFLICT, "")
            return known

        return self._database.write(act)

    def after(self, seq: int, limit: int = 256) -> Future[list[Message]]:
        """Return the next messages in order, at most *limit*, and no more than about 8 MB unless one alone is larger."""

        def act(db: Connection) -> list[Message]:
            sql = "SELECT seq, arrived_ms, raw FROM incoming WHERE seq > ? ORDER BY seq LIMIT ?"
            messages, room = [], BATCH_BYTES
            for row in db.execute(sql, (seq, limit)):
                messages.append(Message(*row))
                room -= len(row[2])
                if room <= 0:
                    break
            return messages

        return self._database.read(act)

    def raw(self, seq: int) -> Future[bytes | None]:
        """Return a message as it came; None where it is no longer kept."""
        return self._database.read(lambda db: _one(db, "SELECT raw FROM incoming WHERE seq = ?", seq))

    def numbers(self, after: int, up_to: int, limit: int = 256) -> Future[list[int]]:
        """Return the numbers of the next messages after *after*, none above *up_to*."""
        sql = "SELECT seq FROM incoming WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
        return self._database.read(lambda db: [seq for (seq,) in db.execute(sql, (after, up_to, limit))])

    def sizes(self, seqs: Iterable[int]) -> Future[dict[int, int]]:
        """Return how many bytes each of these messages has; what is no longer kept is left out."""
        asked = list(seqs)
        sql = "SELECT length(raw) FROM incoming WHERE seq = ?"
        return self._database.read(
            lambda db: {seq: size for seq in asked if (size := _one(db, sql, seq)) is not None}
        )

    def whole(self, seqs: Iterable[int]) -> Future[list[Incoming]]:
        """Return these messages as they came, in this order; what is no longer kept is left out."""
        asked = list(seqs)
        sql = "SELECT sender, control_id, raw, arrived_ms FROM incoming WHERE seq = ?"
        return self._database.read(
            lambda db: [Incoming(*row) for seq in asked for row in db.execute(sql, (seq,))]
        )

    def newest(self) -> Future[int]:
        """Return the number of the newest message, 0 in an empty inbox."""
        return self._database.read(lambda db: int(_one(db, "SELECT max(seq) FROM incoming") or 0))

    def newest_ms(self) -> Future[int]:
        """Return when the newest message came, 0 in an empty inbox."""
        sql = "SELECT arrived_ms FROM incoming ORDER BY seq DESC LIMIT 1"
        return self._database.read(lambda db: int(_one(db, sql) or 0))

    def count_after(self, seq: int) -> Future[int]:
        """Count the messages after *seq*."""
        sql = "SELECT count(*) FROM incoming INDEXED BY incoming_by_id WHERE seq > ?"  # not through the messages
        return self._database.read(lambda db: int(_one(db, sql, seq) or 0))

    def number_after(self, seq: int) -> Future[None]:
        """Give no message a number up to *seq*: the cache of an inbox that was begun anew has them behind it."""

        def act(db: Connection) -> None:
            db.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'incoming'", (seq,))

        return self._database.write(act)

    def drop(self, seqs: Iterable[int]) -> Future[None]:
        """Delete messages for good (retention): their senders' ids are forgotten as well."""
        numbers = [(seq,) for seq in seqs]

        def act(db: Connection) -> None:
            db.executemany("DELETE FROM incoming WHERE seq = ?", numbers)

        return self._database.write(act)

    # --- quarantine ---------------------------------------------------------------------------------------

    def quarantine(self, incoming: Incoming, reason: Reason, detail: str = "") -> Future[int]:
        """Put *incoming* away for somebody to look at; return its number there."""
        return self._database.write(lambda db: _put_away(db, incoming, _digest(incoming.raw), reason, detail))

    def quarantined(self, *, all_of_them: bool = False) -> Future[list[Quarantined]]:
        """Return what waits in quarantine, the oldest first; with *all_of_them* what was replayed too."""
        where = "" if all_of_them else "WHERE replayed_ms = 0 "
        sql = f"{_LISTED} {where}ORDER BY id"
        return self._database.read(lambda db: [_listed(row) for row in db.execute(sql)])

    def waiting(self) -> Future[int]:
        """Count what waits in quarantine."""
        sql = "SELECT count(*) FROM quarantine WHERE replayed_ms = 0"
        return self._database.read(lambda db: int(_one(db, sql) or 0))

    def put_away(self, number: int) -> Future[tuple[Quarantined, bytes] | None]:
        """Return the row *number* of the quarantine and its content."""

        def act(db: Connection) -> tuple[Quarantined, bytes] | None:
            row = db.execute(f"{_LISTED} WHERE id = ?", (number,)).fetchone()
            raw = _one(db, "SELECT raw FROM quarantine WHERE id = ?", number)
            return (_listed(row), raw) if row else None

        return self._database.read(act)

    def replay(self, number: int, sender: str, control_id: str, now_ms: int) -> Future[int]:
        """Let what was put away come in after all, as the newest message; return its number in the inbox.

        Twice does no harm: the second answer is the first one's. 0: there is no such row, or only a part was kept.
        """

        def act(db: Connection) -> int:
            sql = "SELECT reason, raw, digest, replayed_ms FROM quarantine WHERE id = ?"
            row = db.execute(sql, (number,)).fetchone()
            if row is None or row[0] == Reason.OVERSIZED:
                return 0
            reason, raw, digest, done = row
            incoming = Incoming(sender, control_id, raw, now_ms)
            seq = _seq_of(db, incoming, digest)
            if seq and not done and reason == Reason.APPLY:
                db.execute("DELETE FROM incoming WHERE seq = ?", (seq,))
                seq = 0
            db.execute("UPDATE quarantine SET replayed_ms = ? WHERE id = ?", (done or now_ms, number))
            return seq or _insert(db, incoming, digest)

        return self._database.write(act)


_LISTED = "SELECT id, reason, detail, sender, control_id, first_ms, last_ms, times, replayed_ms, size FROM quarantine"


def _listed(row: tuple[Any, ...]) -> Quarantined:
    number, reason, *rest = row
    return Quarantined(number, Reason(reason), *rest)


def _digest(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def _one(db: Connection, sql: str, *values: object) -> Any:
    row = db.execute(sql, values).fetchone()
    return row[0] if row else None


def _seq_of(db: Connection, incoming: Incoming, digest: bytes) -> int:
    sql = "SELECT seq FROM incoming WHERE sender = ? AND control_id = ? AND digest = ?"
    return int(_one(db, sql, incoming.sender, incoming.control_id, digest) or 0)


def _known(db: Connection, incoming: Incoming, digest: bytes) -> Kept | None:
    same = _seq_of(db, incoming, digest)
    if same:
        return Kept(Outcome.SAME, same)
    sql = "SELECT seq FROM incoming WHERE sender = ? AND control_id = ? LIMIT 1"
    other = _one(db, sql, incoming.sender, incoming.control_id) if incoming.control_id else None
    return Kept(Outcome.CONFLICT, other) if other else None


def _insert(db: Connection, incoming: Incoming, digest: bytes) -> int:
    sql = "INSERT INTO incoming (sender, control_id, digest, arrived_ms, raw) VALUES (?, ?, ?, ?, ?)"
    row = (incoming.sender, incoming.control_id, digest, incoming.arrived_ms, incoming.raw)
    return db.execute(sql, row).lastrowid or 0


def _put_away(db: Connection, incoming: Incoming, digest: bytes, reason: Reason, detail: str) -> int:
    """Add to the quarantine, or count the same again; it then waits anew, unless it was let in meanwhile."""
    at, raw = incoming.arrived_ms, incoming.raw
    row = (reason, detail, incoming.sender, incoming.control_id, digest, at, at, len(raw), raw)
    number = _one(
        db,
        "INSERT INTO quarantine (reason, detail, sender, control_id, digest, first_ms, last_ms, times, replayed_ms, size, raw)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 1, 0, ?, ?) ON CONFLICT (sender, control_id, digest, reason)"
        " DO UPDATE SET times = times + 1, last_ms = excluded.last_ms, replayed_ms = 0 RETURNING id",
        *row,
    )
    _make_room(db, int(number))
    return int(number)


def _make_room(db: Connection, newest: int) -> None:
    """Let the oldest go when there is too much: a sender gone mad must not fill the disk."""
    gone = db.execute("DELETE FROM quarantine WHERE id <= ?", (newest - MAX_QUARANTINED,)).rowcount
    if newest % WEIGH_EVERY == 0:
        heavy = (
            "DELETE FROM quarantine WHERE id IN (SELECT id FROM"
            " (SELECT id, sum(size) OVER (ORDER BY id DESC) AS weight FROM quarantine) WHERE weight > ?)"
        )
        gone += db.execute(heavy, (MAX_QUARANTINED_BYTES,)).rowcount
    if gone > 0:
        log.warning("the quarantine is full: its oldest messages were dropped")
