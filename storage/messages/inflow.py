"""Taking what was received: that it was seen, its place in the chain and the receipt it is owed, in one transaction with its effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.messages.chains import Chains
from storage.messages.posting import Owed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection

    from storage.messages.posting import Arrival

_OWED = "msg_id, device, user, conv, delivered_ms, read_ms"


class Inflow:
    """Queries over what came, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def seen(self, device: bytes, msg_id: bytes) -> bool:
        """Tell whether a device's message came before."""
        sql = "SELECT 1 FROM seen WHERE device = ? AND msg_id = ?"
        return self._db.execute(sql, (device, msg_id)).fetchone() is not None

    def take(self, arrival: Arrival) -> bool:
        """Take a judged header: the caller does what it asks for in the same transaction. False where it came before.

        Its author gets a receipt either way: who sends again did not get the first one.
        """
        if arrival.wants_receipt:
            self._owe(arrival, 0)
        if self.seen(arrival.device, arrival.msg_id):
            return False
        self._db.execute("INSERT INTO seen VALUES (?, ?, ?)", (arrival.device, arrival.msg_id, arrival.at_ms))
        Chains(self._db).note(arrival)
        return True

    def owe_read(self, owed: Owed) -> None:
        """Let the author know that a message was read, with the next receipt."""
        sql = (
            "INSERT INTO owed VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET read_ms = max(read_ms, excluded.read_ms)"
        )
        row = (owed.msg_id, owed.device, owed.user, owed.conv, owed.delivered_ms, owed.read_ms)
        self._db.execute(sql, row)

    def owed(self, limit: int = 256) -> tuple[Owed, ...]:
        """Return receipts that are still to be written."""
        sql = f"SELECT {_OWED} FROM owed ORDER BY user, device, conv, delivered_ms LIMIT ?"  # noqa: S608 -- constants
        return tuple(Owed(*row) for row in self._db.execute(sql, (limit,)))

    def paid(self, receipts: Iterable[Owed]) -> None:
        """Say that these are written, as letters of the same transaction; one that grew meanwhile stays."""
        sql = "DELETE FROM owed WHERE msg_id = ? AND device = ? AND read_ms = ?"
        self._db.executemany(sql, [(one.msg_id, one.device, one.read_ms) for one in receipts])

    def forget(self, before_ms: int) -> None:
        """Forget what was seen before: the chain's number tells an old one as well."""
        self._db.execute("DELETE FROM seen WHERE at_ms < ?", (before_ms,))

    def _owe(self, arrival: Arrival, read_ms: int) -> None:
        self.owe_read(
            Owed(arrival.msg_id, arrival.device, arrival.user, arrival.conv, arrival.at_ms, read_ms)
        )
