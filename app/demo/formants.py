"""A voice without espeak-ng: French spelling turned into a chain of vowels and noises, filtered by three resonators.

Nobody takes it for a person, but it has the rhythm, pitch and spectrum of speech, which is what microphones, voice activity
and ears are tested with (Klatt 1980, the cascade part).
"""

from __future__ import annotations

import math
import random
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE = 16_000
_VOWELS = {
    "a": (730, 1250, 2500), "à": (730, 1250, 2500), "e": (500, 1450, 2400), "é": (380, 2100, 2700), "è": (560, 1800, 2550),
    "ê": (560, 1800, 2550), "i": (280, 2250, 3000), "o": (430, 850, 2400), "ô": (400, 780, 2400), "u": (300, 1750, 2200),
    "y": (280, 2200, 2900), "œ": (450, 1450, 2350), "h": (450, 1450, 2350),
}  # fmt: skip
_NASAL = (270, 1100, 2200)
_WIDTHS = (70, 100, 140)


@dataclass(frozen=True)
class _Sound:
    """A stretch of sound: milliseconds, formants in Hz, and how loud voicing and noise are (0..1)."""

    ms: float
    formants: tuple[int, int, int]
    voiced: float
    noise: float


def _sounds(text: str) -> Iterator[_Sound]:
    for letter in text.lower():
        if letter in _VOWELS:
            yield _Sound(105, _VOWELS[letter], 1, 0.01)
        elif letter in "mnlrjgvz":
            yield _Sound(60, _NASAL, 0.45, 0.06)
        elif letter in "fsçx":
            yield _Sound(80, (1500, 3800, 5400), 0, 0.3)
        elif letter in "ptkcqbd":
            yield _Sound(45, _NASAL, 0.03, 0)
            yield _Sound(18, (900, 2400, 4200), 0, 0.35)
        elif letter in ".,:;!?":
            yield _Sound(170, _NASAL, 0, 0)


def _resonator(frequency: float, width: float) -> tuple[float, float, float]:
    r = math.exp(-math.pi * width / RATE)
    b = 2 * r * math.cos(2 * math.pi * frequency / RATE)
    return 1 - b + r * r, b, -r * r


def speak(text: str, pitch_hz: int, rate: int, tract: float) -> bytes:
    """Return *text* as signed 16-bit mono sound at `RATE`; *rate* in words a minute, *tract* scales the formants."""
    dice = random.Random(text)
    samples = array("h")
    memory = [[0.0, 0.0] for _ in range(3)]
    phase, total = 0.0, 0
    for sound in _sounds(text):
        count = int(sound.ms * 165 / rate * RATE / 1000)
        filters = [_resonator(f * tract, w) for f, w in zip(sound.formants, _WIDTHS, strict=True)]
        for at in range(count):
            lilt = 1 + 0.09 * math.sin(total / RATE * 5.1) - 0.05 * (total / RATE % 3)
            phase = (phase + pitch_hz * lilt / RATE) % 1
            pulse = (phase * 3.4) ** 2 * (1 - phase * 1.7) if phase < 0.59 else 0.0
            fade = min(1.0, at / 160, (count - at) / 160)
            value = fade * (sound.voiced * (pulse - 0.2) + sound.noise * dice.uniform(-1, 1))
            for (a, b, c), past in zip(filters, memory, strict=True):
                value = a * value + b * past[0] + c * past[1]
                past[1], past[0] = past[0], value
            samples.append(max(-32767, min(32767, int(value * 24_000))))
            total += 1
    return samples.tobytes()
