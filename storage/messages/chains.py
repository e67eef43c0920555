"""Chains of headers: the own ones, where no number is ever used twice, and what is known of those of others."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, TypeVar

from storage.messages.posting import Chain, Gap, Link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from sqlite3 import Connection

    from storage.messages.posting import Arrival

T = TypeVar("T")
CHAIN_BYTES = 16
MAX_GAPS = 256
"""Of one chain; who makes more loses the oldest from sight."""


class Chains:
    """Queries over chains, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def next(self, conv: bytes, write: Callable[[Link], tuple[T, bytes]]) -> T:
        """Let *write* make the next header of the own chain: it returns what it made, and the hash of the header's body.

        The number is taken in this transaction, with whatever else is in it: all of it or nothing.
        """
        row = self._db.execute(
            "SELECT chain, seq, prev_hash FROM own_chain WHERE conv = ?", (conv,)
        ).fetchone()
        link = Link(*row) if row else Link(secrets.token_bytes(CHAIN_BYTES), 0, b"")
        made, digest = write(link)
        sql = "INSERT OR REPLACE INTO own_chain VALUES (?, ?, ?, ?)"
        self._db.execute(sql, (conv, link.chain, link.seq + 1, digest))
        return made

    def known(self, device: bytes, chain: bytes) -> Chain:
        """Return what is known of the chain of a device; an unknown one begins at 0."""
        sql = "SELECT seq, hash, forked FROM chain WHERE device = ? AND chain = ?"
        row = self._db.execute(sql, (device, chain)).fetchone()
        if row is None:
            return Chain()
        gaps = "SELECT first, last, hash, since_ms FROM gap WHERE device = ? AND chain = ? ORDER BY first"
        found = (Gap(*gap) for gap in self._db.execute(gaps, (device, chain)))
        return Chain(row[0], row[1], tuple(found), bool(row[2]))

    def note(self, arrival: Arrival) -> None:
        """Remember that a number of a chain came: the next one, one behind a gap, or one that was missing."""
        known = self.known(arrival.device, arrival.chain)
        if arrival.seq < known.seq:
            self._heal(arrival, known.gaps)
            return
        sql = "INSERT INTO chain VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash"
        row = (arrival.device, arrival.chain, arrival.conv, arrival.seq + 1, arrival.hash)
        self._db.execute(sql, row)
        if arrival.seq > known.seq:
            self._open(arrival, [Gap(known.seq, arrival.seq - 1, arrival.prev_hash, arrival.at_ms)])

    def fork(self, device: bytes, chain: bytes) -> None:
        """Remember that a device showed two histories."""
        self._db.execute("UPDATE chain SET forked = 1 WHERE device = ? AND chain = ?", (device, chain))

    def gaps(self, conv: bytes) -> tuple[Gap, ...]:
        """Return what is missing in a conversation, over all devices."""
        sql = "SELECT g.first, g.last, g.hash, g.since_ms FROM gap g JOIN chain c USING (device, chain) WHERE c.conv = ?"
        return tuple(Gap(*row) for row in self._db.execute(f"{sql} ORDER BY g.since_ms", (conv,)))

    def _heal(self, arrival: Arrival, gaps: Iterable[Gap]) -> None:
        """Take a number out of the gap that it was missing in: what is left of it stays."""
        for gap in gaps:
            if gap.first <= arrival.seq <= gap.last:
                sql = "DELETE FROM gap WHERE device = ? AND chain = ? AND first = ?"
                self._db.execute(sql, (arrival.device, arrival.chain, gap.first))
                below = Gap(gap.first, arrival.seq - 1, arrival.prev_hash, gap.since_ms)
                above = Gap(arrival.seq + 1, gap.last, gap.hash, gap.since_ms)
                self._open(arrival, [part for part in (below, above) if part.first <= part.last])

    def _open(self, arrival: Arrival, gaps: Iterable[Gap]) -> None:
        key = (arrival.device, arrival.chain)
        rows = [(*key, gap.first, gap.last, gap.hash, gap.since_ms) for gap in gaps]
        self._db.executemany("INSERT INTO gap VALUES (?, ?, ?, ?, ?, ?)", rows)
        oldest = "SELECT first FROM gap WHERE device = ? AND chain = ? ORDER BY first DESC LIMIT 1 OFFSET ?"
        row = self._db.execute(oldest, (*key, MAX_GAPS)).fetchone()
        if row:
            self._db.execute("DELETE FROM gap WHERE device = ? AND chain = ? AND first <= ?", (*key, row[0]))
