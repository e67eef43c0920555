"""Who is in the care team: by RPPS, by unit, now or within thirty days; everybody else says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.patients.access import MAX_TEXT, REASONS, SHUT, WINDOW_MS, Reader, because, decide
from storage.patients.facts import Professional
from storage.patients.records import Member, Patient, Status, Stay

NOW = 1_795_522_320_000
ME, OTHER = "10100000016", "10100000024"


def stay(unit, since_ms, *, visit="1", cancelled=False, number="m"):
    units = (unit, unit)
    return Stay(
        number, "A01", since_ms, cancelled, visit, "", "I", (), units, units, "S", False, False, 0, "1"
    )


def patient(**more):
    return Patient(1, "1.2", "42", Status.QUALIFIED, **more)


def member(number, since_ms, *, current=False):
    return Member(Professional(number, "X", "AT"), since_ms, current)


@pytest.mark.parametrize(
    ("one", "ground"),
    [
        (patient(), ""),
        (patient(members=(member(ME, 0, current=True),)), "team"),
        (patient(members=(member(ME, NOW - WINDOW_MS),)), "team"),
        (patient(members=(member(ME, NOW - WINDOW_MS - 1),)), ""),
        (patient(members=(member(OTHER, NOW, current=True),)), ""),
        (patient(gp=Professional(ME, "X", "ODRP")), "team"),
        (patient(units=(("3120", "Onco"),)), "unit"),
        (patient(units=(("9999", "Autre"),)), ""),
        (patient(stays=(stay("3120", NOW - WINDOW_MS),)), "unit"),
        (patient(stays=(stay("3120", NOW - WINDOW_MS - 1),)), ""),
        (patient(stays=(stay("3120", NOW, cancelled=True),)), ""),
    ],
)
def test_only_the_care_team_and_its_units_open_directly(one, ground):
    assert decide(one, Reader(ME, frozenset(("3120",))), NOW).ground == ground


def test_a_long_stay_that_ended_within_thirty_days_counts_from_its_end():
    long_ago, lately = NOW - 3 * WINDOW_MS, NOW - 5
    moved = patient(stays=(stay("3120", long_ago), stay("5000", lately)))
    assert decide(moved, Reader(units=frozenset(("3120",))), NOW).ground == "unit"
    another_visit = patient(stays=(stay("3120", long_ago), stay("5000", lately, visit="2")))
    assert decide(another_visit, Reader(units=frozenset(("3120",))), NOW) == SHUT


def test_somebody_without_a_number_is_in_no_team_of_numberless_people():
    assert decide(patient(members=(member("", NOW, current=True),)), Reader(), NOW) == SHUT
    assert decide(patient(stays=(stay("", NOW),)), Reader(units=frozenset(("",))), NOW) == SHUT


def test_an_open_house_is_open_and_says_so():
    assert decide(patient(), Reader(everyone=True), NOW).ground == "everyone"


@given(st.text(max_size=2000), st.text(max_size=2000))
def test_no_text_but_a_reason_opens_anything(reason, text):
    access = because(reason, text)
    assert access.granted == (reason in REASONS and (reason != "other" or bool(text.split())))
    assert len(access.text) <= MAX_TEXT


@given(st.text(max_size=300))
def test_another_reason_is_kept_on_one_line(text):
    access = because("other", text)
    assert "\n" not in access.text
    assert access.granted == bool(" ".join(text.split()))
