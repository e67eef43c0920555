"""The user's own settings: a key, and a JSON text that `app.config` understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database


class SettingsRepository:
    """Queries over settings; every answer is a future."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Future[dict[str, str]]:
        """Return every setting that the user changed: key -> JSON text."""

        def act(db: Connection) -> dict[str, str]:
            return dict(db.execute("SELECT key, value FROM setting").fetchall())

        return self._database.read(act)

    def save(self, key: str, value: str) -> Future[None]:
        """Keep the JSON text *value* for *key*."""

        def act(db: Connection) -> None:
            db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (key, value))

        return self._database.write(act)

    def forget(self, key: str) -> Future[None]:
        """Go back to the default of *key*."""

        def act(db: Connection) -> None:
            db.execute("DELETE FROM setting WHERE key = ?", (key,))

        return self._database.write(act)
