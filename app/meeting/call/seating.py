"""Who sits where on the wall: an order that stays, so that nobody jumps. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Seating:
    """Keeps one order of seats. Who speaks on a later page changes seats with whoever was silent longest on the first."""

    def __init__(self) -> None:
        self._order: list[int] = []
        self._spoke: dict[int, int] = {}
        self._turn = 0

    def seat(
        self, slots: Sequence[int], speaking: Collection[int], room: int, own: int | None = None
    ) -> list[int]:
        """Return *slots* as seated: newcomers last, speakers among the first *room*, *own* never moved to a later page."""
        self._turn += 1
        here = set(slots)
        self._order = [slot for slot in self._order if slot in here]
        seated = set(self._order)
        self._order += [slot for slot in slots if slot not in seated]
        talking = [slot for slot in speaking if slot in here]
        self._spoke = {slot: turn for slot, turn in self._spoke.items() if slot in here}
        self._spoke.update(dict.fromkeys(talking, self._turn))
        for slot in talking:
            self._bring_forward(slot, room, own)
        return list(self._order)

    def _bring_forward(self, slot: int, room: int, own: int | None) -> None:
        at = self._order.index(slot)
        if at < room:
            return
        free = [seat for seat in range(room) if self._order[seat] != own]
        silent = min(free, key=lambda seat: (self._spoke.get(self._order[seat], 0), -seat), default=None)
        if silent is not None and self._spoke.get(self._order[silent], 0) < self._turn:
            self._order[silent], self._order[at] = slot, self._order[silent]


def pages(count: int, room: int) -> int:
    """Return on how many pages of *room* seats *count* people sit; at least one."""
    return max(1, -(-count // max(room, 1)))
