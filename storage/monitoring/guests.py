"""Records of people who are in no service: rules that name them may come later, so they are kept, but only so many of them.

Of a day only so much is taken of one of them, and of those whose records count for nothing only so much is kept: the oldest go first,
of whoever has the most. What a member of a service said never stands here (docs/telemonitoring.md §4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.monitoring.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection

    from storage.monitoring.trace import Kept

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Room:
    """How many records, and how many bytes of them."""

    count: int
    bytes: int

    def exceeded(self, count: int, size: int) -> bool:
        """Tell whether so much is too much."""
        return count > self.count or size > self.bytes


A_DAY = Room(2_000, 16 << 20)
"""Of one author, whom no service names now: nobody honest does so much in a day."""
EACH, ALL = Room(5_000, 32 << 20), Room(20_000, 128 << 20)
"""Of one author whose records count for nothing, and of all of them."""


@dataclass(frozen=True)
class Taken:
    """What became of a record: whether it is `fresh`, kept now; `full`: for the first time today there was no room for it, or an older one went."""

    fresh: bool
    full: bool = False


class Guests:
    """Queries on the connection of one transaction."""

    a_day, each, everybody = A_DAY, EACH, ALL

    def __init__(self, db: Connection) -> None:
        self._db, self._trace = db, Trace(db)

    def keep(self, one: Kept, *, counts: bool) -> Taken:
        """Keep a record of somebody in no service where there is room today; what *counts* all the same is never dropped."""
        if self._trace.get(one.id) is not None:
            return Taken(fresh=False)
        day, size = one.came_ms // DAY_MS, len(one.proof) + len(one.box) + len(one.data)
        if not self._fits(one.author, day, size):
            return Taken(fresh=False, full=self._first(one.author, day))
        self._trace.keep(one)
        if counts:
            return Taken(fresh=True)
        sql = "INSERT INTO guest_record SELECT place, author, ? FROM record WHERE id = ?"
        self._db.execute(sql, (size, one.id))
        return Taken(fresh=True, full=self._make_room(one.author) and self._first(one.author, day))

    def admit(self, users: Iterable[bytes]) -> None:
        """Drop nothing of *users*, whom a service names now."""
        self._db.executemany("DELETE FROM guest_record WHERE author = ?", [(user,) for user in users])

    def _fits(self, author: bytes, day: int, size: int) -> bool:
        """Count one more record of *author* on *day*, where there is room for it."""
        self._db.execute("INSERT OR IGNORE INTO guest VALUES (?, ?, 0, 0, -1)", (author, day))
        anew = "UPDATE guest SET day = ?2, count = 0, bytes = 0 WHERE author = ?1 AND day <> ?2"
        self._db.execute(anew, (author, day))
        sql = "SELECT count, bytes FROM guest WHERE author = ?"
        count, octets = self._db.execute(sql, (author,)).fetchone()
        if self.a_day.exceeded(count + 1, octets + size):
            return False
        more = "UPDATE guest SET count = count + 1, bytes = bytes + ? WHERE author = ?"
        self._db.execute(more, (size, author))
        return True

    def _first(self, author: bytes, day: int) -> bool:
        """Tell whether there is no room for *author* for the first time on *day*."""
        sql = "UPDATE guest SET said = ?2 WHERE author = ?1 AND said <> ?2"
        return self._db.execute(sql, (author, day)).rowcount == 1

    def _make_room(self, author: bytes) -> bool:
        """Drop the oldest of *author*, then of whoever has most, until all is within its room; tell whether any went."""
        dropped = False
        while self.each.exceeded(*self._weigh("WHERE author = ?", author)):
            self._drop(author)
            dropped = True
        while self.everybody.exceeded(*self._weigh()):
            self._drop(self._largest())
            dropped = True
        return dropped

    def _largest(self) -> bytes:
        """Return whose records take the largest share of the room for all."""
        sql = (
            "SELECT author FROM guest_record GROUP BY author"
            " ORDER BY max(count(*) * 1.0 / ?, sum(bytes) * 1.0 / ?) DESC, author LIMIT 1"
        )
        return bytes(self._db.execute(sql, (self.everybody.count, self.everybody.bytes)).fetchone()[0])

    def _weigh(self, where: str = "", *values: object) -> tuple[int, int]:
        sql = f"SELECT count(*), coalesce(sum(bytes), 0) FROM guest_record {where}"  # noqa: S608 -- *where* is made here
        count, octets = self._db.execute(sql, values).fetchone()
        return int(count), int(octets)

    def _drop(self, author: bytes) -> None:
        """Drop the oldest record of *author*."""
        sql = "SELECT min(place) FROM guest_record WHERE author = ?"
        oldest = self._db.execute(sql, (author,)).fetchone()
        self._db.execute("DELETE FROM guest_record WHERE place = ?", oldest)
        self._db.execute("DELETE FROM record WHERE place = ?", oldest)
