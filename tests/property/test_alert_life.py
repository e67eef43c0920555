"""Any split of the team and any order of arrival ends in one state, and no way leads to a closed alert without its trace.

What an escalation left at the relay comes out whenever the relay likes: early, late, or though somebody took the alert.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.monitoring.graph import TIDINGS, order, passes_on
from storage.monitoring.life import fold
from storage.monitoring.records import NO_GRADE, SEVERE, Life, Phase, Record, Row, Step

if TYPE_CHECKING:
    import random

ALERT = bytes(16)
ABOUT = TIDINGS | {Step.UNDO}
USERS = [bytes([number]) * 16 for number in (1, 2, 3)]
act = st.fixed_dictionaries(
    {
        "device": st.integers(0, 3),
        "step": st.sampled_from([one for one in Step if one not in {Step.MUTE, Step.UNMUTE}]),
        "at": st.integers(0, 90_000),
        "grade": st.integers(NO_GRADE, 5),
        "to": st.integers(0, 2),
        "reason": st.sampled_from(["", "resolved"]),
        "about": st.integers(0, 20),
        "passes": st.booleans(),
        "sync": st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=3),
    }
)


def play(acts: list[dict[str, object]], told: int) -> tuple[list[dict[bytes, Record]], list[Record]]:
    """Let four devices (two of one user) write records from what each knows; some of them hear of each other in between."""
    known: list[dict[bytes, Record]] = [{} for _ in range(4)]
    every: list[Record] = []
    for number, one in enumerate(acts):
        device = one["device"]
        mine = known[device]
        record = passed(one, every) or Record(
            id=number.to_bytes(16, "big"),
            step=one["step"],
            subject=ALERT,
            at_ms=one["at"],
            author=USERS[device % 3],
            device=bytes([device]) * 16,
            parents=fold(mine.values(), told).heads,
            reason=one["reason"],
            text=one["reason"],
            grade=one["grade"],
            to=tuple(USERS[(one["to"] + at) % 3] for at in range(2)),
            about=every[one["about"] % len(every)].id if every and one["step"] in ABOUT else b"",
        )
        mine[record.id] = record
        every.append(record)
        for source, target in one["sync"]:
            known[target] |= known[source]
    return known, every


def passed(one: dict[str, object], every: list[Record]) -> Record | None:
    """What one of the escalations left at the relay, at its time; whoever is told of it, it was signed with that one."""
    firsts = [each for each in every if each.step is Step.ESCALATE and not each.about]
    if not one["passes"] or not firsts:
        return None
    first = firsts[one["about"] % len(firsts)]
    name = b"P" + first.id[1:]
    return replace(
        first, id=name, at_ms=first.at_ms + 20_000, parents=(first.id,), to=first.to[1:], about=first.id
    )


@given(st.lists(act, max_size=24), st.integers(NO_GRADE, 5))
@settings(max_examples=300, deadline=None)
def test_an_escalation_that_somebody_met_or_ended_passes_on_to_nobody(acts, told):
    known, every = play(acts, told)
    for records in (*known, {one.id: one for one in every}):
        rows = fold(records.values(), told).rows
        for at, row in enumerate(rows):
            if passes_on(row.record):
                first = records.get(row.record.about)
                before = [one for one in rows[:at] if one.void is None]
                assert row.void is not None or first is None or not ended(first, before)


def ended(first: Record, rows: list[Row]) -> bool:
    """Tell whether what is read before says that nobody more need be asked."""
    before = [row.record for row in rows]
    if first not in before:
        return True
    after = before[before.index(first) + 1 :]
    ends = {Step.ANSWER, Step.CLOSE, Step.REOPEN}
    return any(
        one.step in ends
        or (one.step is Step.ESCALATE and not one.about)
        or (one.author in first.to and one.step in {Step.TAKE, Step.CALL})
        for one in after
    )


@given(st.lists(act, max_size=24), st.integers(NO_GRADE, 5), st.data())
@settings(max_examples=300, deadline=None)
def test_what_passes_on_changes_nothing_but_who_is_asked(acts, told, data):
    _, every = play(acts, told)
    without = [one for one in every if not passes_on(one)]
    some = [one for one in every if not passes_on(one) or data.draw(st.booleans())]
    plain, late = fold(without, told), fold(some, told)
    same = ("phase", "holder", "rivals", "answered", "grade", "reason", "waits", "escalated_to", "reopened")
    if not any(set(one.parents) & {each.id for each in some if passes_on(each)} for one in without):
        assert [getattr(plain, name) for name in same] == [getattr(late, name) for name in same]


@given(st.lists(act, max_size=24), st.integers(NO_GRADE, 5), st.data())
@settings(max_examples=300, deadline=None)
def test_what_became_of_a_summary_moves_nothing_whoever_says_it_of_what(acts, told, data):
    _, every = play(acts, told)
    told_of = [one for one in every if one.step in TIDINGS]
    without = [one for one in every if one not in told_of]
    some = [one for one in every if one not in told_of or data.draw(st.booleans())]
    plain, whole = fold(without, told), fold(some, told)
    assert replace(whole, rows=plain.rows) == plain
    assert tuple(row for row in whole.rows if row.record not in told_of) == plain.rows


@given(st.lists(act, max_size=24), st.integers(NO_GRADE, 5), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_every_device_ends_in_the_same_state_whatever_came_first(acts, told, chance: random.Random):
    _, every = play(acts, told)
    expected = fold(every, told)
    for _ in range(4):
        chance.shuffle(every)
        assert fold(every, told) == expected
    assert len(expected.rows) == len({one.id for one in every})


@given(st.lists(act, max_size=24), st.integers(NO_GRADE, 5))
@settings(max_examples=300, deadline=None)
def test_whatever_a_device_knows_a_closed_alert_has_its_trace(acts, told):
    known, every = play(acts, told)
    for records in (*known, {one.id: one for one in every}):
        closed_by_rule(fold(records.values(), told), told)


def closed_by_rule(life: Life, told: int) -> None:
    if life.phase is not Phase.CLOSED:
        return
    held = [row.record for row in life.rows if row.void is None]
    last = max(at for at, one in enumerate(held) if one.step in {Step.CLOSE, Step.SECOND})
    closure = next(one for one in reversed(held[: last + 1]) if one.step is Step.CLOSE)
    assert closure.reason
    assert closure.grade == life.grade != NO_GRADE
    if max(told, closure.grade) >= SEVERE:
        seconds = [one for one in held if one.step is Step.SECOND and one.author != closure.author]
        assert seconds or any(one.step is Step.ANSWER for one in held)


@given(st.lists(act, min_size=1, max_size=24), st.data())
@settings(max_examples=200, deadline=None)
def test_a_device_that_missed_some_records_orders_the_others_alike(acts, data):
    _, every = play(acts, NO_GRADE)
    kept = data.draw(st.sets(st.sampled_from([one.id for one in every])))
    some = order({one.id: one for one in every if one.id in kept})
    for later in range(len(some)):
        for earlier in range(later):
            assert some[later].id not in some[earlier].parents
