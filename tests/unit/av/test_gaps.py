"""Losses told from frame numbers: what a report says was lost must have been."""

from __future__ import annotations

import pytest

from media.av.gaps import Gaps
from media.wire import FLAG_START, FLAG_VOICE


def lost(frames, *, voice):
    gaps = Gaps(voice=voice)
    for frame in frames:
        flags, number = frame if isinstance(frame, tuple) else (FLAG_VOICE, frame)
        gaps.take(flags, number)
    return gaps.lost


@pytest.mark.parametrize(
    ("frames", "missing"), [([7, 8, 9], 0), ([7, 9], 1), ([7, 9, 8], 0), ([0, 100], 99), ([5], 0), ([], 0)]
)
def test_video_misses_every_number_that_never_came(frames, missing):
    assert lost(frames, voice=False) == missing


@pytest.mark.parametrize(
    ("frames", "missing"),
    [([7, 9], 1), ([7, (FLAG_START, 20)], 0), ([7, 33], 0), ([7, 32], 24), ([7, 10, 8], 1)],
)
def test_voice_misses_nothing_in_silence(frames, missing):
    assert lost(frames, voice=True) == missing
