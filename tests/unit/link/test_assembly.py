"""Frames from packets: what is handed on, asked for again and given up, with the clock in the test's hand."""

from __future__ import annotations

from media.link.assembly import MAX_ASKS, MAX_GAP, MAX_OPEN, Assembly
from media.wire import CAMERA, FLAG_START, FLAG_VOICE, VOICE


class Bench:
    """An assembly with slot 1's streams, and what came of it."""

    def __init__(self) -> None:
        self.handed: list[tuple[int, bytes]] = []
        self.lost: list[int] = []
        self.assembly = Assembly(
            lambda slot, stream, flags, frame, data: self.handed.append((frame, data)),
            lambda slot, stream, frame: self.lost.append(frame),
        )

    def feed(self, now_ms, frame, fragment=0, fragments=1, stream=CAMERA, flags=0):
        self.assembly.feed(now_ms, 1, stream, flags, frame, fragment, fragments, b"%d" % fragment)

    def asks(self, now_ms):
        return [ask[2:] for ask in self.assembly.tick(now_ms)]

    @property
    def frames(self):
        return [frame for frame, _ in self.handed]


def test_whole_frames_pass_at_once_and_nothing_waits():
    bench = Bench()
    for frame in range(3):
        bench.feed(0, 100 + frame)
    assert bench.frames == [100, 101, 102]
    assert not bench.assembly.busy


def test_fragments_in_any_order_make_the_frame():
    bench = Bench()
    for fragment in (2, 0, 1):
        bench.feed(0, 5, fragment, 3)
    assert bench.handed == [(5, b"012")]


def test_a_reordered_fragment_is_not_asked_for_within_five_ms():
    bench = Bench()
    bench.feed(0, 5, 0, 3)
    bench.feed(0, 5, 2, 3)
    assert bench.asks(4.9) == []
    assert bench.asks(5) == [(5, (1,))]


def test_a_missing_frame_is_asked_for_whole_and_later_ones_wait_in_order():
    bench = Bench()
    bench.feed(0, 5)
    bench.feed(10, 7)
    assert bench.frames == [5]
    assert bench.asks(15) == [(6, ())]
    bench.feed(20, 6)
    assert bench.frames == [5, 6, 7]
    assert bench.asks(25) == []
    assert not bench.assembly.busy


def test_a_cut_end_is_asked_for_even_when_nothing_newer_comes():
    bench = Bench()
    bench.feed(0, 5, 0, 2)
    assert bench.asks(19) == []
    assert bench.asks(20) == [(5, (1,))]


def test_asking_ends_and_the_frame_is_given_up_after_200_ms():
    bench = Bench()
    bench.feed(0, 5)
    bench.feed(0, 7)
    asked = [now for now in range(1, 200) if bench.asks(now)]
    assert len(asked) == MAX_ASKS
    assert bench.lost == []
    bench.asks(200)
    assert bench.lost == [6]
    assert bench.frames == [5, 7]


def test_a_long_way_waits_longer():
    bench = Bench()
    bench.assembly.rtt_ms = 100
    bench.feed(0, 5)
    bench.feed(0, 7)
    bench.asks(349)
    assert bench.lost == []
    bench.asks(350)
    assert bench.lost == [6]


def test_silence_before_a_talk_spurt_is_no_loss():
    bench = Bench()
    bench.feed(0, 5, stream=VOICE, flags=FLAG_VOICE)
    bench.feed(0, 15, stream=VOICE, flags=FLAG_VOICE | FLAG_START)
    assert bench.asks(50) == []
    assert bench.frames == [5, 15]


def test_the_lost_start_of_a_spurt_coming_late_takes_the_silence_back():
    bench = Bench()
    bench.feed(0, 5, stream=VOICE, flags=FLAG_VOICE)
    bench.feed(0, 16, stream=VOICE, flags=FLAG_VOICE)
    assert len(bench.asks(5)) == 10
    bench.feed(20, 15, stream=VOICE, flags=FLAG_VOICE | FLAG_START)
    bench.asks(300)
    assert bench.lost == []
    assert bench.frames == [5, 16, 15]


def test_voice_does_not_wait_for_what_is_missing():
    bench = Bench()
    for frame in (5, 7, 8):
        bench.feed(0, frame, stream=VOICE, flags=FLAG_VOICE)
    assert bench.frames == [5, 7, 8]
    assert bench.asks(5) == [(6, ())]
    bench.asks(300)
    assert bench.lost == [6]


def test_one_open_frame_too_many_costs_the_oldest():
    bench = Bench()
    for frame in range(MAX_OPEN + 1):
        bench.feed(0, frame, 0, 2)
    assert bench.lost == [0]


def test_what_waits_is_bounded_in_bytes():
    bench = Bench()
    bench.feed(0, 0)
    megabyte = bytes(1_000_000)
    for frame in range(2, 5):  # frame 1 is missing and holds them back
        bench.assembly.feed(0, 1, CAMERA, 0, frame, 0, 1, megabyte)
        assert bench.frames == [0]
    bench.assembly.feed(0, 1, CAMERA, 0, 5, 0, 1, megabyte)
    assert bench.lost == [1]
    assert bench.frames == [0, 2, 3, 4, 5]


def test_duplicates_and_old_frames_are_dropped():
    bench = Bench()
    bench.feed(0, 5)
    bench.feed(0, 5)
    bench.feed(0, 4)
    bench.feed(0, 6, 0, 2)
    bench.feed(0, 6, 0, 2)
    bench.feed(0, 6, 1, 2)
    assert bench.handed == [(5, b"0"), (6, b"01")]


def test_a_voice_frame_that_comes_twice_while_an_older_one_is_missing_is_handed_on_once():
    bench = Bench()
    for frame in (5, 7, 7, 6, 6, 7):
        bench.feed(0, frame, stream=VOICE, flags=FLAG_VOICE)
    assert bench.frames == [5, 7, 6]


def test_a_frame_that_changes_its_count_takes_only_the_first():
    bench = Bench()
    bench.feed(0, 5, 0, 3)
    bench.feed(0, 5, 1, 2)
    assert bench.handed == []


def test_a_jump_goes_on_at_once():
    bench = Bench()
    bench.feed(0, 5)
    bench.feed(0, 5 + MAX_GAP + 2)
    assert bench.frames == [5, 5 + MAX_GAP + 2]
    assert bench.lost == [5 + MAX_GAP + 1]
    assert not bench.assembly.busy


def test_a_forgotten_stream_starts_anew():
    bench = Bench()
    bench.feed(0, 500)
    bench.assembly.forget(1, CAMERA)
    bench.feed(0, 3)
    assert bench.frames == [500, 3]
    assert bench.lost == []
