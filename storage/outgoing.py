"""Documents on their way to the hospital's record, in the inbox's file: at the author's desk, and at the gateway that sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database


class Stage(StrEnum):
    """How far a document is on its way."""

    QUEUED = "queued"
    """It waits for the record's system, or for the gateway."""
    SENT = "sent"
    """Given to the record's system, which has taken it and not said yet what becomes of it."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """For good: `code` says why (ERR-3 of HL7, or a code of docs/gateway.md)."""


@dataclass(frozen=True)
class Leaving:
    """A document on its way. `author` is a user at the gateway, the gateway's device at the desk; `message` its bytes.

    `subject` is how the audit trail knows the patient. At the desk `message` is what the letter says, and `attempts` 0, until the letter
    is in the outbox; it is given again not before `next_ms`.
    """

    id: bytes
    author: bytes
    stage: Stage
    at_ms: int
    code: str = ""
    next_ms: int = 0
    attempts: int = 0
    subject: bytes = field(default=b"", repr=False)
    message: bytes = field(default=b"", repr=False)


_COLUMNS = "id, author, state, at_ms, code, next_ms, attempts, subject, message"


class Outgoing:
    """Every answer is a future, and that of a write comes after its commit is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, one: Leaving) -> Future[bool]:
        """Keep *one*; False where its id is known: what was said first holds."""
        row = (
            one.id,
            one.author,
            one.stage,
            one.code,
            one.at_ms,
            one.next_ms,
            one.attempts,
            one.subject,
            one.message,
        )
        sql = (
            "INSERT INTO outgoing (id, author, state, told, code, at_ms, next_ms, attempts, subject, message)"
            " VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        )
        return self._database.write(lambda db: db.execute(sql, row).rowcount == 1)

    def known(self, numbers: Collection[bytes]) -> Future[dict[bytes, Leaving]]:
        """Return those of *numbers* that are documents here."""
        sql = f"SELECT {_COLUMNS} FROM outgoing WHERE id = ?"  # noqa: S608 -- constants
        wanted = tuple(numbers)
        return self._database.read(
            lambda db: {one.id: one for number in wanted for one in _all(db, sql, number)}
        )

    def begin(self, one: Leaving) -> Future[bool]:
        """At the desk: keep *one*, once more where nobody has it yet, before its letter; False where the gateway said what became of it."""
        sql = (
            "INSERT INTO outgoing (id, author, state, told, code, at_ms, next_ms, attempts, subject, message)"
            " VALUES (?, ?, 'queued', '', '', ?, 0, 0, ?, ?) ON CONFLICT DO UPDATE"
            " SET author = excluded.author, message = excluded.message, attempts = 0 WHERE state = 'queued'"
        )
        row = (one.id, one.author, one.at_ms, one.subject, one.message)
        return self._database.write(lambda db: db.execute(sql, row).rowcount == 1)

    def begun(self) -> Future[list[Leaving]]:
        """At the desk: return what was begun and cut off before its letter was known to be in the outbox, the oldest first."""
        sql = f"SELECT {_COLUMNS} FROM outgoing WHERE state = 'queued' AND attempts = 0 AND message <> x'' ORDER BY at_ms"  # noqa: S608 -- constants
        return self._database.read(lambda db: list(_all(db, sql)))

    def given(self, number: bytes, again_ms: int) -> Future[None]:
        """At the desk: note that the letter is in the outbox, and need not be kept here; it is given again not before *again_ms*."""
        sql = "UPDATE outgoing SET attempts = attempts + 1, next_ms = ?, message = x'' WHERE id = ?"
        return self._run(sql, again_ms, number)

    def due(self, now_ms: int) -> Future[Leaving | None]:
        """Return the document that has waited longest and may be tried now."""
        sql = (
            f"SELECT {_COLUMNS} FROM outgoing WHERE state = 'queued' AND next_ms <= ? ORDER BY at_ms LIMIT 1"  # noqa: S608 -- constants
        )
        return self._database.read(lambda db: next(_all(db, sql, now_ms), None))

    def get(self, number: bytes) -> Future[Leaving | None]:
        """Return the document with this id."""
        sql = f"SELECT {_COLUMNS} FROM outgoing WHERE id = ?"  # noqa: S608 -- constants
        return self._database.read(lambda db: next(_all(db, sql, number), None))

    def every(self, limit: int = 200) -> Future[list[Leaving]]:
        """Return the newest documents, the newest first."""
        sql = f"SELECT {_COLUMNS} FROM outgoing ORDER BY at_ms DESC LIMIT ?"  # noqa: S608 -- constants
        return self._database.read(lambda db: list(_all(db, sql, limit)))

    def put_off(self, number: bytes, next_ms: int) -> Future[None]:
        """Note a try that failed; the next one is not before *next_ms*."""
        sql = "UPDATE outgoing SET attempts = attempts + 1, next_ms = ? WHERE id = ?"
        return self._run(sql, next_ms, number)

    def stand(self, number: bytes, stage: Stage, code: str = "") -> Future[None]:
        """Note how far a document came; what is settled gives its bytes back, and stays settled."""
        sql = (
            "UPDATE outgoing SET state = ?1, code = ?2, message = CASE WHEN ?1 = 'queued' THEN message ELSE x'' END"
            " WHERE id = ?3 AND state NOT IN ('accepted', 'refused')"
        )
        return self._run(sql, stage, code, number)

    def untold(self) -> Future[list[Leaving]]:
        """Return the documents whose author was not told how far they are."""
        sql = f"SELECT {_COLUMNS} FROM outgoing WHERE told <> state ORDER BY at_ms"  # noqa: S608 -- constants
        return self._database.read(lambda db: list(_all(db, sql)))

    def told(self, number: bytes, stage: Stage) -> Future[None]:
        """Note that the author is being told of *stage*."""
        return self._run("UPDATE outgoing SET told = ? WHERE id = ?", stage, number)

    def _run(self, sql: str, *values: object) -> Future[None]:
        def act(db: Connection) -> None:
            db.execute(sql, values)

        return self._database.write(act)


def _all(db: Connection, sql: str, *values: object) -> Iterator[Leaving]:
    for number, author, stage, *rest in db.execute(sql, values):
        yield Leaving(number, author, Stage(stage), *rest)
