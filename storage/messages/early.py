"""Corrections, withdrawals and acts that came before the message that they are about: a relay reorders, and may hold back on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

KEPT_MS = 45 * 86_400_000
"""Longer than any queue keeps a block."""
MOST = 1000
"""Of one person; who says more loses the oldest."""


@dataclass(frozen=True)
class Early:
    """What *user* said about the message `about`; `type` and `body` as in docs/protocol.md §11, `proof` the signed header of an act."""

    about: bytes
    user: bytes
    conv: bytes
    type: int
    body: bytes = field(repr=False)
    proof: bytes = field(repr=False)
    sent_ms: int
    at_ms: int


class Earlies:
    """Queries on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def keep(self, early: Early) -> None:
        """Keep it until its message comes, or for 45 days."""
        one = (early.about, early.user, early.conv, early.type, early.body, early.proof)
        sql = "INSERT INTO early (about, user, conv, type, body, proof, sent_ms, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        self._db.execute(sql, (*one, early.sent_ms, early.at_ms))
        self._db.execute("DELETE FROM early WHERE at_ms < ?", (early.at_ms - KEPT_MS,))
        newest = "SELECT id FROM early WHERE user = ?1 ORDER BY id DESC LIMIT ?2"
        self._db.execute(f"DELETE FROM early WHERE user = ?1 AND id NOT IN ({newest})", (early.user, MOST))  # noqa: S608

    def take(self, about: bytes) -> tuple[Early, ...]:
        """Return what was said about a message, in the order in which it was said, and forget it."""
        columns = "about, user, conv, type, body, proof, sent_ms, at_ms"
        sql = f"SELECT {columns} FROM early WHERE about = ? ORDER BY sent_ms, id"  # noqa: S608 -- constants
        found = tuple(Early(*row) for row in self._db.execute(sql, (about,)))
        self._db.execute("DELETE FROM early WHERE about = ?", (about,))
        return found
