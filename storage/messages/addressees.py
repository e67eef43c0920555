"""To whom own messages with files go: fixed when they were chosen, or at the latest when they were said."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection


class Addressees:
    """Queries on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def keep(self, message: int, users: Iterable[bytes]) -> None:
        """Keep to whom a message goes; who was kept before stays."""
        rows = [(message, user) for user in users]
        self._db.executemany("INSERT OR IGNORE INTO addressee VALUES (?, ?)", rows)

    def of(self, message: int) -> tuple[bytes, ...]:
        """Return the user ids, in rising order; none where nothing was fixed."""
        sql = "SELECT user FROM addressee WHERE message = ? ORDER BY user"
        return tuple(user for (user,) in self._db.execute(sql, (message,)))
