"""The call code (docs/protocol.md §7): all commit, then all reveal; whoever commits last has seen nothing to choose by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.keys import code
from media.room.controls import Commit, Reveal
from media.room.shown import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ROUNDS = 3
PATIENCE_MS = 15_000

Step = Commit | Reveal | Code


class CodeRounds:
    """The rounds of one call as member *m* on *slot* lives them; every method returns what to say and to show."""

    def __init__(self, call: bytes, slot: int, m: bytes) -> None:
        self._call, self._slot, self._m = call, slot, m
        self._round = 0
        self._open = False
        self._since_ms = 0
        self._at: tuple[int, bytes] = (0, b"")
        self._members: dict[int, bytes] = {}
        self._r = b""
        self._commits: dict[int, bytes] = {}
        self._reveals: dict[int, bytes] = {}

    def ask(self, now_ms: int, n: int, link_hash: bytes, members: Mapping[int, bytes]) -> list[Step]:
        """Begin a round among *members* (slot -> m) of link *n*; refused while one runs and after the third."""
        if self._open:
            return []
        if self._round >= MAX_ROUNDS:
            return [Code("refused")]
        return self._begin(now_ms, self._round + 1, (n, link_hash), members)

    def commit(
        self, now_ms: int, slot: int, said: Commit, at: tuple[int, bytes], members: Mapping[int, bytes]
    ) -> list[Step]:
        """Take somebody's commitment; the first one of a new round makes us commit too."""
        steps: list[Step] = []
        if (said.n, said.link_hash) != at or slot not in members:
            return []
        if not self._open and self._round < said.round <= MAX_ROUNDS:
            steps += self._begin(now_ms, said.round, at, members)
        if not self._open or said.round != self._round:
            return steps
        if self._commits.setdefault(slot, said.commitment) != said.commitment:
            return [*steps, *self.void()]
        return steps + self._reveal_if_all()

    def reveal(self, slot: int, said: Reveal) -> list[Step]:
        """Take what somebody committed to; raises TrustError("code-mismatch") when it is something else."""
        if not self._open or (said.n, said.link_hash) != self._at or said.round != self._round:
            return []
        if slot not in self._commits:
            return self.void()
        code.reveal(self._commits[slot], self._call, self._at[1], self._members[slot], said.r)
        self._reveals[slot] = said.r
        return self._finish_if_all()

    def void(self) -> list[Step]:
        """End a running round without a code: the roster changed, or somebody cheated."""
        running, self._open = self._open, False
        return [Code("void")] if running else []

    def tick(self, now_ms: int) -> list[Step]:
        """End a round that somebody does not finish within 15 s."""
        return self.void() if self._open and now_ms - self._since_ms > PATIENCE_MS else []

    def _begin(
        self, now_ms: int, number: int, at: tuple[int, bytes], members: Mapping[int, bytes]
    ) -> list[Step]:
        self._round, self._open, self._since_ms, self._at = number, True, now_ms, at
        self._members = dict(members)
        self._r = code.random()
        mine = code.commitment(self._call, at[1], self._m, self._r)
        self._commits, self._reveals = {self._slot: mine}, {}
        return [Commit(*at, number, mine), Code("asked"), *self._reveal_if_all()]

    def _reveal_if_all(self) -> list[Step]:
        if self._commits.keys() != self._members.keys() or self._slot in self._reveals:
            return []
        self._reveals[self._slot] = self._r
        return [Reveal(*self._at, self._round, self._r), *self._finish_if_all()]

    def _finish_if_all(self) -> list[Step]:
        if self._reveals.keys() != self._members.keys():
            return []
        self._open = False
        rows = [(self._members[slot], self._reveals[slot]) for slot in sorted(self._members)]
        return [Code("ready", code.digits(self._call, self._at[1], rows))]
