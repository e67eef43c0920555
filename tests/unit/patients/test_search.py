"""Finding people as somebody types: by every name they had, their numbers and birth date; never an error."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.patients.facts import Identity, Key, Merge
from tests.unit.patients.conftest import AUTHORITY, TEST_OID, fact, move

INS = "279035121518989"
QUALIFIED = {"reliability": "VALI", "ins": INS, "ins_oid": TEST_OID}


@pytest.fixture
def odile(clinic):
    clinic.register(
        "00901234",
        "LE MAÎTRE",
        "Odile",
        used_name="D'ARTAGNAN-ŒUVRARD",
        given_names="Odile Marie-Ange",
        **QUALIFIED,
    )
    clinic.register("77", "AUTRE", "Zoé", birth="19880101")
    return clinic


@pytest.mark.parametrize(
    "typed",
    [
        "le maitre", "LEMAITRE", "LE-MAÎTRE", "lemai", "maître", "odile lemai 1954", "1954 lemai odile", "  Odile   LE  ",
        "dartagnan", "d'artagnan", "D’ARTAGNAN", "artagnan", "oeuvrard artagnan", "œuvrard", "marie-ange", "mariean",
        "14/03/1954", "14-03-1954", "14.3.1954", "14/3/54", "14031954", "14 03 1954", "1954-03-14", "19540314", "03/1954", "14/03",
        "00901234", "901234", "0090123", INS, "2 79 03 51 215 189 89", INS[:13], "odile 14/03/1954", "odile 901234",
    ],
)  # fmt: skip
def test_one_patient_in_all_the_ways_people_type(odile, typed):
    assert odile.find(typed) == ["LE MAÎTRE"]


@pytest.mark.parametrize(
    "typed", ["odile 1955", "zoé lemaitre", "2790351215189 90", "qq", "15/03/1954", "é&", "279035121518"]
)
def test_what_does_not_fit_finds_nobody(odile, typed):
    assert odile.find(typed) == []


def test_nothing_typed_shows_who_was_seen_last(odile):
    odile.register("78", "TROISIÈME", "Zoé", at=1)
    assert odile.find("")[0] == odile.find(" ' ")[0] == "TROISIÈME"
    assert len(odile.find("")) == 3


def test_an_ins_is_looked_for_only_where_one_asks(odile):
    assert (odile.find(INS, inside=True), odile.find(INS, unit="2102")) == ([], [])
    odile.tell(fact("00901234", move("m1", "A01", care_unit=("2102", "HDJ")), 1))
    assert odile.find(INS, inside=True) == odile.find(INS[:13], unit="2102") == ["LE MAÎTRE"]


def test_an_ins_that_is_not_qualified_finds_nobody(clinic):
    clinic.register("1", "BRUN", "Anne", **{**QUALIFIED, "reliability": "PROV"})
    assert clinic.find(INS) == []


def test_former_names_and_merged_numbers_lead_to_who_it_is_now(clinic):
    clinic.register("1", "ANCIENNE", "Anne")
    clinic.register("2", "BRUN", "Anne", at=1)
    clinic.tell(fact("2", Identity({"birth_name": "BRUNET"}), 2))
    clinic.tell(fact("2", Merge(Key(AUTHORITY, "1"), "merge"), 3))
    assert [clinic.find(typed) for typed in ("ancienne", "brun", "anne")] == [["BRUNET"]] * 3


def test_the_name_as_it_stands_comes_before_longer_ones_then_who_is_inside_then_the_last_seen(clinic):
    clinic.register("1", "MARTINEZ", "A", at=5)
    clinic.register("2", "MARTINET", "B", at=1)
    clinic.register("3", "MARTIN", "C", at=2)
    clinic.register("4", "MARTINON", "D", at=9)
    clinic.tell(fact("2", move("m1", "A01", at=1), 1))
    assert clinic.find("martin") == ["MARTIN", "MARTINET", "MARTINON", "MARTINEZ"]
    assert clinic.find("marti", limit=2) == ["MARTINET", "MARTINON"]


def test_narrowed_to_the_hospital_or_to_a_unit(clinic):
    for number, name in enumerate(("MARTIN", "MARTINET", "MARTINEZ")):
        clinic.register(str(number), name, "A")
    clinic.tell(fact("1", move("m1", "A01", care_unit=("2102", "HDJ")), 1))
    clinic.tell(fact("2", move("m2", "A01", care_unit=("21", "Soins")), 1))
    assert sorted(clinic.find("martin", inside=True)) == ["MARTINET", "MARTINEZ"]
    assert clinic.find("mar", unit="2102") == ["MARTINET"]
    assert clinic.find("", unit="21") == ["MARTINEZ"]
    clinic.tell(fact("1", move("m3", "A03", at=5), 5))
    assert (clinic.find("", unit="2102"), clinic.find("martin", inside=True)) == ([], ["MARTINEZ"])


def test_namesakes_are_said_and_near_ones_marked(clinic):
    me = clinic.register("1", "DUPONT", "Anne")
    clinic.register("2", "DUPOND", "Anne")
    clinic.register("3", "DUPONT", "ANNE", birth="19900101")
    clinic.register("4", "DUPONT", "Zoé")
    clinic.register("5", "AUTRE", "Anne", used_name="Dupont")
    found = clinic.patients.homonyms(me).result()
    assert [one.given_name for one in found] == ["Anne", "ANNE", "Zoé", "Anne"]
    assert [(one.birth_name, one.near) for one in found] == [
        ("AUTRE", False),
        ("DUPONT", False),
        ("DUPONT", False),
        ("DUPOND", True),
    ]
    assert clinic.patients.homonyms(99).result() == []


def test_the_recently_seen_in_their_order_each_once(clinic):
    one, two = clinic.register("1", "UN", "A"), clinic.register("2", "DEUX", "B")
    clinic.tell(fact("3", Merge(Key(AUTHORITY, "1"), "merge"), 3))
    found = clinic.patients.recent([two, 99, one, two]).result()
    assert [row.ipp for row in found] == ["2", "3"]


@pytest.mark.parametrize(
    "text",
    ['"', "'", "*", "martin*", "NEAR(a b)", "a AND", "OR", "NOT", "(", "a:b", "{a}", "^a", "-", "\x00", "a\x00b", "\ud800", "\u202eabc",
     "é" * 10_000, "a " * 5_000, "1" * 10_000, "/" * 999, "%", "_", "\ue003", "\ue001901", "१२३४५६", "²³"],
)  # fmt: skip
def test_no_text_is_too_odd(odile, text):
    odile.find(text)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.text(alphabet="\"'*()^:{}-+/. 0123456789lemaitre\x00", max_size=60))
def test_any_text_at_all(odile, text):
    for narrowed in ({}, {"inside": True}, {"unit": text.replace("\ud800", "")}):
        odile.find(text, **narrowed)


def test_names_in_other_scripts_are_found(clinic):
    clinic.register("1", "محمد", "علي")
    clinic.register("2", "ΠΑΠΑΔΌΠΟΥΛΟΣ", "Ελένη")
    assert (clinic.find("محمد"), clinic.find("παπαδο")) == (["محمد"], ["ΠΑΠΑΔΌΠΟΥΛΟΣ"])
