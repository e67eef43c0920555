from __future__ import annotations

import audioop

from media.av.opus import PCM_BYTES, SILENCE
from media.engine import messages as m
from media.engine.chime import Chime, notes
from media.engine.frames import Arena
from tests.unit.av.pictures import tone
from tests.unit.engine.clinic import Window


def test_nothing_is_added_until_it_rings():
    assert Chime(lambda: SILENCE).pull() == SILENCE


def test_three_notes_are_heard_then_silence_again():
    chime = Chime(lambda: SILENCE)
    chime.ring()
    sounds = [chime.pull() for _ in range(len(notes()) // PCM_BYTES + 1)]
    assert max(audioop.rms(sound, 2) for sound in sounds) > 3_000
    assert sounds[-1] == SILENCE
    assert {len(sound) for sound in sounds} == {PCM_BYTES}
    assert 0.5 < len(notes()) / 96_000 < 1


def test_voices_are_heard_through_the_notes():
    voice = tone(200, 5_000)
    chime = Chime(lambda: voice)
    chime.ring()
    chime.pull()
    middle = [chime.pull() for _ in range(8)][-1]
    assert audioop.rms(middle, 2) > audioop.rms(voice, 2)


def test_ringing_again_begins_again():
    chime = Chime(lambda: SILENCE)
    chime.ring()
    first = [chime.pull() for _ in range(5)]
    chime.ring()
    assert [chime.pull() for _ in range(5)] == first


def test_the_engine_rings_outside_a_meeting_and_goes_on():
    arena = Arena.create()
    window = Window(arena)
    for message in (m.Speaker(device="none"), m.TestSpeaker(), m.AskFigures()):
        window.say(message)
    figures = window.wait(m.Figures)
    assert (figures.sacrificed, figures.jitter_ms) == ([], 0)
    window.engine.stop()
    arena.close()
