from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo import clips
from app.demo.clips import Clip, Picture, Reel, Speech


def clip(keys: str) -> Clip:
    return Clip(320, 180, 15, [Picture(bytes([at]), key == "K") for at, key in enumerate(keys)])


def test_a_reel_comes_back_as_it_was_saved(tmp_path):
    reel = Reel(clip("K.."), clip("K.K."))
    clips.save(tmp_path / "x.thumbnail", reel)
    assert clips.load(tmp_path / "x.thumbnail", Reel) == reel
    assert [path.name for path in tmp_path.iterdir()] == ["x.thumbnail"]


def test_who_asks_for_a_key_picture_gets_the_next_one_or_the_start_of_the_loop():
    assert clip("K..K.").next_key(0) == 0
    assert clip("K..K.").next_key(1) == 3
    assert clip("K..K.").next_key(4) == 0


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_a_damaged_file_is_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("clips") / "x.voice"
    path.write_bytes(data)
    with pytest.raises(msgspec.DecodeError):
        clips.load(path, Speech)


def test_every_colleague_has_a_face_and_a_voice_and_only_some_a_camera():
    names = clips.names(["tran", "petit"], {"tran"})
    assert {"tran.camera", "tran.thumbnail", "tran.voice", "petit.thumbnail", "petit.voice"} < set(names)
    assert "petit.camera" not in names


def test_another_cache_folder_is_used_when_the_user_has_one(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert clips.folder().is_relative_to(tmp_path)


def test_a_meeting_of_many_sends_fewer_pictures():
    few, many = [f"p{at}" for at in range(7)], [f"p{at}" for at in range(23)]
    assert "p0.thumbnail" in clips.names(few, ())
    assert "p0.thumbnail10" in clips.names(many, ())
