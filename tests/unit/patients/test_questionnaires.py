"""Questionnaires as they stand after corrections, merges and whatever order of arrival."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from storage.monitoring.answers import Answers, alert_id
from storage.monitoring.records import NO_GRADE
from storage.patients.facts import Answered, Key, Merge, Questionnaire
from tests.unit.patients.conftest import AUTHORITY, BASE, fact

WEEK = 7 * 86_400_000


@pytest.fixture
def answers(database, clinic):
    return Answers(database)


def asked(number, week=0, status="F", raised="", item_status="F", **grades):
    items = tuple(
        Answered(symptom, "grade", symptom.upper(), symptom, "CTCAE", str(value), status=item_status)
        for symptom, value in grades.items()
    )
    at = BASE + week * WEEK
    return Questionnaire(number, "SUIVI", "EPRO", at, at + 1000, status, items, alert=raised)


def now(answers, clinic, ipp):
    return answers.of([clinic.by_ipp(ipp).id]).result()


def test_each_symptom_knows_its_grade_of_the_questionnaire_before(clinic, answers):
    clinic.tell(fact("1", asked("Q2", 1, pain=3, fatigue=1), 2))
    clinic.tell(fact("1", asked("Q1", 0, pain=1), 1))
    first, second = now(answers, clinic, "1")
    assert [(one.code, one.grade, one.before) for one in second.symptoms] == [
        ("pain", 3, 1),
        ("fatigue", 1, NO_GRADE),
    ]
    assert first.symptoms[0].before == NO_GRADE
    assert second.alert == alert_id(Key(AUTHORITY, "1"), "SUIVI", "Q2")


def test_a_correction_replaces_what_it_names_and_says_so(clinic, answers):
    clinic.tell(fact("1", asked("Q1", pain=4, nausea=2), 1))
    clinic.tell(fact("1", asked("Q1", status="C", pain=2), 2))
    (made,) = now(answers, clinic, "1")
    assert made.corrected
    assert {one.code: one.grade for one in made.symptoms} == {"pain": 2, "nausea": 2}
    assert made.received_ms < BASE + 2 * 60_000


def test_a_deleted_item_goes_and_a_cancelled_questionnaire_stays_as_such(clinic, answers):
    clinic.tell(fact("1", asked("Q1", pain=4, nausea=2), 1))
    clinic.tell(fact("1", asked("Q1", item_status="D", pain=4), 2))
    (made,) = now(answers, clinic, "1")
    assert [one.code for one in made.symptoms] == ["nausea"]
    clinic.tell(fact("1", asked("Q1", status="X"), 3))
    (made,) = now(answers, clinic, "1")
    assert made.cancelled


def test_a_cancelled_questionnaire_is_nobodys_week_before(clinic, answers):
    clinic.tell(fact("1", asked("Q1", 0, pain=1), 1))
    clinic.tell(fact("1", asked("Q2", 1, status="X", pain=4), 2))
    clinic.tell(fact("1", asked("Q3", 2, pain=3), 3))
    assert now(answers, clinic, "1")[-1].symptoms[0].before == 1


def test_the_same_message_twice_is_one_questionnaire(clinic, answers):
    clinic.tell(fact("1", asked("Q1", pain=2), 1))
    clinic.tell(fact("1", asked("Q1", pain=2), 1))
    assert len(now(answers, clinic, "1")) == 1


def test_a_merge_brings_the_questionnaires_along_and_alerts_keep_their_names(clinic, answers):
    clinic.register("1", "DUMAS", "Solange")
    clinic.tell(fact("2", asked("Q1", pain=3), 1))
    before = now(answers, clinic, "2")[0].alert
    clinic.tell(fact("1", Merge(Key(AUTHORITY, "2"), "merge"), 5))
    (made,) = now(answers, clinic, "1")
    assert (made.alert, made.person) == (before, clinic.by_ipp("1").id)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_any_order_of_arrival_ends_the_same(database, clinic, answers, order):
    told = [
        fact("2", asked("Q1", 0, pain=1), 1),
        fact("2", asked("Q2", 1, pain=3), 2),
        fact("1", asked("Q2", 1, status="C", pain=2), 3),
        fact("1", Merge(Key(AUTHORITY, "2"), "merge"), 4),
    ]
    for number in order:
        clinic.tell(told[number])
    made = now(answers, clinic, "1")
    assert [(one.id, one.key.ipp, one.symptoms[0].grade) for one in made] == [
        ("Q1", "2", 1),
        ("Q2", "2", 2),
        ("Q2", "1", 2),
    ]
    assert [one.double for one in made] == [False, False, True]


def merged(clinic, *told):
    """Tell facts, then that 2 is 1."""
    for one in told:
        clinic.tell(one)
    clinic.tell(fact("1", Merge(Key(AUTHORITY, "2"), "merge"), 9))


@pytest.mark.parametrize(("first", "second"), [("2", "1"), ("1", "2")])
def test_a_correction_under_the_other_number_of_who_was_merged_finds_its_questionnaire(
    clinic, answers, first, second
):
    merged(
        clinic,
        fact(first, asked("Q1", pain=4, nausea=2), 1),
        fact(second, asked("Q1", status="C", pain=1), 2),
    )
    lives, double = now(answers, clinic, "1")
    assert (lives.alert, lives.corrected) == (alert_id(Key(AUTHORITY, first), "SUIVI", "Q1"), True)
    assert {one.code: one.grade for one in lives.symptoms} == {"pain": 1, "nausea": 2}
    assert (double.alert, double.double, double.calls) == (
        alert_id(Key(AUTHORITY, second), "SUIVI", "Q1"),
        True,
        False,
    )


def test_a_cancellation_under_the_other_number_cancels_and_what_it_cancels_stands_once(clinic, answers):
    merged(clinic, fact("2", asked("Q1", pain=3, raised="Y"), 1), fact("1", asked("Q1", 1, status="X"), 2))
    lives, double = now(answers, clinic, "1")
    assert (lives.cancelled, lives.double, lives.calls) == (True, False, False)
    assert (double.double, double.calls) == (True, False)


def test_the_same_questionnaire_under_both_numbers_calls_once_and_is_one_week(clinic, answers):
    merged(
        clinic,
        fact("2", asked("Q1", pain=3), 1),
        fact("1", asked("Q1", pain=3), 2),
        fact("1", asked("Q2", 1, pain=3), 3),
    )
    made = now(answers, clinic, "1")
    assert [one.calls for one in made] == [True, False, True]
    assert made[-1].symptoms[0].before == 3


def test_two_questionnaires_of_two_people_whom_a_platform_numbers_alike_stay_two(clinic, answers):
    merged(clinic, fact("2", asked("Q1", 0, pain=3), 1), fact("1", asked("Q1", 1, pain=1), 2))
    assert [(one.grade, one.calls) for one in now(answers, clinic, "1")] == [(3, True), (1, True)]


def test_who_is_forgotten_leaves_no_answer(clinic, answers):
    clinic.tell(fact("1", asked("Q1", pain=3), 1))
    clinic.patients.forget(BASE + 10**12).result()
    assert answers.since(0).result() == []


def test_lists_by_time_and_the_last_of_each(clinic, answers):
    for ipp, number, week in (("1", "Q1", 0), ("1", "Q2", 1), ("2", "Q3", 0)):
        clinic.tell(fact(ipp, asked(number, week, pain=1), week + 1))
    assert {one.id for one in answers.since(BASE + WEEK).result()} == {"Q2"}
    assert {one.id for one in answers.last().result()} == {"Q2", "Q3"}
    assert answers.get(alert_id(Key(AUTHORITY, "2"), "SUIVI", "Q3")).result().id == "Q3"
    assert answers.get(bytes(16)).result() is None


def test_the_service_that_follows_counts_as_a_unit_of_the_patient(clinic, answers):
    told = msgspec.structs.replace(asked("Q1", pain=1), unit="ONCO1")
    clinic.tell(fact("1", told, 1))
    ((cared,),) = clinic.patients.concerned([1], BASE).result().values()
    assert cared.units == {"ONCO1"}
    ((late,),) = clinic.patients.concerned([1], BASE + WEEK).result().values()
    assert late.units == frozenset()
