"""The directory on Today: changed keys first, the own certificate's end, devices that nobody asked for."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from app import i18n
from app.directory.book import Book, Device, Person
from app.directory.today import PeopleSource
from app.intents import OpenPerson, OpenSection
from media.events import Event

NOW_S = 1_795_522_320
DAY = 86_400


@pytest.fixture(autouse=True)
def french():
    i18n.set_language("fr")


def device(state="certified", ends=NOW_S + 60 * DAY, key=b"k"):
    certificate = SimpleNamespace(not_before=NOW_S - DAY, not_after=ends, hash=key * 32)
    return Device(certificate, state)


def person(name, level="certified", *devices, specialty="Radiologie"):
    held = devices or (device(level if level in {"changed", "verified"} else "certified"),)
    return Person(name.encode().ljust(16, b".")[:16], name, "doctor", specialty, level, held)


class Desk:
    """A desk whose directory knows these people."""

    def __init__(self, *people):
        self.opened = []

        async def book():
            return Book(people)

        directory = SimpleNamespace(book=book, changed=Event())
        self.source = PeopleSource(SimpleNamespace(open=self.opened.append), directory)

    def board(self):
        return asyncio.run(self.source.read())(NOW_S * 1000)


def test_a_changed_key_is_a_card_that_opens_that_person():
    changed = person("Dr Paul Vasseur", "changed", device("changed"), device("verified"))
    desk = Desk(changed, person("Dr Okafor", "verified"))
    (card,) = desk.board().cards
    assert card.title == "Dr Paul Vasseur"
    assert "Radiologie" in str(card.detail)
    assert card.tone == "warn"
    assert card.can_wait
    card.act.run()
    assert desk.opened == [OpenPerson(changed.user)]


def test_another_changed_key_is_another_card():
    first, second = (
        Desk(person("Dr Vasseur", "changed", device("changed", key=key))).board().cards[0]
        for key in (b"a", b"b")
    )
    assert first.id != second.id


def test_the_column_lists_the_urgent_first_and_counts_them_alone():
    desk = Desk(
        person("Certifiée"),
        person("Différent", "different"),
        person("Changée", "changed"),
        person("V", "verified"),
    )
    column = desk.board().column
    assert [row.title for row in column.rows] == ["Changée", "Différent", "Certifiée"]
    assert column.count == 2
    column.all.run()
    column.rows[0].run()
    assert desk.opened == [OpenSection("directory"), OpenPerson(person("Changée").user)]


def test_four_hundred_people_are_a_handful_and_the_rest():
    column = Desk(*(person(f"Dr {n:03}") for n in range(400))).board().column
    assert len(column.rows) == 6
    assert column.rest == 394
    assert column.count == 0


def test_everybody_verified_and_nobody_there_are_two_sentences():
    everybody, nobody = Desk(person("V", "verified")).board(), Desk(person("Moi", "me")).board()
    assert str(everybody.column.none) == "Tout le monde est vérifié"
    assert str(nobody.column.none) == "Personne à vérifier"


@pytest.mark.parametrize(("days", "cards"), [(15, 0), (14, 1), (0, 1), (-1, 1)])
def test_the_own_certificate_is_told_two_weeks_before_its_end(days, cards):
    me = person("Moi", "me", device("this", NOW_S + days * DAY))
    assert len(Desk(me).board().cards) == cards


def test_a_device_that_nobody_asked_for_stays_above_all():
    me = person("Moi", "alarm", device("this"), device("unexpected"))
    desk = Desk(me)
    (note,) = desk.board().notes
    assert note.tone == "danger"
    note.act.run()
    assert desk.opened == [OpenPerson(me.user)]
