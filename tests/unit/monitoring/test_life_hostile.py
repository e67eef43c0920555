"""Histories that nobody honest writes, and those that two nurses write who do not hear of each other: an alert stays open rather than closed."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from media.mail.steps import AlertStep
from storage.monitoring.life import fold, mutes
from storage.monitoring.records import MUTE_MS, NO_GRADE, Phase, Record, Step, Void
from tests.unit.monitoring.test_life import ALERT, DOCTOR, NURSE, OTHER, THIRD, Story, told

MALLORY = b"m" * 16
DAY_MS = 86_400_000


def made(name: str, step: Step, *parents: str, author: bytes = MALLORY, at: int = 500, **more) -> Record:
    """One record under a short name, after those that are named."""
    number = name.encode().ljust(16, b"\0")
    known = tuple(sorted(one.encode().ljust(16, b"\0") for one in parents))
    return Record(number, step, ALERT, at, author, author, known, **more)


@pytest.mark.parametrize(
    "forged",
    [
        [made("a", Step.CALL, "a")],
        [made("a", Step.CALL, "b"), made("b", Step.CALL, "a")],
        [made("a", Step.CALL, "c"), made("b", Step.TAKE, "a"), made("c", Step.CALL, "b")],
    ],
    ids=["after itself", "two", "three"],
)
def test_records_that_name_each_other_as_known_keep_no_alert_open_for_ever(forged):
    before = fold(forged, 1)
    close = Record(b"c" * 16, Step.CLOSE, ALERT, 9000, NURSE, NURSE, before.heads, reason="done", grade=1)
    for some in itertools.permutations([*forged, close]):
        assert fold(some, 1).phase is Phase.CLOSED


@pytest.mark.parametrize("first", ["second", "other"])
@pytest.mark.parametrize("step", [Step.ESCALATE, Step.CALL, Step.HAND, Step.REOPEN])
def test_a_second_reader_who_did_not_know_what_somebody_did_meanwhile_closes_nothing(step, first):
    story = Story(told=3)
    story.do(Step.CLOSE, reason="resolved", grade=3)
    story.do(Step.SECOND, OTHER, at=5000 if first == "second" else 7000)
    story.do(step, THIRD, blind_of=1, at=6000, to=(DOCTOR,), text="rappelle", grade=4)
    assert story().phase is not Phase.CLOSED
    assert story.voids()[1 if first == "second" else 2] in {Void.CROSSED, Void.NOT_OPEN}


def test_who_escalates_is_not_the_second_pair_of_eyes_by_answering():
    story = Story(told=4)
    story.do(Step.ESCALATE, to=(DOCTOR,))
    story.do(Step.ANSWER, text="vu avec moi-même")
    story.do(Step.CLOSE, reason="resolved", grade=3)
    assert story().phase is Phase.CLOSING
    story.do(Step.SECOND, OTHER)
    assert story().phase is Phase.CLOSED


@pytest.mark.parametrize("late", ["hand", "take"])
def test_who_took_it_is_told_that_it_was_handed_to_somebody_else_meanwhile(late):
    story = Story(told=2)
    story.do(Step.CALL, DOCTOR)
    story.do(Step.TAKE, NURSE, at=5000 if late == "hand" else 7000)
    story.do(Step.HAND, DOCTOR, blind_of=1, at=6000, to=(OTHER,))
    first, other = (NURSE, OTHER) if late == "hand" else (OTHER, NURSE)
    assert (story().holder, story().rivals) == (first, (other,))


def test_a_rival_is_named_once():
    story = Story(told=2)
    story.do(Step.TAKE)
    story.do(Step.TAKE, OTHER, blind_of=1)
    story.do(Step.TAKE, OTHER, blind_of=2)
    assert story().rivals == (OTHER,)


@pytest.mark.parametrize(("lasts_ms", "counts"), [(MUTE_MS, True), (MUTE_MS + 1, False), (1 << 46, False)])
def test_no_record_mutes_for_longer_than_three_months(lasts_ms, counts):
    one = Record(b"1" * 16, Step.MUTE, ALERT, 1000, NURSE, NURSE, symptom="pain", reason="connu", grade=2)
    one = replace(one, until_ms=1000 + lasts_ms)
    assert bool(mutes([one], told(2), 1000 + DAY_MS)) is counts


def test_a_correction_that_is_worse_asks_for_a_second_reader_after_all():
    story = Story(told=2)
    story.do(Step.CLOSE, reason="resolved", grade=1)
    assert story().phase is Phase.CLOSED
    assert fold(story.records, 4).phase is Phase.CLOSING
    assert fold(story.records, NO_GRADE).phase is Phase.CLOSED


@pytest.mark.parametrize("kind", [Record, AlertStep])
def test_why_somebody_muted_a_symptom_stands_in_no_error(kind):
    named = {"author": NURSE, "id": NURSE} if kind is Record else {}
    said = kind(step=Step.MUTE, subject=ALERT, at_ms=0, reason="vit seule depuis mars", text="mars", **named)
    assert "mars" not in repr(said)
