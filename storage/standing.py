"""Where this vault stands in time: how often it was unlocked, the newest clock it saw, the last word of its organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database
    from storage.oskeyring import SecretStore

_BYTES = 8


class Standing:
    """Queries over the one row; every answer is a future."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unlocked(self, at_least: int) -> Future[tuple[int, bool]]:
        """Count an unlock, beyond *at_least* in any case; return the count, and whether the vault's own was behind."""

        def act(db: Connection) -> tuple[int, bool]:
            known = int(db.execute("SELECT unlocks FROM standing").fetchone()[0])
            count = max(known, at_least) + 1
            db.execute("UPDATE standing SET unlocks = ?", (count,))
            return count, known < at_least

        return self._database.write(act)

    def see(self, now_s: int, contact_s: int) -> Future[int]:
        """Return the newest time ever seen, *now_s* included.

        A newer word of the organisation (*contact_s*) puts right what a clock that once ran ahead left behind.
        """

        def act(db: Connection) -> int:
            clock, contact = db.execute("SELECT clock_s, contact_s FROM standing").fetchone()
            clock = max(contact_s if contact_s > contact else clock, now_s)
            db.execute("UPDATE standing SET clock_s = ?, contact_s = max(contact_s, ?)", (clock, contact_s))
            return int(clock)

        return self._database.write(act)

    def mail_opened(self) -> Future[int]:
        """Return how often the messages were opened, as far as the vault knows."""
        return self._database.read(lambda db: int(db.execute("SELECT mail FROM standing").fetchone()[0]))

    def see_mail(self, opened: int) -> Future[None]:
        """Remember how often the messages were opened."""

        def act(db: Connection) -> None:
            db.execute("UPDATE standing SET mail = max(mail, ?)", (opened,))

        return self._database.write(act)


def was_restored(standing: Standing, store: SecretStore, mirror: str) -> bool:
    """Count this unlock here and in the keyring; tell whether the keyring knows of later ones than this vault."""
    count, behind = standing.unlocked(int.from_bytes(store.read(mirror)[:_BYTES], "big")).result()
    store.write(mirror, count.to_bytes(_BYTES, "big"))
    return behind
