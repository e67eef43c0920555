"""Whether the platforms still speak: when each told of somebody last, and who should have answered there since. Pure, no Qt, no clock."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from app.monitoring.ordered import Ordered

if TYPE_CHECKING:
    from storage.monitoring.records import Questionnaire

AWAITED = 3
"""So many who were to answer, and none did, are the platform's silence and not their own."""
LATELY_MS = 30 * 86_400_000
"""Who was to answer longer ago counts no more: patients who were moved elsewhere make no platform late for ever."""


class Platforms:
    """Of the patients of one desk. A quiet night is no silence: nobody was to answer."""

    def __init__(self) -> None:
        self._spoke_ms: dict[str, int] = {}
        self._due: dict[str, Ordered[tuple[int, int]]] = defaultdict(lambda: Ordered(tuple))
        self._awaited: dict[int, tuple[str, int]] = {}

    def hear(self, told: Questionnaire) -> None:
        """Take it that a platform spoke."""
        self._spoke_ms[told.platform] = max(self._spoke_ms.get(told.platform, 0), told.received_ms)

    def expect(self, person: int, platform: str, due_ms: int) -> None:
        """Take it that a patient answers on a platform next at *due_ms*, 0: is not to."""
        self.forget(person)
        if due_ms:
            self._due[platform].add((due_ms, person))
            self._awaited[person] = platform, due_ms

    def forget(self, person: int) -> None:
        """Expect nothing of a patient."""
        if person in self._awaited:
            platform, due_ms = self._awaited.pop(person)
            self._due[platform].drop((due_ms, person))

    @property
    def newest_ms(self) -> int:
        """When one of them spoke last, 0 for never."""
        return max(self._spoke_ms.values(), default=0)

    def silent_ms(self, now_ms: int, late_ms: int) -> int:
        """Return since when one says nothing of several who were to answer *late_ms* ago or more; 0: none does."""
        until_ms, since_ms = now_ms - late_ms, now_ms - LATELY_MS
        silent = (
            spoke_ms
            for platform, spoke_ms in self._spoke_ms.items()
            if self._missing(platform, max(spoke_ms, since_ms), until_ms) >= AWAITED
        )
        return min(silent, default=0)

    def _missing(self, platform: str, since_ms: int, until_ms: int) -> int:
        """Return how many were to answer on a platform in a time."""
        due = self._due[platform]
        return due.before(until_ms + 1) - due.before(since_ms + 1)
