"""What is counted while a meeting runs: frames, losses, latencies, and kilobits a second."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.av.source import now_us
from media.engine.messages import StreamFigures

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = 4_096
METER_MS, LEAST_MS = 5_000, 1_000


@dataclass
class Count:
    """One received stream: frames decoded, frames lost, and the last 4,096 latencies in milliseconds."""

    frames: int = 0
    lost: int = 0
    made_up: int = 0
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))

    def decoded(self, capture_us: int) -> None:
        """Count a frame captured then and decoded now."""
        self.frames += 1
        self.latencies.append(max(0.0, (now_us() - capture_us) / 1000))


class Meter:
    """Kilobits a second over the last five seconds, or since the first byte (at least one second)."""

    def __init__(self) -> None:
        self._first_ms: float | None = None
        self._held: deque[tuple[float, int]] = deque()
        self._bytes = 0

    def add(self, size: int, now_ms: float) -> None:
        """Count *size* bytes."""
        if self._first_ms is None:
            self._first_ms = now_ms
        self._held.append((now_ms, size))
        self._bytes += size
        self._forget(now_ms)

    def kbps(self, now_ms: float) -> int:
        """Return the mean rate."""
        self._forget(now_ms)
        known_ms = now_ms - (now_ms if self._first_ms is None else self._first_ms)
        return round(self._bytes * 8 / min(METER_MS, max(LEAST_MS, known_ms)))

    def _forget(self, now_ms: float) -> None:
        while self._held and self._held[0][0] < now_ms - METER_MS:
            self._bytes -= self._held.popleft()[1]


class Tally:
    """All counts of one meeting, by (slot, stream)."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, int], Count] = {}
        self._meters: dict[tuple[int, int], Meter] = {}
        self.up = Meter()
        self.down = Meter()

    def of(self, slot: int, stream: int) -> Count:
        """Return the count of a stream."""
        return self._counts.setdefault((slot, stream), Count())

    def received(self, slot: int, stream: int, size: int, now_ms: float) -> None:
        """Count a frame of *size* bytes that arrived."""
        self.down.add(size, now_ms)
        self._meters.setdefault((slot, stream), Meter()).add(size, now_ms)

    def rates(self, now_ms: float) -> dict[tuple[int, int], int]:
        """Return kb/s of the streams that flow."""
        rates = {key: meter.kbps(now_ms) for key, meter in self._meters.items()}
        return {key: rate for key, rate in rates.items() if rate}

    def figures(self, names: Mapping[int, str]) -> list[StreamFigures]:
        """Return what the window may ask for; *names* by slot."""
        return [
            StreamFigures(
                slot=slot,
                name=names.get(slot, ""),
                stream=stream,
                frames=count.frames,
                lost=count.lost,
                made_up=count.made_up,
                p50_ms=_share(count, 0.5),
                p95_ms=_share(count, 0.95),
            )
            for (slot, stream), count in sorted(self._counts.items())
        ]


def _share(count: Count, share: float) -> float:
    ordered = sorted(count.latencies.copy())
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else 0.0
