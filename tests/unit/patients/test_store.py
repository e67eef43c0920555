"""What a sender told is what people find: identity, stays, merges, papers."""

from __future__ import annotations

from storage.patients.facts import Identity, Merge
from storage.patients.records import Status
from tests.unit.patients.conftest import fact, move


def test_what_was_told_is_there(clinic):
    number = clinic.register("0012", "LE MAÎTRE", "Odile", used_name="BRUN")
    patient = clinic.patients.get(number).result()
    assert (patient.birth_name, patient.used_name, patient.given_name, patient.ipp) == (
        "LE MAÎTRE",
        "BRUN",
        "Odile",
        "0012",
    )
    assert patient.status is Status.PROVISIONAL


def test_a_merge_makes_one_person_and_the_old_id_leads_there(clinic):
    old = clinic.register("1", "MARTIN", "Paul")
    new = clinic.register("2", "MARTIN", "Paul", at=1)
    clinic.tell(fact("1", move("m1", "A01", at=2), 2))
    assert clinic.tell(fact("2", Merge(fact("1", None).key, "merge"), 3)) == {old, new}
    patient = clinic.patients.get(old).result()
    assert (patient.id, patient.merged, patient.inside, len(patient.stays)) == (new, ("1",), True, 1)
    assert clinic.patients.count().result() == 1


def test_names_are_found_in_every_spelling(clinic):
    for number, name in enumerate(("LE MAITRE", "LEMAITRE", "LE-MAÎTRE")):
        clinic.register(str(number), name, "Odile")
    for typed in ("le maitre", "lemaitre", "LE-MAÎTRE", "lemai", "odile lemai 1954", "14/03/1954 le mai"):
        assert sorted(clinic.find(typed)) == ["LE MAITRE", "LE-MAÎTRE", "LEMAITRE"], typed


def test_a_name_that_only_sounds_alike_comes_last_and_says_so(clinic):
    clinic.register("1", "DUPOND", "Anne")
    clinic.register("2", "DUPONT", "Anne")
    assert clinic.find("dupont") == ["DUPONT", "DUPOND?"]


def test_a_removed_name_is_gone(clinic):
    number = clinic.register("1", "BRUN", "Anne", used_name="NOIR")
    clinic.tell(fact("1", Identity({"used_name": None}), 1))
    assert clinic.patients.get(number).result().used_name == ""
