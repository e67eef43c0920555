"""From which device each message is, and the hash of its signed header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection


@dataclass(frozen=True)
class Origin:
    """The device that sent a message, and H of its header body."""

    device: bytes
    hash: bytes


class Origins:
    """Queries on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def keep(self, message: int, device: bytes, digest: bytes) -> None:
        """Keep where a message is from."""
        self._db.execute("INSERT OR REPLACE INTO origin VALUES (?, ?, ?)", (message, device, digest))

    def of(self, message: int) -> Origin | None:
        """Return where a message is from."""
        row = self._db.execute("SELECT device, hash FROM origin WHERE message = ?", (message,)).fetchone()
        return Origin(*row) if row else None
