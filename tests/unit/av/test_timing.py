from __future__ import annotations

import itertools
import random

import pytest

from media.av.jitter import CONCEALED_FRAMES, Delay, Gap, Voice, VoiceBuffer, video_due_ms
from media.av.pace import Pacer
from media.av.rate import CAMERA_MOST, SCREEN_LEAST, SCREEN_MOST, THUMBNAIL_MOST, VOICE_KBPS, choose, split
from media.wire import CAMERA, SCREEN, THUMBNAIL

CLOCKS_APART = 1_000_000.0


def talk(
    arrivals: dict[int, float], *, starts: tuple[int, ...] = (0,), until: float = 3_000.0, gaps=()
) -> list:
    """Play frames (number -> arrival, captured each 20 ms) and return what is heard each 20 ms."""
    buffer, heard, now = VoiceBuffer(), [], 0.0
    waiting = sorted((at, frame) for frame, at in arrivals.items())
    while now < until:
        while waiting and waiting[0][0] <= now:
            at, frame = waiting.pop(0)
            buffer.put(Voice(frame, frame in starts, frame * 20 - CLOCKS_APART, b""), at)
        got = buffer.pull(now)
        heard.append(got.frame if isinstance(got, Voice) else got)
        now += 20
    return heard


def played(heard: list) -> list[int]:
    return [one for one in heard if isinstance(one, int)]


def test_even_arrivals_play_at_once_and_in_order():
    heard = talk({n: 30.0 + n * 20 for n in range(100)})
    assert played(heard) == list(range(100))
    assert heard.index(0) * 20 <= 30 + 40
    assert Gap.CONCEAL not in heard[heard.index(0) : heard.index(99)]


def test_jitter_is_learnt_and_then_nothing_is_missed():
    chance = random.Random(3)
    heard = talk({n: 30.0 + n * 20 + chance.uniform(0, 60) for n in range(700)}, until=15_000)
    late = heard[len(heard) // 2 :]
    second_half = late[: late.index(699) + 1]
    assert second_half.count(Gap.CONCEAL) <= 4
    assert played(second_half) == sorted(played(second_half))


def test_one_lost_frame_is_concealed_once():
    heard = talk({n: 30.0 + n * 20 for n in range(50) if n != 25})
    at = heard.index(24)
    assert heard[at : at + 3] == [24, Gap.CONCEAL, 26]


def test_gap_before_a_new_spurt_is_silence_not_loss():
    sent = [*range(20), *range(60, 80)]
    heard = talk({n: 30.0 + n * 20 for n in sent}, starts=(0, 60))
    assert played(heard) == sent
    between = heard[heard.index(19) + 1 : heard.index(60)]
    assert between.count(Gap.CONCEAL) <= CONCEALED_FRAMES


def test_after_a_mute_the_first_word_is_whole():
    arrivals = {n: 30.0 + n * 20 for n in range(20)} | {n: 1_030.0 + n * 20 for n in range(20, 40)}
    buffer_heard = talk(arrivals, starts=(0,))
    assert played(buffer_heard) == list(range(40))


def test_a_voice_that_stumbles_is_stretched_and_nothing_of_it_is_lost():
    arrivals = {n: 30.0 + n * 20 for n in range(50)}
    arrivals |= {n: 70.0 + n * 20 for n in range(25, 50)}
    heard = talk(arrivals)
    assert played(heard) == list(range(50))


def test_duplicates_and_latecomers_are_not_heard_twice():
    buffer = VoiceBuffer()
    for frame in (0, 0, 1, 2):
        buffer.put(Voice(frame, start=False, capture_ms=frame * 20.0, opus=b""), 50.0 + frame)
    heard = [buffer.pull(200.0 + n * 20) for n in range(3)]
    buffer.put(Voice(1, start=False, capture_ms=20.0, opus=b""), 260.0)
    heard.append(buffer.pull(260.0))
    assert [one.frame for one in heard if isinstance(one, Voice)] == [0, 1, 2]


def test_a_flood_is_held_to_a_second():
    buffer = VoiceBuffer()
    for frame in range(10_000):
        buffer.put(Voice(frame, start=False, capture_ms=frame * 20.0, opus=bytes(80)), 1.0)
    assert len(buffer._frames) == 50


def test_after_a_stall_the_lag_is_worked_off():
    arrivals = {n: 30.0 + n * 20 for n in range(50)}
    arrivals |= {n: max(30.0 + n * 20, 2_000.0) for n in range(50, 900)}
    heard = talk(arrivals, until=19_000)
    lags = {frame: heard.index(frame) * 20 - frame * 20 for frame in (40, 150, 899)}
    assert lags[150] > 300
    assert lags[899] <= 30 + 100


def test_a_late_start_is_worked_off_frame_by_frame():
    arrivals = {n: max(30.0 + n * 20, 110.0) for n in range(600)}
    heard = talk(arrivals, until=13_000)
    assert heard.index(0) * 20 > 100
    assert heard.index(599) * 20 - 599 * 20 <= 30 + 60


def test_a_new_clock_is_no_delay():
    delay = Delay()
    for n in range(50):
        delay.arrived(n * 20.0, n * 20.0 + 100)
    for n in range(50, 100):
        delay.arrived(n * 20.0 - 90_000, n * 20.0 + 100)
    assert delay.due_ms(99 * 20.0 - 90_000) - (99 * 20 + 100) < 20


def test_the_target_falls_again_when_the_line_calms_down():
    delay, chance = Delay(), random.Random(5)
    for n in range(300):
        delay.arrived(n * 20.0, n * 20.0 + chance.uniform(0, 80))
    rough = delay.target_ms
    for n in range(300, 1_500):
        delay.arrived(n * 20.0, n * 20.0 + 5)
    assert rough > 60
    assert delay.target_ms < 20


def test_picture_waits_for_its_voice_but_not_for_ever():
    video = Delay()
    for n in range(50):
        video.arrived(n * 33.0, n * 33.0 + 10)
    own = video_due_ms(video, 2_000.0, None)
    assert video_due_ms(video, 2_000.0, 80.0) == pytest.approx(2_080.0)
    assert video_due_ms(video, 2_000.0, 0.0) == own
    assert video_due_ms(video, 2_000.0, 9_999.0) == own + 400


ALL = {THUMBNAIL, CAMERA, SCREEN}


def test_without_a_ceiling_all_is_sent_in_full():
    whole = split(0, ALL)
    assert (whole.thumbnail, whole.camera, whole.screen, whole.screen_fps) == (
        THUMBNAIL_MOST,
        CAMERA_MOST,
        SCREEN_MOST,
        15,
    )


def test_what_nobody_wants_gets_nothing():
    assert split(0, {THUMBNAIL}).camera == split(0, set()).screen == 0


def test_sacrifices_come_in_the_order_camera_thumbnail_screen():
    seen = [split(ceiling, ALL) for ceiling in range(6_000, 0, -10)]
    for before, after in itertools.pairwise(seen):
        assert after.thumbnail >= before.thumbnail or after.camera == 0
        assert (
            after.screen >= before.screen
            or (before.camera == before.thumbnail == 0 and before.screen < SCREEN_LEAST + 10)
            or (after.camera == after.thumbnail == 0)
        )
    assert seen[-1].screen == 0
    assert {one.screen_fps for one in seen} >= set(range(5, 16))


@pytest.mark.parametrize("ceiling", [1, 48, 100, 300, 800, 2_000, 4_000])
def test_voice_always_fits_under_the_ceiling(ceiling):
    shares = split(ceiling, ALL)
    total = shares.thumbnail + shares.camera + shares.screen
    assert total == 0 or total + VOICE_KBPS <= ceiling
    assert shares.screen == 0 or shares.screen >= SCREEN_LEAST


def test_receiving_prefers_screens_then_faces_then_the_large_face():
    asked = [(1, CAMERA), (1, THUMBNAIL), (2, THUMBNAIL), (3, SCREEN)]
    assert choose(0, asked, {}) == set(asked)
    assert choose(4_000, asked, {}) == {(1, THUMBNAIL), (2, THUMBNAIL), (3, SCREEN)}
    assert choose(4_000, asked, {(3, SCREEN): 500}) == set(asked)
    assert choose(300, asked, {}) == {(1, THUMBNAIL)}
    assert choose(10, asked, {}) == set()


def test_a_small_frame_leaves_at_once_and_a_large_one_is_spread_in_order():
    pacer = Pacer(3_000)
    assert pacer.plan([1_000], 0.0) == [(0.0, 1)]
    plan = pacer.plan([1_179] * 100, 100.0)
    times = [at for at, _ in plan]
    assert sum(count for _, count in plan) == 100
    assert times == sorted(times)
    assert 100 < times[-1] - 100 < 100 * 1_179 * 8 / 3_000
    assert all(count * 1_179 <= pacer.group_bytes for _, count in plan)


def test_the_next_frame_waits_for_the_one_before():
    pacer = Pacer(1_000)
    pacer.plan([1_179] * 50, 0.0)
    backlog = pacer.backlog_ms(0.0)
    assert backlog == pytest.approx(50 * 1_179 * 8 / 2_500)
    assert pacer.plan([500], 0.0)[0][0] == pytest.approx(backlog)
    assert pacer.backlog_ms(10_000.0) == 0
