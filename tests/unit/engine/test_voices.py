from __future__ import annotations

import audioop

import pytest

from media.av.opus import SILENCE, OpusEncoder
from media.av.source import now_us
from media.engine import voices as module
from media.engine.tally import Tally
from media.engine.voices import Voices
from media.room.shown import MediaFrame
from media.wire import FLAG_START, FLAG_VOICE, VOICE, pack_voice
from tests.unit.av.pictures import tone


class Room:
    """People who talk in simulated time."""

    def __init__(self, monkeypatch) -> None:
        self.now_ms = 1_000_000.0
        self.tally = Tally()
        self.voices = Voices(self.tally)
        self.encoders: dict[int, OpusEncoder] = {}
        self.numbers: dict[int, int] = {}
        self.base_us = now_us()
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now_ms / 1000)

    def say(self, slot: int, sound: bytes, flags: int = FLAG_VOICE) -> None:
        encoder = self.encoders.setdefault(slot, OpusEncoder())
        number = self.numbers[slot] = self.numbers.get(slot, -1) + 1
        payload = pack_voice(self.base_us + int(self.now_ms * 1000), encoder.encode(sound))
        self.voices.put(MediaFrame(slot, VOICE, flags, number, payload, 0), self.now_ms)

    def talk(self, slots: tuple[int, ...], frames: int, *, start: bool = True) -> list[bytes]:
        heard = []
        for number in range(frames):
            for slot in slots:
                flags = FLAG_VOICE | (FLAG_START if start and number == 0 else 0)
                self.say(slot, tone(200 + 100 * slot, 6_000, start=number * 960), flags)
            heard.append(self.pull())
        return heard

    def pull(self) -> bytes:
        sound = self.voices.pull()
        self.now_ms += 20
        return sound


@pytest.fixture
def room(monkeypatch):
    return Room(monkeypatch)


def test_a_voice_is_heard_within_forty_milliseconds_and_shown_as_speaking(room):
    heard = room.talk((1,), 20)
    assert next(n for n, sound in enumerate(heard) if audioop.rms(sound, 2) > 1_000) <= 2
    assert audioop.rms(heard[-1], 2) > 3_000
    ((slot, level),) = room.voices.speaking(room.now_ms)
    assert slot == 1
    assert level > 0.5
    assert room.voices.lag_ms(1) is not None


def test_voices_are_heard_together(room):
    alone = audioop.rms(room.talk((1,), 20)[-1], 2)
    room.voices.forget({1})
    both = audioop.rms(room.talk((2, 3), 20)[-1], 2)
    assert both > 1.2 * alone


def test_who_stops_is_not_speaking_any_more(room):
    room.talk((1,), 10)
    for _ in range(40):
        last = room.pull()
    assert last == SILENCE
    assert room.voices.speaking(room.now_ms) == []
    assert room.voices.lag_ms(1) is None


def test_quiet_frames_are_heard_but_do_not_make_a_speaker(room):
    for _ in range(10):
        room.say(1, tone(300, 3_000), flags=0)
        sound = room.pull()
    assert audioop.rms(sound, 2) > 1_000
    assert room.voices.speaking(room.now_ms) == []


def test_a_lost_packet_is_concealed_softly_and_counted(room):
    room.talk((1,), 10)
    room.numbers[1] += 1
    room.now_ms += 20
    sounds = [room.pull()]
    sounds += room.talk((1,), 10, start=False)
    assert room.tally.of(1, VOICE).lost == 1
    assert all(audioop.rms(sound, 2) > 0 for sound in sounds)


def test_rubbish_from_a_member_is_silence(room):
    for number in range(10):
        room.voices.put(MediaFrame(5, VOICE, FLAG_VOICE, number, b"\xff" * number, 0), room.now_ms)
        assert len(room.pull()) == len(SILENCE)


def test_somebody_else_in_the_slot_starts_at_frame_zero(room):
    room.talk((1,), 30)
    room.voices.forget({1})
    room.numbers.clear()
    room.encoders.clear()
    assert audioop.rms(room.talk((1,), 10)[-1], 2) > 3_000


def test_the_jitter_is_that_of_the_way(room):
    assert room.voices.jitter_ms == 0
    room.talk((1,), 20)
    assert room.voices.jitter_ms < 1
    for late_us in (30_000, -30_000) * 10:
        room.base_us -= late_us
        room.talk((1,), 1, start=False)
    assert 10 < room.voices.jitter_ms < 30
