"""Rules of a service in words: drafts, what differs, what is wrong, times and days as people type them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interop import mapping
from app.monitoring import ruling
from app.monitoring.ruling import Names
from app.monitoring.standing import Service, Version, services
from media.mail.policy import Delay, LocalRule, Part, Policy, Protocol

ME, OTHER = b"m" * 16, b"o" * 16
NAMES = Names(lambda user: "Mme Prieur" if user == ME else "Dr Autre", mapping.own())
FIRST = ruling.first("ONCO1", ME)


def told(before, after):
    return [
        str(one).replace("\u00a0", " ").replace("\u202f", " ") for one in ruling.changes(before, after, NAMES)
    ]


def test_the_first_version_is_examples_that_can_be_signed_with_every_rule_off():
    assert ruling.faults(FIRST) == ()
    assert not any(one.on for one in FIRST.rules)
    assert FIRST.members == ((ME, Part.COORDINATOR),)
    assert Policy.parse(FIRST.encode()) == FIRST


def test_the_next_version_follows_the_one_that_holds():
    held = Service(replace(FIRST, number=4, note="x"), b"4" * 16, ME)
    made = ruling.following(held)
    assert (made.number, made.before, made.note) == (5, b"4" * 16, "")
    assert not ruling.stale(made, held)
    assert ruling.stale(made, Service(FIRST, b"5" * 16))
    assert ruling.stale(FIRST, held)
    assert not ruling.stale(FIRST, None)


def test_what_a_version_changes_is_said_part_by_part():
    after = replace(
        FIRST,
        members=((ME, Part.COORDINATOR), (OTHER, Part.DOCTOR)),
        order=(OTHER,),
        delays=(*FIRST.delays[:3], Delay(90, working=True), *FIRST.delays[4:]),
        holidays=False,
        closed=(20261224,),
        rules=(replace(FIRST.rules[0], on=True), *FIRST.rules[1:]),
        protocols=(*FIRST.protocols, Protocol("diarrhea", 2, "Boire.")),
        reasons=FIRST.reasons[1:],
    )
    assert told(FIRST, after) == [
        "Ajouté : Dr Autre, Médecin",
        "Ordre : personne → Dr Autre",
        "Grade 3 : 2 h → 90 min, ouvrés",
        "Jours fériés français : fermé → comme les autres jours",
        "Autres jours fermés : aucun → 24/12/2026",
        "grade ≥ 3 : any_grade >= 3 (inactive) → any_grade >= 3 (active)",
        "Ajouté : Diarrhée, dès le grade 2, Boire.",
        "Retiré : Motif, Conseil donné",
    ]
    assert told(after, after) == []


def test_two_rows_of_one_name_are_both_compared():
    """Two rules, or two texts, may be called the same: neither hides the other."""
    rules = (LocalRule("R", "any_grade >= 2"), LocalRule("R", "any_grade >= 3"))
    one = replace(FIRST, rules=rules)
    assert told(one, replace(one, rules=(replace(rules[0], on=True), rules[1])))
    assert told(one, replace(one, rules=rules[:1]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"members": ((ME, Part.NURSE),)}, "coordinator"),
        ({"order": (OTHER,)}, "order"),
        ({"title": " "}, "title"),
        ({"rules": (LocalRule("R", "any_grade", on=True),)}, "expression"),
        ({"rules": (LocalRule("", "any_grade >= 1"),)}, "rule-name"),
        ({"protocols": (Protocol("", 2, " "),)}, "protocol"),
        ({"reasons": (("r1", ""),)}, "reason"),
        ({"reasons": ()}, "no-reason"),
        ({"week": ((0, 0),) * 7, "delays": (Delay(5, working=True),) * 6}, "hours"),
        ({"protocols": (Protocol("", 2, "x" * 4_001),)}, "limits"),
        ({"zone": "Mars/Base"}, "zone"),
    ],
)
def test_what_cannot_be_signed_says_why(change, code):
    assert ruling.faults(replace(FIRST, **change)) == (code,)


def test_a_rule_that_is_off_may_still_be_unfinished():
    assert ruling.faults(replace(FIRST, rules=(LocalRule("R", "any_grade"),))) == ()


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("8:00", 480),
        ("08h30", 510),
        ("8", 480),
        ("24:00", 1_440),
        ("8:75", None),
        ("", None),
        ("x", None),
        ("٨:00", None),
        ("-1:00", None),
        ("99:00", None),
    ],
)
def test_times_as_people_type_them(typed, minutes):
    assert ruling.minutes_of(typed) == minutes


def test_days_as_people_type_them():
    assert ruling.days_of("31/12/2026, 2026-12-24; 24/12/2026") == (20261224, 20261231)
    assert ruling.days_of("") == ()
    assert ruling.days_of("31/02/2026") is None
    assert ruling.days_of("demain") is None
    assert ruling.days_of("1/1/99999999999999999999") is None


@given(st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused(text):
    ruling.minutes_of(text)
    ruling.days_of(text)
    assert ruling.unpack(text) is None or text


@given(st.integers(0, 500_000))
def test_a_span_says_all_of_its_minutes(minutes):
    count, unit = ruling.units(minutes)
    assert count * {"minutes": 1, "hours": 60, "days": 1_440}[unit] == minutes


def test_a_draft_is_kept_whatever_is_wrong_with_it():
    odd = replace(FIRST, title="", zone="?", members=((ME, Part.NURSE),), protocols=(Protocol("", 9, ""),))
    assert ruling.unpack(ruling.pack(odd)) == odd
    assert ruling.unpack("{") is None
    assert ruling.unpack('{"service": 3}') is None


def test_the_order_moves_within_itself():
    order = (b"a", b"b", b"c")
    assert ruling.moved(order, b"c", -1) == (b"a", b"c", b"b")
    assert ruling.moved(order, b"a", -1) == order
    assert ruling.moved(order, b"c", 1) == order


def test_of_two_versions_of_one_number_every_desk_holds_to_the_same():
    one = Version(b"1" * 16, ME, FIRST)
    second = replace(FIRST, number=2, before=one.id)
    rivals = (Version(b"2" * 16, ME, second), Version(b"3" * 16, ME, replace(second, title="B")))
    for those in ((one, *rivals), (*reversed(rivals), one)):
        found = services(those, {ME})["ONCO1"]
        assert (found.id, [each.id for each in found.rivals]) == (b"2" * 16, [b"3" * 16])


def test_a_reason_that_is_added_has_a_code_of_its_own():
    assert ruling.new_code((("r1", "a"), ("r3", "b"))) == "r2"
