"""Seats on the wall: speakers on the first page, nobody else moves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.meeting.call.seating import Seating, pages


def test_a_speaker_of_page_two_takes_the_seat_of_the_last_who_never_spoke_and_gives_its_own():
    seating = Seating()
    before = seating.seat(range(40), [], 24)
    after = seating.seat(range(40), [30], 24)
    assert before == list(range(40))
    assert after[23] == 30
    assert after[30] == 23
    assert [a for a, b in zip(after, before, strict=True) if a == b] == [
        *range(23),
        *range(24, 30),
        *range(31, 40),
    ]


def test_who_spoke_stays_when_silent_again():
    seating = Seating()
    seating.seat(range(40), [30], 24)
    assert seating.seat(range(40), [], 24).index(30) == 23
    assert seating.seat(range(40), [31], 24).index(30) == 23, "the one before has not spoken"


def test_a_speaker_is_never_put_off_by_another_and_neither_are_we():
    seating = Seating()
    seats = seating.seat(range(6), [5, 4, 3], 2, own=1)
    assert seats[:2] == [5, 1]
    assert seating.seat(range(6), [3], 2, own=1)[:2] == [3, 1]


def test_a_newcomer_sits_last_and_who_leaves_closes_the_row():
    seating = Seating()
    seating.seat([0, 1, 5], [], 24)
    assert seating.seat([0, 1, 2, 5], [], 24) == [0, 1, 5, 2]
    assert seating.seat([0, 2, 5], [], 24) == [0, 5, 2]


@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 40), max_size=41), st.lists(st.integers(0, 50), max_size=5)),
        max_size=8,
    ),
    st.integers(1, 24),
)
def test_all_sit_once_and_speakers_are_on_page_one_as_far_as_it_holds_them(story, room):
    seating = Seating()
    for here, speaking in story:
        seats = seating.seat(sorted(here), speaking, room)
        assert sorted(seats) == sorted(here)
        talking = {slot for slot in speaking if slot in here}
        assert len(talking & set(seats[:room])) == min(len(talking), room)


def test_pages():
    assert [pages(n, 24) for n in (0, 1, 24, 25, 48, 49)] == [1, 1, 1, 2, 2, 3]
