"""A tone on a real sound server: heard, over in time, and nothing left behind; without one, an error by code."""

from __future__ import annotations

import array
import threading
import time

import pytest

from app.sounds import tone
from media.av import audio, chime
from media.errors import DeviceError


def test_a_tone_is_heard_and_ends(pulse):
    heard = bytearray()
    come = threading.Event()

    def hear(sound, _captured_us):
        heard.extend(sound)
        come.set()

    microphone = audio.open_microphone("", hear, lambda _error: None)
    try:
        assert come.wait(30)
        began = time.monotonic()
        chime.play(tone("arrive"))
        assert time.monotonic() - began < 10
    finally:
        microphone.close()
    assert max(map(abs, array.array("h", bytes(heard)))) > 1_000


def test_without_a_sound_server_the_code_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    monkeypatch.setattr(chime, "BACKENDS", chime.BACKENDS[:1])
    with pytest.raises(DeviceError):
        chime.play(tone("knock"))
