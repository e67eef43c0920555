"""How many alerts each list holds, of each grade and overdue: kept while they come and go. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.monitoring.ordered import Ordered
from app.monitoring.ports import List, Tally

if TYPE_CHECKING:
    from app.monitoring.ports import Item

OPEN = frozenset((List.TODO, List.IN_HAND, List.ESCALATED))
GRADES = 6


class Tallies:
    """Of all lists; a delay runs in those that are open."""

    def __init__(self) -> None:
        self._grades = {one: [0] * GRADES for one in List}
        self._dues: dict[List, Ordered[tuple[int, bytes]]] = {one: Ordered(tuple) for one in OPEN}

    def add(self, item: Item, which: List) -> None:
        """Count an alert in a list."""
        self._grades[which][max(item.pressing, 0)] += 1
        if which in OPEN and item.due.due_ms:
            self._dues[which].add((item.due.due_ms, item.alert))

    def drop(self, item: Item, which: List) -> None:
        """Count an alert no more that is in a list."""
        self._grades[which][max(item.pressing, 0)] -= 1
        if which in OPEN and item.due.due_ms:
            self._dues[which].drop((item.due.due_ms, item.alert))

    def at(self, now_ms: int) -> dict[List, Tally]:
        """Return how each list stands at a moment."""
        return {one: Tally(tuple(self._grades[one]), self._overdue(one, now_ms)) for one in List}

    def _overdue(self, which: List, now_ms: int) -> int:
        return self._dues[which].before(now_ms) if which in OPEN else 0
