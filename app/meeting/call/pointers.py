"""Pointers over the shared picture: others' as they glide and fade, the own one as it is told. No Qt, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

SHOWN_MS = 3_000
"""How long a pointer is seen after its last move."""
GLIDE_MS = 80
"""How long it takes to a new place: about the time until the next one comes."""
TELL_MS = 60
"""How often the own pointer is told at most; the room lets 20 a second pass."""
MOST = 0xFFFF


@dataclass(frozen=True)
class Spot:
    """A pointer as it is seen now: whose, and where in the picture (0..1)."""

    slot: int
    x: float
    y: float


@dataclass(frozen=True)
class _Move:
    sharer: int
    start: tuple[float, float]
    end: tuple[float, float]
    at_ms: int

    def now(self, now_ms: int) -> tuple[float, float]:
        done = min(1.0, max(0.0, (now_ms - self.at_ms) / GLIDE_MS))
        x, y = (a + (b - a) * done for a, b in zip(self.start, self.end, strict=True))
        return x, y


class Pointers:
    """The last move of each member."""

    def __init__(self) -> None:
        self._moves: dict[int, _Move] = {}

    def heard(self, slot: int, sharer: int, x: float, y: float, now_ms: int) -> None:
        """Let the pointer of *slot* go to a spot (0..1) of what *sharer* shares; from where it is seen now, if it is."""
        last = self._moves.get(slot)
        seen = last is not None and last.sharer == sharer and now_ms - last.at_ms < SHOWN_MS
        start = last.now(now_ms) if last is not None and seen else (x, y)
        self._moves[slot] = _Move(sharer, start, (x, y), now_ms)

    def keep(self, slots: Collection[int]) -> None:
        """Forget the pointers of those who are not in the meeting (any more)."""
        self._moves = {slot: move for slot, move in self._moves.items() if slot in slots}

    def seen(self, sharer: int, now_ms: int) -> list[Spot]:
        """Return the pointers over what *sharer* shares, by slot."""
        return [
            Spot(slot, *move.now(now_ms))
            for slot, move in sorted(self._moves.items())
            if move.sharer == sharer and now_ms - move.at_ms < SHOWN_MS
        ]

    def next_ms(self, now_ms: int) -> int | None:
        """Return in how many milliseconds the picture of the pointers changes: 0 while one glides, None for never."""
        ages = [now_ms - move.at_ms for move in self._moves.values() if now_ms - move.at_ms < SHOWN_MS]
        if any(age < GLIDE_MS for age in ages):
            return 0
        return min((SHOWN_MS - age for age in ages), default=None)


class Telling:
    """Tells where the own pointer is: at once, then at most every 60 ms, the last place always."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self._tell = tell
        self._told_ms: int | None = None
        self._held: tuple[float, float] | None = None

    def move(self, x: float, y: float, now_ms: int) -> int | None:
        """Move to a spot (0..1); returns after how many milliseconds `due` wants to be called, None for not."""
        self._held = x, y
        return self.due(now_ms)

    def due(self, now_ms: int) -> int | None:
        """Tell what is held back, if it is time; returns as `move`."""
        if self._held is None:
            return None
        wait = 0 if self._told_ms is None else self._told_ms + TELL_MS - now_ms
        if 0 < wait <= TELL_MS:
            return wait
        (x, y), self._held, self._told_ms = self._held, None, now_ms
        self._tell(_whole(x), _whole(y))
        return None

    def stop(self) -> None:
        """Hold nothing back any more."""
        self._held = None


def _whole(part: float) -> int:
    return max(0, min(MOST, round(part * MOST)))
