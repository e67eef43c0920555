from __future__ import annotations

import audioop
import shutil
from array import array

import pytest

from app.demo import formants, voices
from media.av.opus import PCM_BYTES
from media.av.vad import Vad
from resources.demo.people import ME, person


def pitch(pcm: bytes, rate: int) -> float:
    """Pitch of the loudest 64 ms by autocorrelation, Hz."""
    size = rate * 64 // 1000
    parts = [pcm[at : at + size * 2] for at in range(0, len(pcm) - size * 2, size * 2)]
    x = array("h", max(parts, key=lambda part: audioop.rms(part, 2)))
    lags = range(rate // 300, rate // 60)
    best = max(
        lags, key=lambda lag: sum(a * b for a, b in zip(x[:-lag], x[lag:], strict=True)) / (size - lag)
    )
    return rate / best


@pytest.fixture(params=["espeak", "formants"])
def without_or_with_espeak(request, monkeypatch):
    if request.param == "formants":
        monkeypatch.setattr(shutil, "which", lambda _: None)
    elif shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")


@pytest.mark.parametrize("key", ["marchetti", "okafor"])
def test_a_voice_is_heard_as_speech_for_at_least_a_second_and_a_half(without_or_with_espeak, key):
    pcm, vad = voices.speech(person(key)), Vad()
    assert len(pcm) <= voices.LONGEST_S * voices.RATE * 2
    heard = [
        vad.hear(pcm[at : at + PCM_BYTES]).active for at in range(0, len(pcm) - PCM_BYTES + 1, PCM_BYTES)
    ]
    assert sum(heard[:100]) >= 75
    assert abs(audioop.rms(pcm, 2) - voices.LOUDNESS) < 500


def test_generated_voices_keep_the_pitch_of_the_person():
    low, high = person("okafor").voice, ME.voice
    said = "aaaaaaaaaaaa"
    low_pitch = pitch(formants.speak(said, low.pitch_hz, low.rate, low.tract), formants.RATE)
    high_pitch = pitch(formants.speak(said, high.pitch_hz, high.rate, high.tract), formants.RATE)
    assert 0.75 < low_pitch / low.pitch_hz < 1.25
    assert 0.75 < high_pitch / high.pitch_hz < 1.25


def test_a_mouth_opens_with_the_sound_and_shuts_in_silence():
    loud = (array("h", [9000, -9000]) * 24_000).tobytes()
    mouth = voices.openness(loud + bytes(len(loud)), 15)
    assert min(mouth[1:14]) > 0.9
    assert max(mouth[17:]) < 0.05
    assert all(0 <= one <= 1 for one in mouth)
