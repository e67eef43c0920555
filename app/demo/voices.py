"""The voice of a person as sound: espeak-ng where it is installed, else `formants`."""

from __future__ import annotations

import audioop
import shutil
import subprocess
from typing import TYPE_CHECKING

from app.demo import formants

if TYPE_CHECKING:
    from resources.demo.people import Person

RATE = 48_000
LONGEST_S = 6
LOUDNESS = 5_000
_WAV_HEADER = 44
_ESPEAK_RATE = 22_050


def speech(person: Person) -> bytes:
    """Return what *person* says: signed 16-bit mono sound at 48 kHz, at most 6 s, everybody equally loud."""
    espeak = shutil.which("espeak-ng")
    pcm, rate = (_espeak(espeak, person), _ESPEAK_RATE) if espeak else (_formants(person), formants.RATE)
    pcm, _ = audioop.ratecv(pcm, 2, 1, rate, RATE, None)
    pcm = pcm[: LONGEST_S * RATE * 2]
    return audioop.mul(pcm, 2, LOUDNESS / max(1, audioop.rms(pcm, 2)))


def _formants(person: Person) -> bytes:
    voice = person.voice
    return formants.speak(person.says, voice.pitch_hz, voice.rate, voice.tract)


def _espeak(program: str, person: Person) -> bytes:
    voice = person.voice
    high = voice.pitch_hz > 160
    variant = f"f{1 + len(person.key) % 4}" if high else f"m{1 + len(person.key) % 7}"
    middle = 195 if high else 110
    pitch = max(10, min(90, 50 + (voice.pitch_hz - middle)))
    command = [
        program,
        "-v",
        f"fr-fr+{variant}",
        "-p",
        str(pitch),
        "-s",
        str(voice.rate),
        "--stdout",
        person.says,
    ]
    wav = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout  # noqa: S603 -- invented words only
    sound = wav[_WAV_HEADER:]
    return sound[: len(sound) & ~1]


def openness(pcm: bytes, fps: int) -> list[float]:
    """Return how wide a mouth that says *pcm* stands open in each picture, 0..1."""
    step = RATE // fps * 2
    levels = [audioop.rms(pcm[at : at + step], 2) for at in range(0, len(pcm) - step + 1, step)]
    loud = sorted(levels)[int(len(levels) * 0.9)] or 1
    wide = [min(1.0, level / loud) ** 0.8 for level in levels]
    return [0.25 * wide[max(0, i - 1)] + 0.75 * one for i, one in enumerate(wide)]
