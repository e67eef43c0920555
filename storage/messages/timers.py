"""What goes by itself: messages whose timer is over, and read ones past the retention. What went never comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.messages.index import forget
from storage.messages.messages import Messages
from storage.messages.outbox import Outbox
from storage.messages.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection

DAY_MS = 86_400_000
_OLD = "FROM message WHERE place < ?1 AND read = 1 AND state NOT IN (1, 2, 3)"
"""Read ones only, and none that is still to be sent: nothing unread is ever deleted."""


class Timers:
    """Queries over what is due, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def see(self, now_ms: int) -> int:
        """Return the newest time ever seen, *now_ms* included: a clock set back makes nothing stay longer."""
        sql = "UPDATE life SET clock_ms = max(clock_ms, ?) RETURNING clock_ms"
        return int(self._db.execute(sql, (now_ms,)).fetchall()[0][0])

    def latest(self, now_ms: int) -> int:
        """Return *now_ms*, or the newest time that `see` was told where that is later."""
        return int(self._db.execute("SELECT max(clock_ms, ?) FROM life", (now_ms,)).fetchone()[0])

    def forget_clock(self, now_ms: int) -> None:
        """Believe *now_ms* again after a clock ran ahead, where somebody who knows better said so."""
        self._db.execute("UPDATE life SET clock_ms = ?", (now_ms,))

    def due(self, now_ms: int, limit: int = 256) -> tuple[int, ...]:
        """Return the messages whose timer is over at *now_ms*, the longest over first."""
        sql = "SELECT id FROM message WHERE expires_ms > 0 AND gone_ms = 0 AND expires_ms <= ? ORDER BY expires_ms LIMIT ?"
        return tuple(number for (number,) in self._db.execute(sql, (now_ms, limit)))

    def next_ms(self) -> int:
        """Return when the next timer is over; 0 for never."""
        sql = "SELECT coalesce(min(expires_ms), 0) FROM message WHERE expires_ms > 0 AND gone_ms = 0"
        return int(self._db.execute(sql).fetchone()[0])

    def efface(self, messages: Iterable[int], now_ms: int) -> tuple[str, ...]:
        """Drop text, files, keys and words of messages; that they were there stays. Return what is to go from the shelf."""
        rows = Messages(self._db)
        found: list[str] = []
        for message in messages:
            self._db.execute("UPDATE message SET gone_ms = ? WHERE id = ?", (now_ms, message))
            found += rows.empty(message)
            Outbox(self._db).effaced(message)
        return tuple(found)

    def due_soon(self, keep_days: int, soon_days: int, now_ms: int) -> dict[int, int]:
        """Return of each thread how many messages the retention of *keep_days* (0: none) takes within *soon_days*."""
        if not keep_days:
            return {}
        before = now_ms - (keep_days - soon_days) * DAY_MS
        sql = f"SELECT thread, count(*) {_OLD} GROUP BY thread"
        return dict(self._db.execute(sql, (before,)).fetchall())

    def retire(self, keep_days: int, now_ms: int, limit: int = 500) -> tuple[int, tuple[str, ...]]:
        """Delete read messages older than *keep_days* (0: none), at most *limit*; return how many, and what is to go from the shelf."""
        if not keep_days:
            return 0, ()
        sql = f"SELECT id, thread {_OLD} ORDER BY place LIMIT ?2"
        old = self._db.execute(sql, (now_ms - keep_days * DAY_MS, limit)).fetchall()
        shelf = [name for message, _thread in old for name in self._delete(message)]
        for thread in {thread for _message, thread in old}:
            Threads(self._db).refresh(thread)
        return len(old), tuple(shelf)

    def _delete(self, message: int) -> tuple[str, ...]:
        forget(self._db, message)
        sql = "DELETE FROM file WHERE message = ? RETURNING shelf"
        shelf = tuple(name for (name,) in self._db.execute(sql, (message,)).fetchall() if name)
        self._db.execute("DELETE FROM letter WHERE message = ?", (message,))
        self._db.execute("DELETE FROM message WHERE id = ?", (message,))
        return shelf
