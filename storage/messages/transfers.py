"""How far the history is on its way to another device of the same person, and what came from one. Survives everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.messages.outbox import Outbox
from storage.messages.records import State

if TYPE_CHECKING:
    from sqlite3 import Connection

    from storage.messages.history import Piece

AHEAD = 32
"""Pieces under way at once; before the other device took the first one it is the only one."""
_STUCK = f"({State.HELD:d}, {State.FAILED:d}, {State.UNDELIVERED:d})"
_UNDER_WAY = f"({State.DRAWN:d}, {State.HELD:d}, {State.QUEUED:d}, {State.FAILED:d})"
_PARCELS = "FROM transfer_piece p JOIN letter l ON l.msg_id = p.msg_id JOIN parcel q ON q.letter = l.id"
_ALL = f"""
    SELECT device, incoming, after, number, total, taken, ended,
        (SELECT count(*) FROM transfer_piece p WHERE p.device = t.device AND incoming = 0),
        EXISTS (SELECT 1 {_PARCELS} WHERE p.device = t.device AND incoming = 0 AND q.state IN {_STUCK})
    FROM transfer t
"""  # noqa: S608 -- constants


@dataclass(frozen=True)
class Transfer:
    """The history of one direction and one own device. `taken` of `total` messages are there (0: nobody said how many there are).

    `after` and `number` are where the next piece begins; `under_way`: pieces without a receipt; `ended`: the last piece was
    written, or came; `stuck`: the other device did not answer for days, or may get nothing now.
    """

    device: bytes
    incoming: bool
    after: int
    number: int
    total: int
    taken: int
    ended: bool
    under_way: int
    stuck: bool

    @property
    def done(self) -> bool:
        """Whether everything is there."""
        return self.ended and not self.under_way

    @property
    def due(self) -> bool:
        """Whether the next piece may go: the first one alone, as the other device may have to be asked before it takes any."""
        ahead = AHEAD if self.number > self.under_way else 1
        return not self.incoming and not self.ended and not self.stuck and self.under_way < ahead


class Transfers:
    """Queries on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._outbox = Outbox(db)

    def all(self) -> tuple[Transfer, ...]:
        """Return every transfer, both ways."""
        rows = self._db.execute(f"{_ALL} ORDER BY device, incoming")
        return tuple(
            Transfer(d, bool(i), a, n, t, k, bool(e), u, bool(s)) for d, i, a, n, t, k, e, u, s in rows
        )

    def begin(self, device: bytes, now_ms: int) -> None:
        """Begin with *device*, or go on: what did not arrive is sent again, what was written or sent since goes as well."""
        self._db.execute("INSERT OR IGNORE INTO transfer VALUES (?, 0, 0, 0, 0, 0, 0, 0)", (device,))
        self._db.execute(
            "UPDATE transfer SET after = iif(skipped > 0, skipped - 1, after), skipped = 0, ended = 0"
            " WHERE device = ? AND incoming = 0 AND ended = 1",
            (device,),
        )
        if not self._pieces(device):
            there = f"SELECT count(*) FROM message WHERE place <= after AND state NOT IN {_UNDER_WAY}"  # noqa: S608 -- constants
            sql = f"UPDATE transfer SET taken = ({there}) WHERE device = ? AND incoming = 0"  # noqa: S608 -- as above
            self._db.execute(sql, (device,))
        stuck = f"SELECT q.id {_PARCELS} WHERE p.device = ? AND q.state IN {_STUCK}"
        self._outbox.reseal([row[0] for row in self._db.execute(stuck, (device,))], now_ms)
        self._count(device)

    def wrote(self, device: bytes, msg_id: bytes, piece: Piece) -> None:
        """Say that *piece* is in the outbox as the letter *msg_id*: in the transaction that puts it there."""
        self._db.execute(
            "UPDATE transfer SET after = ?1, number = number + 1, ended = ?2, skipped = iif(skipped = 0, ?3, skipped)"
            " WHERE device = ?4 AND incoming = 0",
            (piece.after, int(piece.last), piece.skipped, device),
        )
        self._db.execute("INSERT INTO transfer_piece VALUES (?, ?, ?)", (msg_id, device, piece.messages))
        self._count(device)

    def settle(self) -> bool:
        """Count the pieces that the other devices took; tell whether there were any."""
        gone = self._db.execute(
            "SELECT msg_id, device, messages FROM transfer_piece WHERE msg_id NOT IN (SELECT msg_id FROM letter)"
        ).fetchall()
        for msg_id, device, messages in gone:
            self._db.execute("DELETE FROM transfer_piece WHERE msg_id = ?", (msg_id,))
            sql = "UPDATE transfer SET taken = taken + ? WHERE device = ? AND incoming = 0"
            self._db.execute(sql, (messages, device))
        for device in {row[1] for row in gone}:
            self._count(device)
        return bool(gone)

    def came(self, device: bytes, messages: int, *, last: bool) -> None:
        """Say that a piece of *device* was taken, in the transaction that takes it; *messages* of it were new."""
        self._db.execute(
            "INSERT INTO transfer VALUES (?1, 1, 0, 0, 1, 0, ?2, ?3)"
            " ON CONFLICT DO UPDATE SET number = number + 1, taken = taken + ?2, ended = ?3",
            (device, messages, int(last)),
        )

    def _pieces(self, device: bytes) -> int:
        sql = "SELECT count(*) FROM transfer_piece WHERE device = ?"
        return int(self._db.execute(sql, (device,)).fetchone()[0])

    def _count(self, device: bytes) -> None:
        """Say how many messages there are: those that are in pieces, and those behind the last piece."""
        written = "SELECT coalesce(sum(messages), 0) FROM transfer_piece p WHERE p.device = transfer.device"
        behind = f"SELECT count(*) FROM message WHERE place > after AND state NOT IN {_UNDER_WAY}"  # noqa: S608 -- constants
        sql = f"UPDATE transfer SET total = taken + ({written}) + iif(ended, 0, ({behind})) WHERE device = ? AND incoming = 0"  # noqa: S608
        self._db.execute(sql, (device,))
