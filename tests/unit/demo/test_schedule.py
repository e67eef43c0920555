from __future__ import annotations

from itertools import pairwise

import pytest

from app.demo.schedule import round_s, turns


@pytest.mark.parametrize(("people", "seconds"), [(4, 20.0), (7, 20.0), (23, 20.0), (23, 60.0), (1, 5.0)])
def test_everybody_speaks_at_least_a_second_and_a_half_and_is_done_in_time(people, seconds):
    plan = turns(people, seconds)
    assert [one.who for one in plan] == list(range(people))
    assert all(one.length_s >= 1.5 for one in plan)
    assert all(one.start_s >= 0 and one.start_s + one.length_s <= seconds for one in plan)


def test_people_speak_one_after_another_and_over_each_other():
    plan = turns(8, 20.0)
    starts = [one.start_s for one in plan]
    assert starts == sorted(set(starts))
    assert all(before.holds(after.start_s) for before, after in pairwise(plan))


def test_an_empty_room_is_silent_and_an_endless_one_leaves_time_for_sentences():
    assert turns(0, 20) == []
    assert all(one.length_s >= 3 for one in turns(23, round_s(23)))
