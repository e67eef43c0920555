"""What the host alone has (docs/protocol.md §5): the lobby, the batches, the links that it wrote."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.room.lobby import Lobby, Visitor, needs_click
from media.room.messages import ADD, LEFT, MAX_ADDS, MAX_MEMBERS, REPLACE, Op, digest

if TYPE_CHECKING:
    from media.room.roster import Roster

ADDS_MS = 1_000
LEAVES_MS = 5_000
SILENT_MS = 30_000
KEPT_LINKS = 64


@dataclass
class Pen:
    """The host's own state. `known`: device keys that need no click; `banned`: removed ones, which always do.

    `most` is the invitation's: how many people are in at once, 0 = as many as a call takes.
    """

    lobby: Lobby
    admin_seed: bytes = field(repr=False)
    admit_certified: bool
    known: set[bytes]
    most: int = 0
    banned: set[bytes] = field(default_factory=set)
    news: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=KEPT_LINKS))
    adds: list[Visitor] = field(default_factory=list)
    leaves: set[int] = field(default_factory=set)
    _adds_ms: int | None = None
    _leaves_ms: int | None = None

    def judge(self, visitor: Visitor, roster: Roster) -> str:
        """Say what happens to a visitor: "in", "wait", or why not: "locked", "full"."""
        here = _devices(roster)
        if roster.locked and visitor.verdict.ed25519_pk not in here:
            return "locked"
        if not self.has_room(visitor, roster):
            return "full"
        wait = needs_click(visitor, here | self.known, self.banned, admit_certified=self.admit_certified)
        return "wait" if wait else "in"

    def has_room(self, visitor: Visitor, roster: Roster) -> bool:
        """Tell whether one more may come in; who takes the place of its own older self always may."""
        here = _devices(roster)
        coming = {other.verdict.ed25519_pk for other in self.adds} - here
        taken = len(roster.seats) + len(coming)
        return visitor.verdict.ed25519_pk in here | coming or taken < (self.most or MAX_MEMBERS)

    def needs_nobody(self, visitor: Visitor, roster: Roster) -> bool:
        """Tell whether nothing but the certificate lets a visitor in: it never was in before."""
        return needs_click(visitor, _devices(roster) | self.known, self.banned, admit_certified=False)

    def add(self, now_ms: int, visitor: Visitor) -> None:
        """Let somebody in with the next batch; of two requests of one device the later one counts."""
        key = visitor.verdict.ed25519_pk
        self.adds = [other for other in self.adds if other.verdict.ed25519_pk != key] + [visitor]
        self.banned.discard(key)
        if self._adds_ms is None:
            self._adds_ms = now_ms + ADDS_MS

    def gone(self, knock: int) -> bool:
        """Forget a knocker; True when the lobby shows one less."""
        self.adds = [visitor for visitor in self.adds if visitor.knock != knock]
        return self.lobby.gone(knock)

    def leave(self, now_ms: int, slot: int) -> None:
        """Take somebody off the roster with the next batch of leaves."""
        self.leaves.add(slot)
        if self._leaves_ms is None:
            self._leaves_ms = now_ms + LEAVES_MS

    def due(self, now_ms: int, roster: Roster) -> tuple[list[Op], list[Visitor]]:
        """Return the batches whose time has come, as ops and those that they add."""
        ops: list[Op] = []
        visitors: list[Visitor] = []
        if self._leaves_ms is not None and now_ms >= self._leaves_ms:
            ops += self._leaving(roster)
        if self._adds_ms is not None and now_ms >= self._adds_ms:
            gone = {op.m for op in ops}
            visitors, self.adds = self.adds[:MAX_ADDS], self.adds[MAX_ADDS:]
            self._adds_ms = now_ms if self.adds else None
            ops += [
                _adding(visitor, roster, slot, gone)
                for slot, visitor in enumerate(visitors, roster.next_slot)
            ]
        return ops, visitors

    def _leaving(self, roster: Roster) -> list[Op]:
        leaves, self.leaves, self._leaves_ms = self.leaves, set(), None
        seats = [roster.seats[slot] for slot in sorted(leaves) if slot in roster.seats]
        return [Op(LEFT, seat.m, seat.slot) for seat in seats if seat.m != roster.host]


def _devices(roster: Roster) -> set[bytes]:
    return {seat.verdict.ed25519_pk for seat in roster.seats.values() if seat.verdict}


def _adding(visitor: Visitor, roster: Roster, slot: int, gone: set[bytes]) -> Op:
    """Return the op that adds a visitor, or puts it in the place of the same device's older self."""
    m = digest(visitor.obj)
    for seat in roster.seats.values():
        same = seat.verdict is not None and seat.verdict.ed25519_pk == visitor.verdict.ed25519_pk
        if same and seat.m != roster.host and seat.m not in gone:
            return Op(REPLACE, seat.m, slot, m)
    return Op(ADD, m, slot)
