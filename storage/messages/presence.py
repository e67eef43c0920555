"""Whose presence this desk may read, and whom it told where the own one lies. What anybody's presence is, is never kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection


@dataclass(frozen=True)
class OwnWord:
    """The own word: the seed of its writer's key, the key under which it is sealed, when both were made."""

    seed: bytes = field(repr=False)
    key: bytes = field(repr=False)
    made_ms: int


@dataclass(frozen=True)
class SharedWord:
    """The word of a device of *user*, as that device told it at `sent_ms` by its own clock."""

    device: bytes
    user: bytes
    writer_pk: bytes
    key: bytes = field(repr=False)
    sent_ms: int


class Presences:
    """Queries on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def own(self) -> OwnWord | None:
        """Return the own word, None where nothing is shared."""
        row = self._db.execute("SELECT seed, key, made_ms FROM presence_own").fetchone()
        return OwnWord(*row) if row else None

    def begin(self, word: OwnWord) -> None:
        """Say what is to be said in another place from now on: nobody was told of it."""
        self.stop()
        self._db.execute("INSERT INTO presence_own VALUES (1, ?, ?, ?)", (word.seed, word.key, word.made_ms))

    def stop(self) -> None:
        """Share nothing any more."""
        self._db.execute("DELETE FROM presence_own")
        self._db.execute("DELETE FROM presence_given")

    def given(self) -> dict[bytes, bytes]:
        """Return the devices that were told where the own word lies, with their users."""
        return dict(self._db.execute("SELECT device, user FROM presence_given").fetchall())

    def give(self, user: bytes, devices: Iterable[bytes]) -> None:
        """Say that *devices* of *user* are told, in the transaction that puts the letter into the outbox."""
        rows = [(device, user) for device in devices]
        self._db.executemany("INSERT OR REPLACE INTO presence_given VALUES (?, ?)", rows)

    def take(self, word: SharedWord) -> None:
        """Keep where a device's word lies; of several the one that was sent last counts."""
        self._db.execute(
            "INSERT INTO presence_shared VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (device) DO UPDATE"
            " SET user = ?2, writer_pk = ?3, key = ?4, sent_ms = ?5 WHERE sent_ms <= ?5",
            (word.device, word.user, word.writer_pk, word.key, word.sent_ms),
        )

    def shared(self, most: int) -> tuple[SharedWord, ...]:
        """Return where the words of others lie, the newest first."""
        sql = (
            "SELECT device, user, writer_pk, key, sent_ms FROM presence_shared ORDER BY sent_ms DESC LIMIT ?"
        )
        return tuple(SharedWord(*row) for row in self._db.execute(sql, (most,)).fetchall())

    def forget(self, before_ms: int) -> None:
        """Forget words of which was told before then: they lie elsewhere, or nowhere."""
        self._db.execute("DELETE FROM presence_shared WHERE sent_ms < ?", (before_ms,))
