"""The studio as the demo runs it: a process of its own, without a display."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.demo import clips
from media.av.decode import VideoDecoder
from media.av.opus import OpusDecoder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studio")
    names = ["curie.thumbnail", "curie.voice", clips.SCAN_IMAGE]
    subprocess.run([sys.executable, "-m", "app.demo.studio", str(folder), *names], check=True, timeout=120)
    return folder


def test_a_thumbnail_reel_decodes_from_each_key_picture(made):
    reel = clips.load(made / "curie.thumbnail", clips.Reel)
    for clip in (reel.listening, reel.speaking):
        assert (clip.width, clip.height, clip.fps) == (320, 180, 15)
        assert clip.pictures[0].key
        start = clip.next_key(1)
        assert 0 < start <= 2 * clip.fps
        decoder = VideoDecoder()
        shown = [decoder.decode(one.data, key=one.key) for one in clip.pictures[start:]]
        assert all(frame is not None and (frame.width, frame.height) == (320, 180) for frame in shown)


def test_a_voice_is_20_ms_opus_of_one_size_with_marks_of_speech(made):
    speech = clips.load(made / "curie.voice", clips.Speech)
    decoder = OpusDecoder()
    assert len(speech.frames) == len(speech.active)
    assert len({len(frame) for frame in speech.frames}) == 1
    assert all(decoder.decode(frame) is not None for frame in speech.frames)
    assert sum(speech.active[:100]) >= 75


def test_the_scan_to_share_is_a_picture_file(made):
    assert (made / clips.SCAN_IMAGE).read_bytes().startswith(b"\x89PNG")
