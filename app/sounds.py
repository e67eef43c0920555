"""Short tones of our own, computed and not recorded, and who plays them: aside, one at a time, silent where nothing can play."""

from __future__ import annotations

import array
import logging
import math
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = 48_000
LOUDNESS = 0.22
RISE_S = 0.006
TONES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "knock": ((392.0, 0.0, 0.16), (392.0, 0.2, 0.28)),
    "arrive": ((523.3, 0.0, 0.18), (784.0, 0.14, 0.34)),
    "message": ((587.3, 0.0, 0.14), (698.5, 0.12, 0.24)),
    "alert": ((440.0, 0.0, 0.18), (523.3, 0.18, 0.3)),
    "urgent": ((698.5, 0.0, 0.16), (587.3, 0.18, 0.16), (698.5, 0.36, 0.34)),
    "soon": ((659.3, 0.0, 0.2), (523.3, 0.2, 0.2), (659.3, 0.4, 0.4)),
}
"""Name -> notes: pitch in hertz, begin and length in seconds."""
log = logging.getLogger(__name__)


@cache
def tone(name: str) -> bytes:
    """Return a sound: 48 kHz, mono, signed 16 bits."""
    notes = TONES[name]
    whole = [0.0] * int(RATE * max(begin + length for _, begin, length in notes))
    for pitch, begin, length in notes:
        first = int(RATE * begin)
        for i in range(int(RATE * length)):
            whole[first + i] += _wave(pitch, i / RATE, length)
    return array.array("h", (int(32767 * LOUDNESS * max(-1.0, min(1.0, one))) for one in whole)).tobytes()


def _wave(pitch: float, at_s: float, length: float) -> float:
    """Return a note that swells in and dies away, with one soft overtone."""
    swell = min(1.0, at_s / RISE_S) * (1.0 - at_s / length) ** 2
    turn = 2 * math.pi * pitch * at_s
    return swell * (0.8 * math.sin(turn) + 0.2 * math.sin(2 * turn))


class Sounds:
    """Plays by name on a thread of its own. What comes while one sounds is left out; no device is no error."""

    def __init__(self, play: Callable[[bytes], None]) -> None:
        self._play = play
        self._busy = threading.Lock()

    def play(self, name: str) -> None:
        """Begin to play; returns at once, on any thread."""
        if self._busy.acquire(blocking=False):
            threading.Thread(target=self._run, args=(name,), name="sound", daemon=True).start()

    def _run(self, name: str) -> None:
        try:
            self._play(tone(name))
        except Exception as error:  # noqa: BLE001 -- a sound is never the only signal: its failure is none of the user's
            log.info("no sound: %s", type(error).__name__)
        finally:
            self._busy.release()
