"""A result or a document says of whom it is: what does not fit is told, and never silently attached."""

from __future__ import annotations

import msgspec
import pytest

from storage.patients.facts import Document, Identity, Key, Person, Report
from storage.patients.vigilance import difference, jump
from tests.unit.patients.conftest import TEST_OID, fact

INS, OTHER = "279035121518989", "254039912345645"
LAB = "1.2.250.1.999.77"


@pytest.fixture
def patient(clinic):
    clinic.register(
        "1", "LE MAITRE", "Marie-Claire", "19540314", used_name="DUPONT", given_names="Marie-Claire Anne",
        reliability="VALI", ins=INS, ins_oid=TEST_OID,
    )  # fmt: skip
    return clinic.by_ipp("1")


@pytest.mark.parametrize(
    "about",
    [
        Person("LEMAITRE", "", "Marie Claire", "19540314", "F"),
        Person("Le-Maître", "Dupont", "MARIECLAIRE", "195403", "U"),
        Person("DUPONT", "", "Marie-Claire", "19540314", "F"),
        Person("", "DUPONT", "", "1954"),
        Person("LE MAITRE", "", "Marie-Claire Anne", "19540314", "F", INS, TEST_OID),
        Person(sex="F"),
    ],
)
def test_who_is_written_otherwise_is_the_same(patient, about):
    assert difference(about, patient) is None


@pytest.mark.parametrize(
    ("about", "traits"),
    [
        (Person("LEMAIRE", "", "Marie-Claire", "19540314", "F"), ("birth_name",)),
        (Person("DUPONT", "LE MAITRE", "Marie-Claire", "19540314", "F"), ("birth_name",)),
        (Person("LE MAITRE", "", "Marie-Claude", "19540314", "F"), ("given_name",)),
        (Person("LE MAITRE", "", "Marie-Claire", "19540413", "F"), ("birth",)),
        (Person("LE MAITRE", "", "Marie-Claire", "19540314", "M"), ("sex",)),
        (Person("LE MAITRE", "", "Marie-Claire", "19540314", "F", OTHER, TEST_OID), ("ins",)),
        (Person("MARTIN", "", "Jeanne", "19600101", "F"), ("birth_name", "given_name", "birth")),
    ],
)
def test_who_is_another_is_told(patient, about, traits):
    assert difference(about, patient) == (traits, False)


def test_one_trait_of_before_is_told_as_that_and_several_are_another_person(clinic):
    clinic.register("1", "DUPOND", "Jean", "19500101", "M")
    clinic.register("1", "DUPONT", "Jean", "19500101", "M", at=1)
    assert difference(Person("DUPOND", "", "Jean", "19500101", "M"), clinic.by_ipp("1")) == (
        ("birth_name",),
        True,
    )
    clinic.register("1", "MARTIN", "Jean", "19800202", "M", at=2)
    assert difference(Person("DUPONT", "", "Jean", "19500101", "M"), clinic.by_ipp("1")) == (
        ("birth_name", "birth"),
        False,
    )


def report(number, *about):
    return Report(number, "NFS", "NFS", 5, about=about)


def paper(number, *about):
    return Document(number, "new", "34794-8", "RCP", 7, about=about)


MARIE = Person("LE MAITRE", "", "Marie", "19540314", "F", INS, TEST_OID)


def told_of(clinic, ipp, authority, content, at=0):
    clinic.tell(fact(ipp, content, at, authority))


def test_a_report_told_twice_remembers_both_whom_it_named(clinic):
    told_of(clinic, "9", LAB, report("R", Person("A", "", "B")))
    told_of(clinic, "9", LAB, report("R", Person("C", "", "D")), at=1)
    (held,) = clinic.patients.by_ipp(LAB, "9").result().reports
    assert [person.birth_name for person in held.about] == ["C", "A"]


def test_results_of_somebody_whom_no_adt_named_are_held_found_and_counted(clinic):
    told_of(clinic, "9", LAB, report("R", Person("LE MAITRE", "", "Marie", "19540314", "F")))
    (found,) = clinic.patients.search("lemaitre marie").result()
    assert (found.birth_name, found.birth, found.unnamed, str(found.status)) == (
        "LE MAITRE",
        "19540314",
        True,
        "provisoire",
    )
    assert clinic.patients.unnamed_count().result() == 1
    assert [one.id for one in clinic.patients.search("", unnamed=True).result()] == [found.id]
    assert [one.id for one in clinic.patients.search("marie", unnamed=True).result()] == [found.id]
    clinic.tell(
        fact("9", Identity({"birth_name": "LEMAÎTRE", "given_name": "Odile", "birth": "19540314"}), 1, LAB)
    )
    (found,) = clinic.patients.search("odile").result()
    assert (found.birth_name, found.unnamed) == ("LEMAÎTRE", False)
    assert clinic.patients.unnamed_count().result() == 0
    assert clinic.patients.search("marie", unnamed=True).result() == []


def test_two_names_under_one_unknown_number_are_none(clinic):
    told_of(clinic, "9", LAB, report("R", Person("LE MAITRE", "", "Marie", "19540314", "F")))
    told_of(clinic, "9", LAB, report("S", Person("DUMAS", "", "Marie", "19540314", "F")), at=1)
    held = clinic.patients.by_ipp(LAB, "9").result()
    assert (held.birth_name, held.given_name) == ("", "Marie")
    assert {one.birth_name for one in clinic.patients.search("dumas").result()} == {""}


@pytest.mark.parametrize("adt_first", [True, False])
def test_a_producers_number_joins_the_only_patient_of_its_ins(clinic, adt_first):
    def adt():
        clinic.register("1", "LE MAITRE", "Marie", reliability="VALI", ins=INS, ins_oid=TEST_OID)

    if adt_first:
        adt()
    told_of(clinic, "9", LAB, paper("D", MARIE), at=1)
    if not adt_first:
        adt()
    patient = clinic.by_ipp("1")
    assert [one.id for one in patient.papers] == ["D"]
    assert (patient.joined, patient.merged) == ((Key(LAB, "9"),), ())
    assert clinic.patients.count().result() == 1
    assert clinic.patients.by_ipp(LAB, "9").result().ipp == "1"


@pytest.mark.parametrize(
    "other", [{"birth_name": "DUMAS"}, {"given_name": "Jeanne"}, {"birth": "19540315"}, {"sex": "M"}, {"ins": ""}]
)  # fmt: skip
def test_who_differs_or_has_no_ins_stays_apart(clinic, other):
    clinic.register("1", "LE MAITRE", "Marie", reliability="VALI", ins=INS, ins_oid=TEST_OID)
    told_of(clinic, "9", LAB, paper("D", msgspec.structs.replace(MARIE, **other)), at=1)
    assert clinic.by_ipp("1").papers == ()
    assert clinic.patients.count().result() == 2


def test_it_leaves_again_when_the_patient_turns_out_to_be_another(clinic):
    clinic.register("1", "LE MAITRE", "Marie", reliability="VALI", ins=INS, ins_oid=TEST_OID)
    told_of(clinic, "9", LAB, paper("D", MARIE), at=1)
    clinic.register("1", "LE MAITRE", "Jeanne", reliability="VALI", ins=INS, ins_oid=TEST_OID, at=2)
    assert clinic.by_ipp("1").papers == ()
    clinic.register("1", "LE MAITRE", "Marie", reliability="VALI", ins=INS, ins_oid=TEST_OID, at=3)
    assert [one.id for one in clinic.by_ipp("1").papers] == ["D"]
    clinic.register("2", "LE MAITRE", "Marie", reliability="VALI", ins=INS, ins_oid=TEST_OID, at=4)
    assert clinic.by_ipp("1").papers == ()
    assert clinic.patients.count().result() == 3
    clinic.register("2", "LE MAITRE", "Marie", reliability="PROV", ins=None, ins_oid=None, at=5)
    assert [one.id for one in clinic.by_ipp("1").papers] == ["D"]
    clinic.register("1", "LE MAITRE", "Marie", reliability="PROV", ins=None, ins_oid=None, at=6)
    assert clinic.by_ipp("1").papers == ()


@pytest.mark.parametrize(
    ("name", "birth"),
    [("DUPONT", "19500102"), ("DUPOND", "19500101"), ("DU PONT", "19800101"), ("DUPOND", "1950")],
)
def test_a_correction_of_one_trait_is_no_jump(clinic, name, birth):
    clinic.register("1", "DUPONT", "Jean", "19500101")
    clinic.register("1", name, "Jean", birth, at=1)
    assert jump(clinic.by_ipp("1")) is None


def test_traits_that_changed_one_after_the_other_are_no_jump(clinic):
    clinic.register("1", "DUPONT", "Jean", "19500101")
    clinic.register("1", "MARTIN", "Jean", "19500101", at=1)
    clinic.register("1", "MARTIN", "Jean", "19800101", at=2)
    assert jump(clinic.by_ipp("1")) is None


def test_another_person_under_the_same_number_is_a_jump_also_later(clinic):
    clinic.register("1", "DUPONT", "Jean", "19500101")
    clinic.register("1", "MARTIN", "Léa", "19800101", at=1)
    clinic.register("1", "MARTIN", "Léa", "19800101", at=2)
    assert jump(clinic.by_ipp("1"))[1:] == ("DUPONT", "Jean", "19500101")
