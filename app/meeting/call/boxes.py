"""Which arena box shows which stream: kept as long as it is shown, and a new owner never shows the old one's picture."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from media.engine.frames import SIZES, STAGES, TILE_SIZE

if TYPE_CHECKING:
    from app.meeting.ports import Arena

IN_FLIGHT = 1
"""Pictures of the old owner that may still arrive after the box was given away."""


class Boxes:
    """Gives boxes to (slot, stream); the box that was free longest goes first."""

    SMALL = TILE_SIZE

    def __init__(self) -> None:
        self._owner: dict[tuple[int, int], int] = {}
        self._after: dict[int, int] = {}
        self._large = deque(range(STAGES))
        self._small = deque(range(STAGES, len(SIZES)))
        self._asked: set[tuple[int, int]] = set()

    def begin(self) -> None:
        """Begin a new arrangement."""
        self._asked = set()

    def take(self, key: tuple[int, int], arena: Arena, *, big: bool) -> int:
        """Return the box of *key*; -1 when there are no more."""
        self._asked.add(key)
        held = self._owner.get(key)
        if held is not None and (held < STAGES) == big:
            return held
        if held is not None:
            self._give_back(held)
        free = self._large if big and self._large else self._small or self._large
        if not free:
            self._owner.pop(key, None)
            return -1
        box = self._owner[key] = free.popleft()
        last = arena.read(box)
        self._after[box] = last.number + IN_FLIGHT if last is not None else 0
        return box

    def end(self) -> None:
        """Take back the boxes of what is not shown any more."""
        for key in self._owner.keys() - self._asked:
            self._give_back(self._owner.pop(key))

    def _give_back(self, box: int) -> None:
        (self._large if box < STAGES else self._small).append(box)

    def is_new(self, box: int, number: int) -> bool:
        """Tell whether picture *number* belongs to the owner of today."""
        return number > self._after.get(box, 0)

    @staticmethod
    def fit(box: int, width: int, height: int) -> tuple[int, int]:
        """Return the size to ask for: as shown, or smaller in the same shape where the box is smaller."""
        most_width, most_height = SIZES[box]
        scale = min(1.0, most_width / max(width, 1), most_height / max(height, 1))
        return max(2, int(width * scale)), max(2, int(height * scale))
