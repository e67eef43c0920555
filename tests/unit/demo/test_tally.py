from __future__ import annotations

from app.demo.tally import Tally
from media.wire import FLAG_KEY, FLAG_START, FLAG_VOICE, THUMBNAIL, VOICE

NAMES = {1: "Dr A", 2: "Dr B"}


def counted(tally: Tally):
    return {(one.sender, one.kind): one for one in tally.counts(NAMES)}


def opened() -> Tally:
    tally = Tally()
    tally.open()
    return tally


def test_frames_that_never_came_are_counted_by_their_numbers():
    tally = opened()
    for frame in (7, 8, 10, 13):
        tally.take(1, THUMBNAIL, FLAG_KEY if frame == 7 else 0, frame, 5.0)
    one = counted(tally)["Dr A", "thumbnail"]
    assert (one.frames, one.lost) == (4, 3)


def test_a_voice_that_comes_late_is_not_lost():
    tally = opened()
    for frame in (0, 2, 1, 3):
        tally.take(1, VOICE, FLAG_VOICE, frame, 5.0)
    assert counted(tally)["Dr A", "voice"].lost == 0


def test_what_a_silent_speaker_did_not_send_is_not_lost():
    tally = opened()
    for frame, flags in ((0, FLAG_VOICE), (40, FLAG_VOICE | FLAG_START), (42, FLAG_VOICE)):
        tally.take(2, VOICE, flags, frame, 5.0)
    assert counted(tally)["Dr B", "voice"].lost == 1


def test_only_what_arrives_during_the_scene_counts():
    tally = Tally()
    tally.take(1, THUMBNAIL, FLAG_KEY, 0, 1.0)
    tally.open()
    tally.take(1, THUMBNAIL, 0, 100, 1.0)
    tally.close()
    tally.take(1, THUMBNAIL, 0, 200, 1.0)
    one = counted(tally)["Dr A", "thumbnail"]
    assert (one.frames, one.lost) == (1, 0)


def test_ages_are_told_as_median_and_95th_percentile():
    tally = opened()
    for frame in range(100):
        tally.take(1, THUMBNAIL, FLAG_KEY, frame, float(frame))
    one = counted(tally)["Dr A", "thumbnail"]
    assert (one.p50_ms, one.p95_ms) == (50.0, 95.0)


def test_a_long_meeting_keeps_the_latest_ages_only():
    tally = opened()
    for frame in range(20_000):
        tally.take(1, THUMBNAIL, FLAG_KEY, frame, 1.0 if frame < 10_000 else 9.0)
    assert counted(tally)["Dr A", "thumbnail"].p50_ms == 9.0
    assert len(tally._streams[1, THUMBNAIL].ages_ms) <= 4_096


def test_who_left_is_not_named():
    tally = opened()
    tally.take(9, THUMBNAIL, 0, 0, 1.0)
    assert tally.counts(NAMES) == []


def test_pictures_that_no_decoder_can_show_yet_are_not_seen():
    tally = opened()
    tally.take(1, THUMBNAIL, 0, 0, 1.0)
    assert tally.counts(NAMES) == []
    tally.take(1, THUMBNAIL, FLAG_KEY, 1, 1.0)
    tally.take(1, THUMBNAIL, 0, 2, 1.0)
    assert counted(tally)["Dr A", "thumbnail"].frames == 2
