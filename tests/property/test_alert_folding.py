"""An alert that is folded on as records come stands as if all had been folded at once: any order, any split, whatever is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.monitoring import lives
from app.monitoring.lives import Lives
from app.monitoring.standing import unruled
from storage.monitoring.life import Folding, fold
from storage.monitoring.records import NO_GRADE, Record, Step
from tests.property.test_alert_life import ALERT, USERS, act, play

if TYPE_CHECKING:
    import random

SERVICE = unruled("-")
forged = st.lists(st.lists(st.integers(0, 24), max_size=4), max_size=20)


def forge(every: list[Record], parents: list[list[int]]) -> list[Record]:
    """Let records name as known what nobody honest would: later ones, themselves, such as are not there."""
    names = [one.id for one in every] + [bytes([200 + at]) * 16 for at in range(5)]
    return [
        replace(one, parents=tuple(names[at % len(names)] for at in parents[place]))
        if place < len(parents) and parents[place]
        else one
        for place, one in enumerate(every)
    ]


@given(
    st.lists(act, max_size=24),
    forged,
    st.booleans(),
    st.integers(NO_GRADE, 5),
    st.randoms(use_true_random=False),
)
@settings(max_examples=400, deadline=None)
def test_what_is_folded_on_is_what_is_folded_whole(acts, parents, honest, told, chance: random.Random):
    every = list({one.id: one for one in play(acts, told)[1]}.values())
    every = every if honest else forge(every, parents)
    for shuffled in (False, True):
        if shuffled:
            chance.shuffle(every)
        folding = Folding((), told)
        for at, one in enumerate(every, 1):
            if not folding.go_on(one):
                folding = Folding(every[:at], told)
            assert folding.life() == fold(every[:at], told)


@given(st.lists(act, max_size=24), st.integers(NO_GRADE, 5), st.data())
@settings(max_examples=200, deadline=None)
def test_a_desk_remembers_no_more_than_it_may_of_what_comes_in_any_split(acts, told, data):
    chance = data.draw(st.randoms(use_true_random=False))
    every = list({one.id: one for one in play(acts, told)[1]}.values())
    chance.shuffle(every)
    kept, known = Lives(), {name: {} for name in (b"a", b"b", b"c")}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lives, "LONG", 2)
        patched.setattr(lives, "MOST", 2)
        while every:
            alert = data.draw(st.sampled_from(sorted(known)))
            for one in every[: data.draw(st.integers(1, 4))]:
                known[alert][one.id] = one
                every.remove(one)
            assert kept.of(alert, known[alert], SERVICE, told) == fold(known[alert].values(), told)


def chain(count: int) -> list[Record]:
    """Return what people do who know of each other, as most do."""
    steps = (Step.TAKE, Step.CALL, Step.NOTE, Step.HAND)
    made: list[Record] = []
    for number in range(count):
        made.append(
            Record(
                id=number.to_bytes(16, "big"),
                step=steps[number % len(steps)],
                subject=ALERT,
                at_ms=number,
                author=USERS[number % 3],
                parents=tuple(one.id for one in made[-1:]),
                to=(USERS[0],),
            )
        )
    return made


def test_who_knew_of_all_before_is_read_on_and_nothing_is_folded_again():
    folding = Folding(())
    assert all(folding.go_on(one) for one in chain(300))
    assert folding.life() == fold(chain(300))


def test_what_came_between_is_folded_anew():
    made = chain(9)
    folding = Folding((*made[:4], *made[5:]))
    assert not folding.go_on(made[4])


def test_after_such_as_name_each_other_nothing_is_read_on():
    one, other, after = chain(3)
    known = (replace(one, at_ms=5, parents=(other.id,)), replace(other, at_ms=6, parents=(one.id,)))
    after = replace(after, at_ms=1, parents=(one.id, other.id))
    assert fold((*known, after)).rows[0].record == after, "it is read first, whatever it names"
    assert not Folding(known).go_on(after)


def test_a_step_that_is_taken_back_is_folded_anew():
    *made, last = chain(5)
    undo = replace(last, id=b"u" * 16, step=Step.UNDO, about=made[-1].id, author=made[-1].author)
    assert not Folding(made).go_on(undo)


def test_a_record_that_is_another_one_now_is_folded_anew(monkeypatch):
    monkeypatch.setattr(lives, "LONG", 2)
    made = chain(4)
    kept, known = Lives(), {one.id: one for one in made}
    before = kept.of(ALERT, known, SERVICE, NO_GRADE)
    known[made[-1].id] = replace(made[-1], to=(USERS[1],))
    kept.forget(ALERT)
    after = kept.of(ALERT, known, SERVICE, NO_GRADE)
    assert (before.holder, after.holder) == (USERS[0], USERS[1])
