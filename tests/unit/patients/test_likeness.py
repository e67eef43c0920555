"""With whom somebody could be taken for another: duplicates, homonyms, twins, names that sound so."""

from __future__ import annotations

import pytest

from storage.patients.likeness import likeness
from storage.patients.records import Found, Status


def found(name, given, birth="19540314", used=""):
    return Found(1, name, used, given, birth, "F", "1", Status.VALIDATED)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (found("LE MAITRE", "Marie-Claire"), found("LEMAÎTRE", "Marie Claire"), "same"),
        (found("MARTIN", "Jean", "19500101"), found("MARTIN", "Jean", "1950"), "homonym"),
        (found("MARTIN", "Jean", "19500101"), found("MARTIN", "Jean", "19800101"), "homonym"),
        (found("MARTIN", "Jean"), found("MARTIN", "Jeanne"), "twin"),
        (found("MARTIN", "Jean", "19500101"), found("MARTIN", "Jeanne", "19800101"), None),
        (found("DUPONT", "Jean"), found("DUPOND", "Jean"), "near"),
        (found("BRUN", "Anne", used="DUPONT"), found("DUPONT", "Anne"), "same"),
        (found("BRUN", "Anne", used="DUPONT"), found("DUPONT", "Anne", "19900101"), "homonym"),
        (found("MARTIN", ""), found("MARTIN", ""), "twin"),
        (found("", ""), found("", ""), None),
        (found("MARTIN", "Jean"), found("DUMAS", "Paul"), None),
    ],
)
def test_how_two_are_alike(one, other, kind):
    assert likeness(one, other) == kind
    assert likeness(other, one) == kind


def test_twins_and_duplicates_are_found(clinic):
    me = clinic.register("1", "LE MAITRE", "Léo", "20240102")
    clinic.register("2", "LEMAITRE", "Zoé", "20240102")
    clinic.register("3", "LE-MAÎTRE", "LEO", "20240102")
    clinic.register("4", "LEMAITRE", "Zoé", "20240103")
    assert [(one.ipp, one.near) for one in clinic.patients.homonyms(me).result()] == [
        ("3", False),
        ("2", False),
    ]
