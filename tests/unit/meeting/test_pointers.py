"""Pointers glide, fade after three seconds, and are told sparingly."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from app.meeting.call.pointers import GLIDE_MS, SHOWN_MS, TELL_MS, Pointers, Spot, Telling


def test_a_pointer_appears_where_it_is_and_glides_to_where_it_goes():
    pointers = Pointers()
    pointers.heard(3, 1, 0.2, 0.2, 1_000)
    assert pointers.seen(1, 1_000) == [Spot(3, 0.2, 0.2)]
    pointers.heard(3, 1, 0.4, 0.6, 2_000)
    assert pointers.seen(1, 2_000) == [Spot(3, 0.2, 0.2)]
    (half,) = pointers.seen(1, 2_000 + GLIDE_MS // 2)
    assert 0.2 < half.x < 0.4
    assert pointers.seen(1, 2_000 + GLIDE_MS) == [Spot(3, 0.4, 0.6)]


def test_it_fades_three_seconds_after_its_last_move_and_comes_back_where_it_is():
    pointers = Pointers()
    pointers.heard(3, 1, 0.2, 0.2, 0)
    assert pointers.seen(1, SHOWN_MS - 1)
    assert pointers.next_ms(SHOWN_MS - 1) == 1
    assert not pointers.seen(1, SHOWN_MS)
    assert pointers.next_ms(SHOWN_MS) is None
    pointers.heard(3, 1, 0.9, 0.9, SHOWN_MS + 5)
    assert pointers.seen(1, SHOWN_MS + 5) == [Spot(3, 0.9, 0.9)], "no ghost line from the old place"


def test_it_lies_over_the_picture_that_was_meant_only():
    pointers = Pointers()
    pointers.heard(3, 1, 0.2, 0.2, 0)
    assert not pointers.seen(2, 1)


def test_who_leaves_takes_its_pointer():
    pointers = Pointers()
    pointers.heard(3, 1, 0.2, 0.2, 0)
    pointers.heard(4, 1, 0.3, 0.3, 0)
    pointers.keep({4: "Bob"})
    assert [spot.slot for spot in pointers.seen(1, 1)] == [4]


def test_a_still_pointer_paints_nothing_until_it_fades():
    pointers = Pointers()
    pointers.heard(3, 1, 0.2, 0.2, 0)
    assert pointers.next_ms(10) == 0
    assert pointers.next_ms(GLIDE_MS) == SHOWN_MS - GLIDE_MS


@given(st.lists(st.tuples(st.integers(0, 40), st.floats(-1, 2), st.floats(-1, 2)), min_size=1, max_size=60))
def test_the_last_place_is_always_told_and_never_more_often_than_allowed(moves):
    told, now_ms, due = [], 0, None
    telling = Telling(lambda x, y: told.append((now_ms, x, y)))
    for after, x, y in moves:
        then = now_ms + after
        if due is not None and due <= then:
            now_ms = due
            wait = telling.due(now_ms)
            due = None if wait is None else now_ms + wait
        now_ms = then
        wait = telling.move(x, y, now_ms)
        due = None if wait is None else now_ms + wait
    if due is not None:
        now_ms = due
        assert telling.due(now_ms) is None
    times = [at for at, _, _ in told]
    assert all(later - earlier >= TELL_MS for earlier, later in itertools.pairwise(times))
    _, x, y = moves[-1]
    assert told[-1][1:] == (round(min(max(x, 0), 1) * 65_535), round(min(max(y, 0), 1) * 65_535))
    assert all(0 <= value <= 65_535 for _, *spot in told for value in spot)


def test_a_clock_set_back_holds_nothing_up():
    told = []
    telling = Telling(lambda x, y: told.append((x, y)))
    telling.move(0, 0, 1_000_000)
    assert telling.move(1, 1, 5) is None
    assert told[-1] == (65_535, 65_535)
