"""Wrong passwords at one profile: each after the third makes the next wait longer. Without Qt.

What protects the vault is the cost of a try (Argon2id, 256 MiB); the waiting only keeps fingers at this keyboard from
guessing on. It is kept in memory: who can end the program can also copy the files.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FREE = 3
LONGEST_S = 60


class Tries:
    """Counts wrong secrets since the last right one; *clock* in seconds, never set back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.wrong = 0
        self._free_at = 0.0

    @property
    def wait_s(self) -> int:
        """Whole seconds until the next try is taken; 0 is now."""
        return max(0, math.ceil(self._free_at - self._clock()))

    def failed(self) -> None:
        """Count a wrong secret: after the third one waits 2 s, then twice as long each time, at most a minute."""
        self.wrong += 1
        if self.wrong >= FREE:
            self._free_at = self._clock() + min(2 ** min(self.wrong - FREE + 1, 10), LONGEST_S)

    def came_in(self) -> int:
        """Forget the count at a right secret; return what it was."""
        wrong, self.wrong, self._free_at = self.wrong, 0, 0.0
        return wrong
