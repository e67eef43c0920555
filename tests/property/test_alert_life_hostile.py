"""Whatever is written, by whomever: one state at every desk, no closure past what somebody did meanwhile, no alert that cannot be closed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.monitoring.graph import passes_on
from storage.monitoring.life import fold
from storage.monitoring.records import NO_GRADE, Phase, Record, Step
from tests.property.test_alert_life import ALERT, USERS, act, play

if TYPE_CHECKING:
    import random

MOVES = frozenset(
    {Step.TAKE, Step.HAND, Step.CALL, Step.ADVISE, Step.CONFIRM, Step.ESCALATE, Step.ANSWER, Step.REOPEN}
)


def past(one: Record, known: dict[bytes, Record]) -> set[bytes]:
    """All that the author of a record knew, as far as it is known here."""
    found: set[bytes] = set()
    ahead = list(one.parents)
    while ahead:
        name = ahead.pop()
        if name in known and name not in found:
            found.add(name)
            ahead += known[name].parents
    return found - {one.id}


@given(st.lists(act, max_size=24), st.integers(NO_GRADE, 5))
@settings(max_examples=300, deadline=None)
def test_nobody_moved_a_closed_alert_without_knowing_of_its_end(acts, told):
    known, every = play(acts, told)
    for records in (*known, {one.id: one for one in every}):
        life = fold(records.values(), told)
        ends = [
            row.record
            for row in life.rows
            if row.void is None and row.record.step in {Step.CLOSE, Step.SECOND}
        ]
        if life.phase is not Phase.CLOSED:
            continue
        undone = {row.record.id for row in life.rows if row.void == "undone"}
        moved = [one for one in records.values() if one.step in MOVES and one.id not in undone]
        for one in moved:
            settled = passes_on(one) and one.about in records
            aware = one.id in past(ends[-1], records) or ends[-1].id in past(one, records)
            assert settled or aware, (one.step, ends[-1].step)


@given(st.lists(act, max_size=24), st.integers(NO_GRADE, 5))
@settings(max_examples=200, deadline=None)
def test_who_has_it_is_no_rival_and_a_rival_is_named_once(acts, told):
    known, _every = play(acts, told)
    for records in known:
        life = fold(records.values(), told)
        assert len(set(life.rivals)) == len(life.rivals)
        assert life.holder not in life.rivals


@given(
    st.lists(act, max_size=20),
    st.lists(st.lists(st.integers(0, 24), max_size=4), max_size=20),
    st.integers(NO_GRADE, 2),
    st.randoms(use_true_random=False),
)
@settings(max_examples=300, deadline=None)
def test_parents_that_nobody_honest_names_change_nothing_for_the_others(
    acts, forged, told, chance: random.Random
):
    every = list({one.id: one for one in play(acts, told)[1]}.values())
    names = [one.id for one in every] + [bytes([200 + at]) * 16 for at in range(5)]
    every = [
        replace(one, parents=tuple(names[at % len(names)] for at in forged[place]))
        if place < len(forged) and forged[place]
        else one
        for place, one in enumerate(every)
    ]
    expected = fold(every, told)
    chance.shuffle(every)
    assert fold(every, told) == expected
    ends = (
        Record(
            b"C" * 16, Step.CLOSE, ALERT, 1 << 40, USERS[0], b"x" * 16, expected.heads, reason="r", grade=1
        ),
        Record(b"S" * 16, Step.SECOND, ALERT, 1 << 40, USERS[1], b"y" * 16, (b"C" * 16,)),
    )
    assert expected.phase is Phase.CLOSED or fold([*every, *ends], told).phase is Phase.CLOSED
