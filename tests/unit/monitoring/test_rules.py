from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.monitoring.rules import STANDARD, Rule, RuleError, check
from storage.monitoring.records import NO_GRADE, Questionnaire, Symptom, Vital
from storage.patients.facts import Key


def told(*symptoms, vitals=(), cancelled=False):
    made = tuple(Symptom(code, code, grade, before, answers) for code, grade, before, answers in symptoms)
    return Questionnaire(
        "Q",
        b"a" * 16,
        Key("1", "2"),
        1,
        "P",
        0,
        0,
        made,
        tuple(Vital(c, c, v) for c, v in vitals),
        cancelled=cancelled,
    )


SICK = told(
    ("diarrhea", 3, 1, (("frequency", "4"),)),
    ("pain", 1, 1, ()),
    ("mood", NO_GRADE, 2, ()),
    vitals=(("8310-5", "38,4"),),
)


@pytest.mark.parametrize(
    ("expression", "speaks"),
    [
        ("any_grade >= 3", True),
        ("any_worse >= 2", True),
        ("any_worse >= 3", False),
        ("grade(diarrhea) >= 2 and vital(8310-5) >= 38.3", True),
        ("grade(diarrhea) >= 2 and vital(8310-5) >= 38.5", False),
        ("grade(nausea) >= 0", False),
        ("grade(mood) < 5", False),
        ("not grade(pain) >= 2", True),
        ("answer(diarrhea, frequency) == 4", True),
        ("grade(diarrhea) - before(diarrhea) == 2", True),
        ("1 < grade(diarrhea) <= 3", True),
        ("grade(pain) >= 3 or worse(diarrhea) >= 2", True),
    ],
)
def test_what_a_rule_says(expression, speaks):
    check(expression)
    assert Rule("r", expression, on=True).speaks(SICK) is speaks


def test_rules_are_off_until_somebody_turns_them_on():
    assert not any(one.speaks(SICK) for one in STANDARD)
    assert all(Rule(one.name, one.expression, on=True).speaks(SICK) for one in STANDARD)


def test_a_cancelled_questionnaire_raises_nothing():
    assert not Rule("r", "any_grade >= 3", on=True).speaks(told(("pain", 4, 0, ()), cancelled=True))


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "grade(",
        "__import__('os').system('x')",
        "().__class__",
        "grade.__self__",
        "open('x')",
        "any_grade >= 3 or exec('1')",
        "any_grade < 3 and spam",
        "[1 for x in y]",
        "lambda: 1",
        "9**9**9 > 1",
        "grade(diarrhea, pain) > 1",
        "grade(x=1) > 1",
        "any_grade is 3",
        "True",
        "any_grade",
        "not 3",
        "1+" * 300 + "1",
    ],
)
def test_anything_else_is_refused_and_never_speaks(expression):
    with pytest.raises(RuleError):
        check(expression)
    assert not Rule("r", expression, on=True).speaks(SICK)


@given(st.text(max_size=80))
@example("\x00")
@example("vital(8310-5)")
@settings(max_examples=500, deadline=None)
def test_no_text_does_anything_but_speak_or_be_refused(text):
    try:
        check(text)
    except RuleError:
        assert not Rule("r", text, on=True).speaks(SICK)
    else:
        Rule("r", text, on=True).speaks(SICK)


@pytest.mark.parametrize("number", ["9" * 400, "1e400", "1000000001"])
def test_a_number_that_no_answer_has_is_no_part_of_a_rule(number):
    """With some hundred digits it was signed, and every questionnaire with a temperature then ended the whole section."""
    for expression in (f"vital(8310-5) + {number} > 3", f"any_grade < {number}"):
        with pytest.raises(RuleError):
            check(expression)
        assert not Rule("x", expression, on=True).speaks(SICK)
