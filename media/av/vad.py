"""Voice activity by energy over the room's own noise, with a hangover so that word ends are kept."""

from __future__ import annotations

import audioop
import math
from dataclasses import dataclass

HANGOVER_FRAMES = 20
OVER_NOISE = 3.0
QUIETEST = 60
NOISE_RISE = 1.01


@dataclass(frozen=True)
class Heard:
    """What one 20 ms frame holds: speech or not, whether a spurt begins here, and its level 0..1."""

    active: bool
    start: bool
    level: float


class Vad:
    """Judges frames of signed 16-bit sound in order. Speech is three times (10 dB) over the noise floor.

    The floor falls at once and rises by 1 % a frame while nobody speaks, a tenth of that during speech.
    """

    def __init__(self) -> None:
        self._noise = float(QUIETEST)
        self._left = 0

    def hear(self, pcm: bytes) -> Heard:
        """Judge the next frame."""
        rms = audioop.rms(pcm, 2)
        loud = rms > self._noise * OVER_NOISE
        rise = 1 + (NOISE_RISE - 1) / 10 if loud else NOISE_RISE
        self._noise = max(float(QUIETEST), min(float(rms), self._noise * rise))
        was_active = self._left > 0
        self._left = HANGOVER_FRAMES if loud else max(0, self._left - 1)
        active = self._left > 0
        return Heard(active, active and not was_active, level(rms))


def level(rms: float) -> float:
    """Return *rms* (0..32768) on a 0..1 scale of 60 dB, as meters show it."""
    if rms < 1:
        return 0.0
    return max(0.0, min(1.0, 1 + 20 * math.log10(rms / 16_384) / 60))
