"""Counts what one participant receives: frames, gaps in their numbers, and how old they were."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from app.demo.orders import StreamCount
from media import wire
from media.av.gaps import Gaps

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = {wire.VOICE: "voice", wire.THUMBNAIL: "thumbnail", wire.CAMERA: "camera", wire.SCREEN: "screen"}
MOST_AGES = 4_096


class _Stream:
    """One stream of one sender."""

    def __init__(self, *, voice: bool) -> None:
        self.gaps = Gaps(voice=voice)
        self.frames = 0
        self.ages_ms = array("f")

    def take(self, flags: int, frame: int, age_ms: float) -> None:
        self.gaps.take(flags, frame)
        self.frames += 1
        if len(self.ages_ms) >= MOST_AGES:
            del self.ages_ms[: MOST_AGES // 2]
        self.ages_ms.append(age_ms)


class Tally:
    """What arrived between `open` and `close`, by (slot, stream)."""

    def __init__(self) -> None:
        self._streams: dict[tuple[int, int], _Stream] = {}
        self._decodable: set[tuple[int, int]] = set()
        self._open = False

    def open(self) -> None:
        """Count from now on, from nought."""
        self._streams.clear()
        self._open = True

    def close(self) -> None:
        """Count no more."""
        self._open = False

    def take(self, slot: int, stream: int, flags: int, frame: int, age_ms: float) -> None:
        """Count a frame that was received and opened *age_ms* after its capture; video counts from a key frame on."""
        if stream == wire.VOICE or flags & wire.FLAG_KEY:
            self._decodable.add((slot, stream))
        if self._open and (slot, stream) in self._decodable:
            self._streams.setdefault((slot, stream), _Stream(voice=stream == wire.VOICE)).take(
                flags, frame, age_ms
            )

    def counts(self, names: Mapping[int, str]) -> list[StreamCount]:
        """Return the counts, by the *names* of the slots; who left meanwhile is not named and not counted."""
        return [
            StreamCount(
                sender=names[slot],
                kind=KINDS[stream],
                frames=one.frames,
                lost=one.gaps.lost,
                p50_ms=quantile(one.ages_ms, 0.5),
                p95_ms=quantile(one.ages_ms, 0.95),
            )
            for (slot, stream), one in sorted(self._streams.items())
            if slot in names
        ]


def quantile(values: array[float], share: float) -> float:
    """Return the nearest-rank quantile of *values*, rounded to 0.01; 0 of none."""
    if not values:
        return 0.0
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 2)
