"""How long messages are gathered, so that what a gateway sends in a day stays under a bound. Pure; time is passed in.

A device costs a block a batch, whatever is in it. The day's allowance fills up evenly; the more of it is used, the longer is gathered.
"""

from __future__ import annotations

DAY_MS = 86_400_000
BLOCKS_A_DAY = 225_000
"""About 2 GB: a block of 8 KiB costs 8.7 kB with what carries it."""
RESERVE = 2 / 3
"""The part of a day's allowance that may be used at once."""
STEPS = ((0.25, 2_000), (0.1, 15_000), (0.02, 60_000))
"""Above which part of the reserve how long is gathered (ms)."""
LONGEST_MS = 300_000


class Thrift:
    """The allowance of one gateway."""

    def __init__(self, now_ms: int, blocks_a_day: int = BLOCKS_A_DAY) -> None:
        self._a_day, self._at_ms = blocks_a_day, now_ms
        self._left = self._reserve = blocks_a_day * RESERVE

    def spend(self, blocks: int, now_ms: int) -> None:
        """Take *blocks* from the allowance."""
        self._fill(now_ms)
        self._left = max(0.0, self._left - blocks)

    def gather_ms(self, now_ms: int) -> int:
        """Return how long a unit's messages are gathered now."""
        self._fill(now_ms)
        part = self._left / self._reserve
        return next((ms for above, ms in STEPS if part > above), LONGEST_MS)

    def _fill(self, now_ms: int) -> None:
        passed = max(0, now_ms - self._at_ms)
        self._at_ms = now_ms
        self._left = min(self._reserve, self._left + passed * self._a_day * (1 - RESERVE) / DAY_MS)
