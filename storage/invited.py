"""Whom this user told of the own meetings by message, and what they answered: by the meeting's uid and user id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database

_COLUMNS = "user, since, said, letter, key_letter, answer, answer_ms"


@dataclass(frozen=True)
class Invited:
    """Somebody who is to know of a meeting. `said`: the version that the last letter told, -1 before the first.

    `letter` and `key_letter` are message ids: of the invitation, of the room's key (empty for who is no host). `answer` as in
    `Meeting`, 0 before there is one; it counts from the version `since` on, in which the hours last changed.
    """

    user: bytes
    since: int = 0
    said: int = -1
    letter: bytes = b""
    key_letter: bytes = b""
    answer: int = 0
    answer_ms: int = 0


class InvitedRepository:
    """Queries over who was invited; every answer is a future."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, uid: bytes) -> Future[tuple[Invited, ...]]:
        """Return who is to know of a meeting."""
        return self._database.read(lambda db: _of(db, uid))

    def invite(self, uid: bytes, users: Iterable[bytes], sequence: int, *, anew: bool) -> Future[None]:
        """Let exactly *users* be who is to know of a meeting; *anew*: answers to versions before *sequence* count no more."""
        wanted = set(users)

        def act(db: Connection) -> None:
            gone = [(uid, one.user) for one in _of(db, uid) if one.user not in wanted]
            db.executemany("DELETE FROM invited WHERE uid = ? AND user = ?", gone)
            db.executemany(
                "INSERT OR IGNORE INTO invited (uid, user, since) VALUES (?, ?, ?)",
                [(uid, user, sequence) for user in wanted],
            )
            if anew:
                sql = "UPDATE invited SET since = ?1, answer = 0, answer_ms = 0 WHERE uid = ?2 AND since < ?1"
                db.execute(sql, (sequence, uid))

        return self._database.write(act)

    def told(
        self, uid: bytes, users: Iterable[bytes], sequence: int, letter: bytes, key_letter: bytes = b""
    ) -> Future[None]:
        """Say that a version was told to *users*, by these letters; whoever was not on the list is now."""
        rows = [(uid, user, sequence, letter, key_letter) for user in users]
        sql = (
            "INSERT INTO invited (uid, user, since, said, letter, key_letter) VALUES (?1, ?2, ?3, ?3, ?4, ?5)"
            " ON CONFLICT DO UPDATE SET said = ?3, letter = ?4, key_letter = ?5 WHERE said <= ?3"
        )

        def act(db: Connection) -> None:
            db.executemany(sql, rows)

        return self._database.write(act)

    def answer(self, uid: bytes, user: bytes, sequence: int, answer: int, at_ms: int) -> Future[bool]:
        """Keep what *user* answered to a version at *at_ms*; False where nobody asked, or something newer counts."""
        sql = (
            "UPDATE invited SET answer = ?, answer_ms = ? WHERE uid = ? AND user = ? AND since <= ? AND answer_ms < ?"
            " RETURNING user"
        )

        def act(db: Connection) -> bool:
            return bool(db.execute(sql, (answer, at_ms, uid, user, sequence, at_ms)).fetchall())

        return self._database.write(act)

    def forget(self, uid: bytes) -> Future[None]:
        """Delete the list of a meeting that is no more."""

        def act(db: Connection) -> None:
            db.execute("DELETE FROM invited WHERE uid = ?", (uid,))

        return self._database.write(act)


def _of(db: Connection, uid: bytes) -> tuple[Invited, ...]:
    sql = f"SELECT {_COLUMNS} FROM invited WHERE uid = ? ORDER BY user"  # noqa: S608 -- constants
    return tuple(Invited(*row) for row in db.execute(sql, (uid,)))
