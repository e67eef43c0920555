from __future__ import annotations

import array
import audioop
import os

from hypothesis import given, settings
from hypothesis import strategies as st

from media.av.mixer import LIMIT, Mixer
from media.av.opus import PCM_BYTES, SILENCE, OpusDecoder, OpusEncoder
from media.av.vad import HANGOVER_FRAMES, Vad
from tests.unit.av.pictures import tone


def test_every_packet_has_the_same_size_whatever_is_said():
    encoder = OpusEncoder()
    sounds = (
        [SILENCE] * 20
        + [os.urandom(PCM_BYTES) for _ in range(20)]
        + [tone(200 * n, 3000) for n in range(1, 20)]
    )
    assert {len(encoder.encode(sound)) for sound in sounds} == {80}


def test_a_tone_comes_back_as_loud_as_it_went():
    encoder, decoder = OpusEncoder(), OpusDecoder()
    for number in range(20):
        heard = decoder.decode(encoder.encode(tone(440, 8000, start=number * 960)))
        assert len(heard) == PCM_BYTES
    assert 0.8 < audioop.rms(heard, 2) / audioop.rms(tone(440, 8000), 2) < 1.2


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_rubbish_is_no_sound_of_another_length(data):
    heard = OpusDecoder().decode(data)
    assert heard is None or len(heard) == PCM_BYTES


def test_other_frame_lengths_are_refused():
    assert OpusDecoder().decode(b"\x00" + bytes(40)) is None  # 10 ms


def test_two_voices_add_up():
    mixed = array.array("h", Mixer().mix([(tone(300, 4000), 1.0), (tone(300, 4000), 0.5)]))
    alone = array.array("h", tone(300, 6000))
    assert max(abs(one - other) for one, other in zip(mixed, alone, strict=True)) < 40


def test_nobody_is_silence():
    assert Mixer().mix([]) == SILENCE


def test_twelve_loud_voices_are_limited_not_clipped():
    mixer = Mixer()
    loud = tone(300, 30_000)
    mixed = mixer.mix([(loud, 1.0)] * 12)
    assert LIMIT - 200 < audioop.max(mixed, 2) <= LIMIT + 200
    quiet = array.array("h", mixed)
    shape = array.array("h", loud)
    assert all(abs(one * 30_000 / LIMIT - other) < 300 for one, other in zip(quiet, shape, strict=True))


def test_after_a_loud_moment_the_volume_comes_back():
    mixer = Mixer()
    mixer.mix([(tone(300, 30_000), 1.0)] * 4)
    soft = tone(300, 2_000)
    first = audioop.max(mixer.mix([(soft, 1.0)]), 2)
    for _ in range(60):
        last = audioop.max(mixer.mix([(soft, 1.0)]), 2)
    assert first < 800
    assert last > 1_990


def hum(number: int) -> bytes:
    return tone(50, 200, start=number * 960)


def test_speech_is_seen_over_a_hum_with_one_start_a_spurt_and_its_end_is_kept():
    vad = Vad()
    quiet = [vad.hear(hum(number)) for number in range(150)]
    spurt = [vad.hear(tone(220, 6_000, start=number * 960)) for number in range(25)]
    after = [vad.hear(hum(number)) for number in range(40)]
    assert not any(heard.active for heard in quiet[-20:])
    assert spurt[0].start
    assert sum(heard.start for heard in spurt + after) == 1
    assert all(heard.active for heard in spurt)
    assert [heard.active for heard in after].count(True) == HANGOVER_FRAMES - 1
    assert spurt[5].level > quiet[-1].level + 0.2


def test_silence_is_level_zero_and_no_speech():
    heard = Vad().hear(SILENCE)
    assert (heard.active, heard.level) == (False, 0.0)
