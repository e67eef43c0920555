"""Three notes mixed into what the speaker plays: who tests the speaker hears it by the way that voices take."""

from __future__ import annotations

import audioop
import math
import sys
import threading
from array import array
from functools import cache
from typing import TYPE_CHECKING

from media.av.opus import PCM_BYTES, RATE

if TYPE_CHECKING:
    from collections.abc import Callable

NOTES_HZ = (523.25, 659.25, 783.99)
NOTE_S = 0.22
PEAK = 9_000


@cache
def notes() -> bytes:
    """Return the notes: signed 16-bit mono, whole frames of 20 ms."""
    length = int(NOTE_S * RATE)
    wave = array("h")
    for pitch in NOTES_HZ:
        wave.extend(
            int(PEAK * math.sin(math.pi * at / length) ** 2 * math.sin(2 * math.pi * pitch * at / RATE))
            for at in range(length)
        )
    if sys.byteorder == "big":
        wave.byteswap()
    sound = wave.tobytes()
    return sound + bytes(-len(sound) % PCM_BYTES)


class Chime:
    """Stands between the mix and the speaker. `pull` is called on the speaker's thread, `ring` on any."""

    def __init__(self, mix: Callable[[], bytes]) -> None:
        self._mix = mix
        self._lock = threading.Lock()
        self._left = b""

    def ring(self) -> None:
        """Play the notes, from their beginning."""
        with self._lock:
            self._left = notes()

    def pull(self) -> bytes:
        """Return the next 20 ms: the mix, and the notes while they last."""
        sound = self._mix()
        with self._lock:
            note, self._left = self._left[:PCM_BYTES], self._left[PCM_BYTES:]
        return audioop.add(sound, note, 2) if note else sound
