"""Movements, with ZBE and without; merges, renamed numbers, moved files."""

from __future__ import annotations

import pytest

from app.interop.understand import understand
from storage.patients.facts import Identity, Key, Merge, Movement, Professional, Transfer
from tests.harness.er7 import IPP, NOW_MS, message, msh, pid

AT = 1_772_348_400_000
ATTENDING = "10999999992^TEST^Camille^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^RPPS"
UNIT = "Oncologie médicale^^^^^CH-FICTIF&510999999&N^UF^^^2101"
WARD = "Hôpital de jour^^^^^CH-FICTIF&510999999&N^UF^^^2102"


def evn(occurred="20260301080000"):
    return f"EVN||20260301080500||||{occurred}"


def pv1(kind="I", visit="V1", admitted="20260301080000", left=""):
    return (
        f"PV1|1|{kind}|ONCO^175^F^CH-FICTIF&510999999&N||||{ATTENDING}||||||||||||{visit}^^^X^VN"
        + "|" * 25
        + f"{admitted}|{left}"
    )


def zbe(action="INSERT", number="MV1^CH-FICTIF^510999999^FINEJ", original="", historic="N"):
    return f"ZBE|{number}|20260301080000||{action}|{historic}|{original}|{UNIT}|{WARD}|HMS"


def read(event, *segments):
    return understand(message(msh(f"ADT^{event}"), *segments), arrived_ms=NOW_MS)


def movement(event, *segments):
    found = [each.content for each in read(event, *segments).facts if isinstance(each.content, Movement)]
    assert len(found) == 1
    return found[0]


def test_a_movement_whole():
    assert movement("A01", evn(), pid(), pv1(), zbe()) == Movement(
        id="MV1",
        action="INSERT",
        event="A01",
        since_ms=AT,
        visit="V1",
        file="D1",
        patient_class="I",
        place=("ONCO", "175", "F", "CH-FICTIF"),
        medical_unit=("2101", "Oncologie médicale"),
        care_unit=("2102", "Hôpital de jour"),
        nature="HMS",
        admitted_ms=AT,
        professionals=(Professional("10999999992", "TEST Camille", "AT"),),
    )


def test_correction_cancellation_and_history():
    corrected = movement("Z99", evn(), pid(), pv1(), zbe("UPDATE", original="A02", historic="Y"))
    assert (corrected.id, corrected.action, corrected.original, corrected.historic) == (
        "MV1",
        "UPDATE",
        "A02",
        True,
    )
    assert movement("A12", evn(), pid(), pv1(), zbe("CANCEL", original="A02")).action == "CANCEL"


@pytest.mark.parametrize("event", ["A01", "A02", "A05", "A08", "A14", "A21", "A31", "A54", "Z99", "Z80"])
def test_a_zbe_is_a_movement_whatever_the_event(event):
    assert movement(event, evn(), pid(), pv1(), zbe()).event == event


def test_a_movement_of_another_system_keeps_its_giver():
    assert movement("A01", evn(), pid(), pv1(), zbe(number="MV1^URGENCES")).id == "MV1@URGENCES"


@pytest.mark.parametrize(("event", "action"), [("A01", "INSERT"), ("A12", "CANCEL")])
def test_an_unknown_action_is_said_and_follows_from_the_event(event, action):
    understood = read(event, evn(), pid(), pv1(), zbe("MODIF"))
    assert "movement_action" in understood.warnings
    assert understood.facts[-1].content.action == action


def test_a_movement_without_a_number_is_refused():
    refusal = read("A01", evn(), pid(), pv1(), zbe(number="")).refusal
    assert (refusal.code, refusal.error, refusal.place) == ("AR", "101", "ZBE-1")


@pytest.mark.parametrize(
    ("event", "cancel"),
    [
        ("A01", "A11"),
        ("A04", "A11"),
        ("A02", "A12"),
        ("A03", "A13"),
        ("A05", "A38"),
        ("A14", "A27"),
        ("A15", "A26"),
        ("A16", "A25"),
        ("A21", "A52"),
        ("A22", "A53"),
        ("A54", "A55"),
    ],
)
def test_without_a_zbe_a_cancellation_names_what_it_cancels(event, cancel):
    told, taken = movement(event, evn(), pid(), pv1()), movement(cancel, evn(), pid(), pv1())
    assert told.id == taken.id
    assert (told.action, taken.action) == ("INSERT", "CANCEL")
    assert told.since_ms == AT


def test_without_a_zbe_two_visits_and_two_transfers_are_told_apart():
    assert (
        movement("A01", evn(), pid(), pv1(visit="V1")).id != movement("A01", evn(), pid(), pv1(visit="V2")).id
    )
    assert movement("A02", evn(), pid(), pv1()).id != movement("A02", evn("20260301090000"), pid(), pv1()).id


def test_without_an_evn_the_times_of_the_visit_count():
    assert movement("A01", pid(), pv1()).since_ms == AT
    assert movement("A03", pid(), pv1(left="20260301080000", admitted="")).since_ms == AT


@pytest.mark.parametrize("event", ["A08", "A28", "A31", "A60"])
def test_events_of_identity_are_no_movement(event):
    assert [type(each.content) for each in read(event, evn(), pid(), pv1()).facts] == [Identity]


def test_a_movement_without_anything_about_it_is_said():
    assert read("A01", evn(), pid()).warnings == ("movement_missing",)


def test_the_team():
    doctor = "10999999991^EXEMPLE^Alix"
    found = movement(
        "A01",
        evn(),
        pid(),
        f"ROL||UC|ODRP|{doctor}",
        "ROL||DE|RP|7^PARTI^X",
        pv1(),
        "ROL||AD|RP|8^VENU^Y",
        zbe(),
    )
    assert [(each.number, each.part) for each in found.professionals] == [
        ("10999999991", "ODRP"),
        ("8", "RP"),
        ("10999999992", "AT"),
    ]


def test_a_merge_and_a_renamed_number():
    old = "MRG|09000511^^^CH-FICTIF&510999999&N^PI"
    assert read("A40", evn(), pid(), old).facts[-1].content == Merge(Key("510999999", "09000511"), "merge")
    assert read("A47", evn(), pid(), old).facts[-1].content == Merge(Key("510999999", "09000511"), "rename")


def test_a_merge_of_several_patients_is_read_one_by_one():
    facts = read(
        "A40", pid(), "PD1||||1^UN^X", "MRG|21^^^CHU^PI", pid("12^^^CHU^PI"), "MRG|22^^^CHU^PI"
    ).facts
    merges = [(each.key.ipp, each.content.old.ipp) for each in facts if isinstance(each.content, Merge)]
    assert merges == [("09000011", "21"), ("12", "22")]
    assert "gp" not in facts[2].content.traits


def test_a_number_merged_into_itself_says_nothing():
    understood = read("A40", evn(), pid(), f"MRG|{IPP}")
    assert understood.warnings == ("merge_itself",)
    assert [type(each.content) for each in understood.facts] == [Identity]


def test_a_moved_file():
    found = read("A44", evn(), pid(), "MRG|7^^^CHU^PI||D9^^^CHU^AN").facts[-1].content
    assert found == Transfer(Key("CHU", "7"), "D1", "D9")


@pytest.mark.parametrize(
    ("event", "segments", "refused"),
    [
        ("A40", [], ("100", "MRG")),
        ("A47", [], ("100", "MRG")),
        ("A44", [], ("100", "MRG")),
        ("A40", ["MRG|"], ("101", "MRG-1")),
        ("A40", ["MRG|1^^^X^NH"], ("101", "MRG-1")),
        ("A40", ["MRG|1^^^X^PI", "MRG|2^^^X^PI"], ("198", "MRG")),
        ("A17", [], ("201", "MSH-9")),
        ("A24", [], ("201", "MSH-9")),
        ("A29", [], ("201", "MSH-9")),
    ],
)
def test_what_would_touch_two_patients_is_exact_or_refused(event, segments, refused):
    refusal = read(event, evn(), pid(), *segments).refusal
    assert (refusal.code, refusal.error, refusal.place) == ("AR", *refused)


def test_a_clock_that_runs_ahead_has_not_the_last_word_for_ever():
    understood = understand(message(msh("ADT^A28", at="29990101"), pid()), arrived_ms=NOW_MS)
    assert understood.facts[0].stamp.recorded_ms == NOW_MS
    assert understood.warnings == ("time_ahead",)
