"""Pacing: pure. A large frame leaves in small groups of packets, so that no queue on the line overflows."""

from __future__ import annotations

GROUP_MS = 5.0
SPEED_UP = 2.5
"""Groups leave faster than the stream's mean rate, else a key frame would arrive late."""


class Pacer:
    """Spreads packets at 2.5 times *kbps*; small frames leave at once. Times in milliseconds, passed in."""

    def __init__(self, kbps: int) -> None:
        self.kbps = kbps
        self._free_ms = 0.0

    @property
    def group_bytes(self) -> int:
        """What may leave in one group: 5 ms of the paced rate, at least two packets."""
        return max(2_400, int(self.kbps * SPEED_UP * GROUP_MS / 8))

    def plan(self, sizes: list[int], now_ms: float) -> list[tuple[float, int]]:
        """Return (when, how many of the next packets) for packets of *sizes* bytes, in order."""
        at = max(now_ms, self._free_ms)
        groups: list[tuple[float, int]] = []
        count = held = 0
        for size in sizes:
            if count and held + size > self.group_bytes:
                groups.append((at, count))
                at += self._takes_ms(held)
                count = held = 0
            count, held = count + 1, held + size
        if count:
            groups.append((at, count))
            at += self._takes_ms(held)
        self._free_ms = at
        return groups

    def backlog_ms(self, now_ms: float) -> float:
        """Return how long what was planned still takes; a sender skips pictures while this is large."""
        return max(0.0, self._free_ms - now_ms)

    def _takes_ms(self, size: int) -> float:
        return size * 8 / (self.kbps * SPEED_UP)
