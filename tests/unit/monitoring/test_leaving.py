"""How far the summary of a closed alert is, in the row of every desk."""

from __future__ import annotations

import pytest

from app.monitoring import cases
from app.monitoring.standing import unruled
from storage.monitoring.life import fold
from storage.monitoring.records import Questionnaire, Record, Step, Symptom
from storage.patients.facts import Key

NOON = 1_800_000_000_000
ALERT, NURSE, OTHER = (letter * 16 for letter in (b"a", b"n", b"o"))
TOLD = Questionnaire(
    "Q1", ALERT, Key("1.2", "80417702"), 1, "SUIVI", NOON, NOON, (Symptom("pain", "Douleur", 2),)
)
CLOSED = Record(b"1" * 16, Step.CLOSE, ALERT, NOON, NURSE, NURSE, reason="known", grade=1)


def said(step, author=NURSE, number=b"2"):
    return Record(number * 16, step, ALERT, NOON + 1, author, author, (CLOSED.id,), about=CLOSED.id)


def rows(*records):
    life = fold([CLOSED, *records], 2)
    who = cases.nobody(TOLD)
    asked = cases.asked(TOLD, who, unruled("-"), life, ())
    return asked.item.leaving, cases.silent(ALERT, NOON, who, unruled("-"), life).item.leaving


@pytest.mark.parametrize("step", [Step.ACCEPTED, Step.REFUSED])
def test_the_word_of_the_desk_that_closed_stands_in_the_row_of_an_answer_and_of_a_missed_one(step):
    assert rows(said(step)) == (str(step), str(step))


def test_nothing_stands_there_before_by_another_desk_s_word_or_once_it_is_open_again():
    assert rows() == ("", "")
    assert rows(said(Step.ACCEPTED, OTHER)) == ("", "")
    again = Record(b"3" * 16, Step.REOPEN, ALERT, NOON + 2, OTHER, OTHER, (CLOSED.id,), text="x")
    assert rows(said(Step.ACCEPTED), again) == ("", "")
