"""What calls and what is quiet: answers that no grade speaks for, and mutes that hide no more than they name."""

from __future__ import annotations

import pytest

from app import i18n
from app.interop.mapping import own
from app.monitoring import looks
from app.monitoring.memory import Memory
from app.monitoring.ports import List, Who
from app.monitoring.standing import Service
from media.mail.policy import LocalRule, Policy
from storage.monitoring.answers import fold, patient_id
from storage.monitoring.records import NO_GRADE, SEVERE, Record, Step
from storage.patients.facts import Answered, Key, Questionnaire
from storage.patients.told import Told

MINUTE, HOUR, DAY, WEEK = 60_000, 3_600_000, 86_400_000, 7 * 86_400_000
NOW = 1_790_000_000_000
NURSE = b"n" * 16
VITALS = {"8310-5": "Cel", "29463-7": "kg"}


class Ward:
    """What platforms say of patients, folded and judged as at a desk."""

    def __init__(self, *rules: LocalRule) -> None:
        self.memory, self.words = Memory(NURSE), {}
        self.policy = Policy("ONCO1", "Oncologie", 1, rules=rules)
        self.memory.rule({"ONCO1": Service(self.policy, b"p" * 16)})

    def ask(self, person, number, at_ms=NOW, *more, raised="", said="", status="F", **grades):
        """Take a questionnaire; grades are the sender's, `pain_G` a composite one, more are items as they are."""
        items = [_item(name, str(value)) for name, value in grades.items()]
        content = Questionnaire(
            number, "SUIVI", "EPRO", at_ms, at_ms, status, (*items, *more), said, alert=raised, unit="ONCO1"
        )
        key, words = Key("A", str(person)), self.words.setdefault(person, [])
        words.append(Told(at_ms + len(words), f"C{len(words)}", 0, key, len(words), content))
        who = Who(person, key, f"PATIENT{person} Essai", "19620907", "F", "qualifiée")
        told = fold(person, words)
        self.memory.answer(person, told, who)
        return next(one.alert for one in told if one.id == number)

    def mute(self, person, symptom, grade, at_ms):
        record = Record(
            at_ms.to_bytes(16, "big"), Step.MUTE, patient_id(Key("A", str(person))), at_ms, NURSE, b"d" * 16,
            reason="connue", symptom=symptom, grade=grade, until_ms=at_ms + 12 * WEEK,
        )  # fmt: skip
        self.memory.hear(record)

    def listed(self, which=List.TODO, sort="grade"):
        return [one.alert for one in self.memory.queue(which, NOW, sort)]

    def item(self, alert):
        return self.memory.case(alert, NOW)


def _item(name, value):
    symptom, _, attribute = name.partition("_")
    code = f"{symptom.upper()}-{attribute}" if attribute else symptom.upper()
    known = {"G": "composite", "S": "severity", "": "grade"}[attribute]
    return Answered(symptom, known, code, symptom, "PRO-CTCAE" if attribute else "CTCAE", value)


def vital(code, value):
    return Answered(code, "vital", code, "", "LN", value, VITALS[code])


UNMAPPED = Answered("", "", "X12", "Moral", "LOCAL", "très bas")
FEVER = vital("8310-5", "39.6")
SHAPES = {
    "out of range alone": ((), {"pain": 7}),
    "out of range, not raised": ((), {"pain": 7, "raised": "N"}),
    "out of range beside a mild one": ((), {"fatigue_G": 1, "diarrhea_G": 7, "raised": "Y"}),
    "an answer that its scale does not have": ((), {"fatigue_G": 1, "pain_S": 9}),
    "raised for a fever": ((FEVER,), {"raised": "Y"}),
    "raised for a fever, all symptoms absent": ((FEVER,), {"raised": "Y", "pain": 0, "fatigue": 0}),
    "raised for words": ((), {"raised": "Y", "said": "Je tremble."}),
    "raised for an item of no table": ((UNMAPPED,), {"raised": "Y", "pain": 0}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_no_grade_speaks_for_stands_on_top_with_the_delay_of_a_severe_one(shape):
    ward, (more, told) = Ward(), SHAPES[shape]
    graded = [ward.ask(grade, f"Q{grade}", NOW - HOUR, pain=grade) for grade in (1, 3, 4)]
    odd = ward.ask(9, "Q9", NOW - HOUR, *more, **told)
    assert ward.listed() == [odd, *reversed(graded)]
    severe = ward.policy.delays[SEVERE].minutes * MINUTE
    assert ward.item(odd).due.total_ms == severe
    assert ward.item(odd).pressing == SEVERE
    assert ward.memory.counts(NOW).tally(List.TODO).by_grade == (0, 1, 0, 2, 1, 0)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_it_says_why_in_words_and_shows_no_mild_sign(shape, language):
    i18n.set_language(language)
    ward, (more, told) = Ward(), SHAPES[shape]
    item = ward.item(ward.ask(9, "Q9", NOW - HOUR, *more, **told))
    why = {"fr": ("hors échelle", "signalée sans grade"), "en": ("out of range", "raised without a grade")}
    said = looks.sentence(item, "", NOW, own())
    assert any(one in said for one in why[language])
    assert looks.sign(item) == NO_GRADE
    assert looks.glyph(item)
    assert looks.unsaid(item).lower() in said
    i18n.set_language("fr")


def test_what_a_local_rule_alone_raises_without_a_grade_stands_on_top_too():
    ward = Ward(LocalRule("fièvre", "vital(8310-5) >= 38.3", on=True))
    mild = ward.ask(1, "Q1", NOW - HOUR, pain=2)
    hot = ward.ask(2, "Q2", NOW - HOUR, FEVER, raised="N", pain=0)
    assert ward.listed() == [hot, mild]


def test_what_was_told_as_0_and_raised_is_a_grade_0_as_told():
    ward = Ward()
    mild = ward.ask(1, "Q1", NOW - HOUR, pain=1)
    asks = ward.ask(2, "Q2", NOW - HOUR, anxious=0, raised="Y", said="Une question.")
    assert ward.listed() == [mild, asks]
    assert ward.item(asks).pressing == 0


def test_a_grade_that_somebody_confirmed_places_it_and_the_delay_stays():
    ward = Ward()
    severe = ward.ask(1, "Q1", NOW - HOUR, pain=3)
    odd = ward.ask(2, "Q2", NOW - HOUR, pain=7)
    due = ward.item(odd).due
    ward.memory.hear(Record(b"1" * 16, Step.CONFIRM, odd, NOW, NURSE, b"d" * 16, grade=1))
    confirmed = ward.item(odd)
    assert (confirmed.grade, confirmed.pressing, confirmed.ungraded) == (1, 1, False)
    assert (confirmed.due, "out-of-range" in confirmed.warnings) == (due, True)
    assert [one.alert for one in ward.memory.open(NOW)] == [severe, odd]


# --- mutes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ((FEVER,), {}),
        ((), {"said": "Je tremble."}),
        ((UNMAPPED,), {}),
        ((), {"pain": 1}),
        ((), {"pain": 7}),
        ((), {"pain_S": 3}),
    ],
)
def test_a_mute_hides_nothing_that_the_sender_may_have_raised_for_something_else(more, told):
    ward = Ward()
    ward.ask(1, "Q1", NOW - 2 * WEEK, fatigue=1)
    ward.mute(1, "fatigue", 1, NOW - 2 * WEEK + 1)
    alone = ward.ask(1, "Q2", NOW - WEEK, fatigue=1, nausea=0, raised="Y")
    other = ward.ask(1, "Q3", NOW - HOUR, *more, fatigue=1, raised="Y", **told)
    assert ward.listed(List.QUIET) == [alone]
    assert other in ward.listed()


@pytest.mark.parametrize("worse", [2, 7])
def test_a_mute_that_is_void_as_it_worsened_never_comes_back(worse):
    ward = Ward()
    ward.ask(1, "Q1", NOW - 4 * WEEK, fatigue=1)
    ward.mute(1, "fatigue", 1, NOW - 4 * WEEK + 1)
    muted = ward.ask(1, "Q2", NOW - 3 * WEEK, fatigue=1)
    assert ward.listed(List.QUIET) == [muted]
    second = ward.ask(1, "Q3", NOW - 2 * WEEK, fatigue=worse)
    third = ward.ask(1, "Q4", NOW - WEEK, fatigue=1)
    fourth = ward.ask(1, "Q5", NOW - HOUR, nausea=1)
    assert {second, third, fourth} <= set(ward.listed())
    assert ward.listed(List.QUIET) == [muted]
    assert not ward.memory.muted(ward.memory.asked[fourth], NOW)
    ward.mute(1, "fatigue", 1, NOW - HOUR + 1)
    again = ward.ask(1, "Q6", NOW, fatigue=1)
    assert again in ward.listed(List.QUIET)


def test_a_worse_answer_that_was_taken_back_ends_no_mute():
    ward = Ward()
    ward.ask(1, "Q1", NOW - 4 * WEEK, fatigue=1)
    ward.mute(1, "fatigue", 1, NOW - 4 * WEEK + 1)
    ward.ask(1, "Q2", NOW - 2 * WEEK, fatigue=3)
    ward.ask(1, "Q2", NOW - 2 * WEEK, status="X")
    later = ward.ask(1, "Q3", NOW - WEEK, fatigue=1)
    assert later in ward.listed(List.QUIET)


def test_what_was_worse_before_the_mute_ends_it_not():
    ward = Ward()
    ward.ask(1, "Q1", NOW - 4 * WEEK, fatigue=3)
    ward.ask(1, "Q2", NOW - 3 * WEEK, fatigue=1)
    ward.mute(1, "fatigue", 1, NOW - 3 * WEEK + 1)
    later = ward.ask(1, "Q3", NOW - WEEK, fatigue=1)
    assert later in ward.listed(List.QUIET)


# --- scales -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["4", "5", "-1", "grave"])
def test_a_composite_that_its_scale_does_not_have_is_no_grade(value):
    ward = Ward()
    item = ward.item(ward.ask(1, "Q1", NOW, pain_G=value))
    assert item.grade == NO_GRADE
    assert "out-of-range" in item.warnings


@pytest.mark.parametrize(("value", "odd"), [("4", False), ("5", True), ("-1", True), ("2.5", True)])
def test_an_attribute_beyond_4_warns(value, odd):
    ward = Ward()
    item = ward.item(ward.ask(1, "Q1", NOW, pain=1, pain_S=value))
    assert ("out-of-range" in item.warnings) is odd
    assert item.grade == 1


def test_what_a_patient_prefers_not_to_answer_is_no_value_out_of_range():
    ward = Ward()
    item = ward.item(ward.ask(1, "Q1", NOW, fatigue=1, libido_S="ne souhaite pas répondre"))
    assert "out-of-range" not in item.warnings


def test_a_correction_of_another_item_keeps_the_warning_and_one_of_the_value_takes_it_away():
    ward = Ward()
    alert = ward.ask(1, "Q1", NOW - HOUR, pain=7, nausea=1)
    ward.ask(1, "Q1", NOW - HOUR, status="C", nausea=2)
    assert "out-of-range" in ward.item(alert).warnings
    ward.ask(1, "Q1", NOW - HOUR, status="C", pain=2)
    assert "out-of-range" not in ward.item(alert).warnings
