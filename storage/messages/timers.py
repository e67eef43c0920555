"""What goes by itself: messages whose timer is over, and read ones past the retention. What went never comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.messages.index import forget
from storage.messages.messages import Messages
from storage.messages.outbox import Outbox
from storage.messages.records import Hit
from storage.messages.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection

DAY_MS = 86_400_000
SAID_DAYS = 7
"""How long before a retention deletes anything it is said."""
_ANEW_MS = DAY_MS // 4
"""How much further it reaches before it counts as said anew."""
BEGINNING = 120
"""So much of a message is shown where those that go are listed."""
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

    def due_soon(self, keep_days: int, now_ms: int) -> dict[int, int]:
        """Return of each thread how many messages the retention of *keep_days* (0: none) takes within `SAID_DAYS`."""
        if not keep_days:
            return {}
        sql = f"SELECT thread, count(*) {_OLD} GROUP BY thread"
        return dict(self._db.execute(sql, (_soon(keep_days, now_ms),)).fetchall())

    def leaving(self, keep_days: int, now_ms: int, limit: int = 500) -> tuple[Hit, ...]:
        """Return the beginnings of what `due_soon` counts, the oldest first, at most *limit*."""
        if not keep_days:
            return ()
        sql = f"SELECT id, thread, author, sent_ms, substr(text, 1, ?2) {_OLD} ORDER BY place LIMIT ?3"
        rows = self._db.execute(sql, (_soon(keep_days, now_ms), BEGINNING, limit))
        return tuple(
            Hit(message, thread, author, sent_ms, "", "", text)
            for message, thread, author, sent_ms, text in rows
        )

    def announce(self, keep_days: int, now_ms: int) -> None:
        """Keep that somebody is told now what `due_soon` counts."""
        if not keep_days:
            return
        soon = _soon(keep_days, now_ms)
        newest = self._db.execute("SELECT coalesce(max(before_ms), 0) FROM announced").fetchone()[0]
        if soon - newest >= _ANEW_MS:
            self._db.execute("INSERT OR REPLACE INTO announced VALUES (?, ?)", (now_ms, soon))
        self._db.execute(
            "DELETE FROM announced WHERE at_ms < (SELECT max(at_ms) FROM announced WHERE at_ms <= ?)",
            (now_ms - SAID_DAYS * DAY_MS,),
        )

    def retire(self, keep_days: int, now_ms: int, limit: int = 500) -> tuple[int, tuple[str, ...]]:
        """Delete read messages older than *keep_days* (0: none) of which it was said `SAID_DAYS` ago, at most *limit*.

        What was said of a stricter rule that no longer holds is forgotten. Return how many, and what is to go from the shelf.
        """
        soon = _soon(keep_days, now_ms) if keep_days else 0
        self._db.execute("DELETE FROM announced WHERE before_ms > ?", (soon,))
        if not keep_days:
            return 0, ()
        said = "SELECT coalesce(max(before_ms), 0) FROM announced WHERE at_ms <= ?"
        before = self._db.execute(said, (now_ms - SAID_DAYS * DAY_MS,)).fetchone()[0]
        sql = f"SELECT id, thread {_OLD} ORDER BY place LIMIT ?2"
        old = self._db.execute(sql, (min(before, now_ms - keep_days * DAY_MS), limit)).fetchall()
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


def _soon(keep_days: int, now_ms: int) -> int:
    """Return the time before which a message must have come to go within `SAID_DAYS`."""
    return now_ms - (keep_days - SAID_DAYS) * DAY_MS
