"""The queue by difference: lists and figures kept while alerts come and go, and the steps by which shown rows become others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import QPersistentModelIndex

from app.interop.mapping import own
from app.monitoring.cases import SORTS, Case
from app.monitoring.memory import Memory
from app.monitoring.ports import Cause, Due, Item, List, Trend, Who
from app.monitoring.queuemodel import QueueModel
from app.monitoring.reading import MOST_STEPS, steps
from storage.monitoring.answers import alert_id, silence_id
from storage.monitoring.records import Phase, Questionnaire, Record, Step, Symptom
from storage.patients.facts import Key

if TYPE_CHECKING:
    from collections.abc import Callable

NOW_MS = 1_800_000_000_000
MINUTE_MS = 60_000
ME = b"m" * 16
DOCTOR = b"d" * 16

# --- lists and figures --------------------------------------------------------------------------------------


def told(person: int, number: int, grade: int, state: str, ago: int) -> Questionnaire:
    """Return what a patient answered; one who was asked for more than the delay allows does not answer any more."""
    key = Key("1.2.3", str(person))
    at_ms = NOW_MS - ago * MINUTE_MS
    return Questionnaire(
        str(number),
        alert_id(key, "SUIVI", str(number)),
        key,
        person,
        "SUIVI",
        at_ms,
        at_ms,
        (Symptom("pain", "Douleur", grade),),
        next_ms=at_ms + 30 * MINUTE_MS,
        state=state,
    )


answers = st.tuples(
    st.integers(1, 4),
    st.lists(
        st.tuples(
            st.integers(0, 4), st.integers(0, 4), st.sampled_from(["ACTIVE", "ENDED"]), st.integers(0, 9_000)
        ),
        max_size=3,
        unique_by=lambda one: one[0],
    ),
)
said = st.tuples(
    st.integers(1, 4),
    st.integers(0, 4),
    st.sampled_from([Step.TAKE, Step.ESCALATE, Step.CLOSE]),
    st.sampled_from([alert_id, silence_id]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(answers | said, max_size=14), st.integers(0, 20_000))
def test_what_is_kept_while_alerts_come_and_go_is_what_is_sorted_and_counted_at_once(acts, later):
    kept = Memory(ME)
    asked_of: dict[int, list[Questionnaire]] = {}
    records: list[Record] = []
    now_ms = NOW_MS + later * MINUTE_MS
    for number, one in enumerate(acts):
        listed(kept, now_ms)
        if isinstance(one[1], list):
            person, those = one
            asked_of[person] = sorted(
                (told(person, *each) for each in those), key=lambda each: (each.answered_ms, each.alert)
            )
            kept.answer(person, asked_of[person], None)
        else:
            records.append(record(number, *one))
            kept.hear(records[-1])
    whole = Memory(ME)
    whole.hear(*records)
    for person, those in asked_of.items():
        whole.answer(person, those, None)
    assert listed(kept, now_ms) == listed(whole, now_ms)


def listed(memory: Memory, now_ms: int) -> object:
    """Return all that a queue says."""
    lists = {(which, sort): memory.queue(which, now_ms, sort) for which in List for sort in SORTS}
    for (which, sort), those in lists.items():
        keys = [SORTS[sort](Case(one, which, one.who.key.ipp)) for one in those]
        assert keys == sorted(keys)
    counts = memory.counts(now_ms)
    opened = [one for which in (List.TODO, List.IN_HAND, List.ESCALATED) for one in lists[which, "grade"]]
    assert memory.open(now_ms) == sorted(opened, key=lambda one: SORTS["grade"](Case(one, List.TODO, "")))
    told = [one for one in opened if not one.unmet]
    assert counts.silent == len(opened) - len(told)
    assert counts.overdue == sum(one.due.over(now_ms) for one in told)
    for which in List:
        grades = [max(one.pressing, 0) for one in lists[which, "grade"] if not one.unmet]
        assert counts.tally(which).by_grade == tuple(map(grades.count, range(6)))
    states = [memory.asked[alerts[-1]].state for alerts in memory._of.values()]
    assert counts.followed == sum(one != "ENDED" for one in states)
    return lists, replace(
        counts, heard_ms=0, late_ms=0
    )  # that a platform spoke stays so, whatever became of its words


def record(
    number: int, person: int, questionnaire: int, step: Step, called: Callable[[Key, str, str], bytes]
) -> Record:
    """Return what somebody did about an alert that may not be there: a questionnaire, or that none followed it."""
    return Record(
        id=number.to_bytes(16, "big"),
        step=step,
        subject=called(Key("1.2.3", str(person)), "SUIVI", str(questionnaire)),
        at_ms=NOW_MS + number,
        author=ME,
        reason="seen",
        grade=1,
        to=(ME, DOCTOR),
    )


# --- rows ---------------------------------------------------------------------------------------------------


def row(number: int, grade: int, waits: int) -> Item:
    """Return an alert as a row."""
    key = Key("1.2.3", str(number))
    who = Who(number, key, f"NOM{number} Camille", "19620907", "F", "VALI")
    alert = number.to_bytes(16, "big")
    return Item(alert, who, grade, Cause.SENDER, (), Trend.NEW, Phase.NEW, 0, Due(1 + waits, 10))


def sorted_rows(those: dict[int, tuple[int, int]], before: dict[bytes, Item]) -> tuple[Item, ...]:
    """Return rows in the order of the queue; one that shows the same as before is the same object."""
    items = [row(number, grade, waits) for number, (grade, waits) in those.items()]
    kept = [before[one.alert] if before.get(one.alert) == one else one for one in items]
    return tuple(sorted(kept, key=lambda one: (-one.grade, one.due.due_ms, one.alert)))


rows = st.dictionaries(st.integers(0, 30), st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=31)


@settings(max_examples=300, deadline=None)
@given(rows, rows)
def test_the_steps_lead_from_what_is_shown_to_what_is_to_be_and_rows_keep_who_they_are(first, then):
    shown = sorted_rows(first, {})
    items = sorted_rows(then, {one.alert: one for one in shown})
    place = {one.alert: at for at, one in enumerate(items)}
    model = QueueModel(None, lambda: NOW_MS, own)
    model.show_items(shown, {one.alert: at for at, one in enumerate(shown)}, None)
    held = {one.alert: QPersistentModelIndex(model.index(at)) for at, one in enumerate(shown)}
    found = steps(shown, items, place)
    assert found is not None
    model.show_items(items, place, found)
    assert model.items == items
    assert model.rowCount() == len(items)
    for alert, index in held.items():
        assert index.isValid() is (alert in place)
        assert not index.isValid() or index.row() == place[alert]


def test_one_that_goes_elsewhere_is_one_step_and_one_that_stays_is_none():
    shown = tuple(row(number, 2, number) for number in range(1_000))
    worse = replace(shown[700], grade=4)
    items = (worse, *shown[:700], *shown[701:])
    found = steps(shown, items, {one.alert: at for at, one in enumerate(items)})
    assert [(one.source, one.target) for one in found] == [(700, 0)]
    held = (*shown[:700], replace(shown[700], holder=DOCTOR), *shown[701:])
    assert steps(shown, held, {one.alert: at for at, one in enumerate(held)}) == ()


def test_more_steps_than_are_worth_it_are_none():
    shown = tuple(row(number, 2, number) for number in range(MOST_STEPS + 1))
    assert steps((), shown, {one.alert: at for at, one in enumerate(shown)}) is None
