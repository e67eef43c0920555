"""Forgetting: patients without news go, whole; what another still needs stays; all can be made again."""

from __future__ import annotations

import pytest

from storage.patients.facts import (
    Allergies,
    Document,
    Fact,
    Identity,
    Key,
    Merge,
    Observation,
    Professional,
    Receipt,
    Report,
    Stamp,
    Transfer,
)
from tests.unit.patients.conftest import AUTHORITY, BASE, fact, move

LATER = BASE + 1_000 * 60_000


@pytest.fixture
def two(clinic):
    """Message 1 and 2 tell of an old patient, 3 of one of today, 4 of nobody, 5 merges an old number into today's."""
    clinic.tell(fact("1", Identity({"birth_name": "ANCIEN", "given_name": "A"}), 1))
    clinic.tell(fact("1", Report("r", "NFS", "", 1), 2), fact("1", move("m", "A01", at=2), 2))
    clinic.tell(fact("2", Identity({"birth_name": "NOUVEAU", "given_name": "B"}), 2_000))
    clinic.tell()
    clinic.tell(fact("2", Merge(Key(AUTHORITY, "3"), "merge"), 3))
    return clinic


def test_who_has_no_news_is_forgotten_with_all_that_was_told(two):
    assert two.patients.forget(LATER).result() == [1, 2, 4]
    assert (two.patients.count().result(), two.find("ancien"), two.by_ipp("1")) == (1, [], None)
    assert two.by_ipp("3").birth_name == "NOUVEAU"
    assert two.patients.inside_count().result() == 0


def test_spent_messages_are_named_until_they_are_gone(two):
    two.patients.forget(LATER).result()
    assert two.patients.forget(LATER).result() == [1, 2, 4]
    two.patients.dropped([1, 2, 4]).result()
    assert two.patients.forget(LATER).result() == []


def test_a_message_that_told_of_two_is_kept_for_the_other(clinic):
    clinic.tell(fact("1", Identity({"birth_name": "UN"}), 1), fact("2", Identity({"birth_name": "DEUX"}), 1))
    clinic.tell(fact("2", Identity({"birth_name": "DEUX"}), 2_000))
    assert clinic.patients.forget(LATER).result() == []
    assert clinic.patients.count().result() == 1


def test_a_transferred_file_does_not_fall_back_when_its_owner_is_silent(clinic):
    clinic.tell(fact("1", move("m1", "A01", file="F"), 1), fact("1", Identity({"birth_name": "UN"}), 1))
    clinic.tell(
        fact("2", Transfer(Key(AUTHORITY, "1"), "F"), 2), fact("2", Identity({"birth_name": "DEUX"}), 2)
    )
    clinic.tell(fact("1", Identity({"birth_name": "UN"}), 2_000))
    assert clinic.patients.forget(LATER).result() == []
    assert (clinic.by_ipp("1").stays, len(clinic.by_ipp("2").stays)) == ((), 1)


def test_a_receipt_goes_with_the_document_that_it_answers(clinic):
    clinic.tell(fact("1", Document("d", "new", "34794-8", "RCP", 1), 1, message="MSG"))
    clinic.tell(Fact(Key("", ""), Stamp(BASE, "ACK"), Receipt("MSG", "Z01", BASE, accepted=True)))
    assert clinic.patients.forget(BASE).result() == []
    assert clinic.patients.forget(LATER).result() == [1, 2]


def test_nobody_is_forgotten_who_has_news(two):
    assert two.patients.forget(BASE).result() == [4]
    assert two.patients.count().result() == 2


def test_cleared_it_can_be_told_again(two):
    two.patients.clear().result()
    assert (two.patients.count().result(), two.patients.applied().result(), two.find("nouveau")) == (0, 0, [])
    assert two.patients.apply([(1, [fact("9", Identity({"birth_name": "NOUVEAU"}))])]).result()
    assert two.find("nouveau") == ["NOUVEAU"]


def test_a_batch_is_taken_whole_or_not_at_all(clinic):
    broken = fact("2", Identity({"birth_name": "\ud800"}))
    with pytest.raises(UnicodeEncodeError):
        clinic.patients.apply([(1, [fact("1", Identity({"birth_name": "UN"}))]), (2, [broken])]).result()
    assert (clinic.patients.count().result(), clinic.patients.applied().result()) == (0, 0)


def test_nothing_of_a_patient_is_in_a_representation(clinic):
    clinic.register("0012", "SECRET", "Odile")
    told = [
        fact(
            "0012",
            move("SECRET", "A01", visit="SECRET", professionals=(Professional("SECRET", "SECRET", "AT"),)),
            1,
        ),
        fact(
            "0012",
            Report(
                "SECRET", "SECRET", "", 1, observations=(Observation("SECRET", "", "", "TX", ("SECRET",)),)
            ),
            1,
        ),
        fact("0012", Document("SECRET", "new", "SECRET", "SECRET", 1), 1),
        fact("0012", Allergies((("SECRET", "", "", ""),)), 1),
    ]
    clinic.tell(*told)
    patient = clinic.by_ipp("0012")
    parts = [
        told,
        [one.content for one in told],
        patient,
        patient.traits,
        patient.stays,
        patient.members,
        patient.papers,
        patient.reports,
    ]
    shown = repr([parts, clinic.patients.search("secret").result(), patient.reports[0].observations])
    assert not any(word in shown for word in ("SECRET", "Odile", "0012", "1954"))


def test_page_by_page_everybody_comes_once(clinic):
    for number in range(7):
        clinic.register(str(number), "NOM", "A")
    pages, after = [], 0
    while page := clinic.patients.every(after, 3).result():
        pages.append([one.ipp for one in page])
        after = page[-1].id
    assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
