"""Many voices into one stream, with a limiter instead of clipping."""

from __future__ import annotations

import audioop
from typing import TYPE_CHECKING

from media.av.opus import SILENCE

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADROOM = 16
LIMIT = 30_000
RELEASE = 1.05


class Mixer:
    """Adds 20 ms frames of signed 16-bit mono sound; where the sum would clip, all of it is made quieter.

    The gain falls at once and comes back by 5 % a frame, so that a loud moment does not pump.
    """

    def __init__(self) -> None:
        self._gain = 1.0

    def mix(self, voices: Iterable[tuple[bytes, float]]) -> bytes:
        """Return the sum of (sound, gain) pairs; silence when there is none. More than sixteen full voices saturate."""
        total: bytes | None = None
        for sound, gain in voices:
            part = audioop.mul(audioop.lin2lin(sound, 2, 4), 4, gain / HEADROOM)
            total = part if total is None else audioop.add(total, part, 4)
        if total is None:
            self._gain = min(1.0, self._gain * RELEASE)
            return SILENCE
        peak = audioop.max(total, 4) * HEADROOM / 65_536
        self._gain = min(1.0, self._gain * RELEASE, LIMIT / peak if peak > LIMIT else 1.0)
        return audioop.lin2lin(audioop.mul(total, 4, self._gain * HEADROOM), 4, 2)
