"""Messages about a patient on that patient's page: shown to who opened it, traced before, gone at the lock."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel

from app.config import Policy
from app.intents import OpenDeposits, OpenThread, WriteMessage
from app.patients.access import subject
from app.patients.answers import LIMIT
from app.scenes import stills, wards
from app.scenes.deposits import _row
from app.scenes.patients import CHEAP
from app.scenes.person import ODILE
from app.scenes.stills import NOW_MS
from media.events import Event
from resources.demo.patients import AUTHORITY, PROFESSIONALS
from storage.errors import Locked
from storage.messages.deposits import DepositState
from storage.messages.records import Message, PatientLink, State, Taken, Thread, ThreadKind
from storage.vault import Vault

CTRL = Qt.KeyboardModifier.ControlModifier
DEFAULT = {"language": "fr", "theme": "light", "patients.rpps": PROFESSIONALS["marchetti"][0]}
PAUL = stills.id_of("vasseur")
LINK = PatientLink(AUTHORITY, ODILE, "LEMAÎTRE Odile")


def message(number, text, **more):
    kept = {
        "author": PAUL,
        "own": False,
        "sent_ms": NOW_MS + number,
        "state": State.RECEIVED,
        "patient": LINK,
    }
    return Message(number, number, 7, number.to_bytes(16), text=text, **kept | more)


class Talks:
    """Threads of a desk, in memory: what the service of the messages tells."""

    def __init__(self):
        self.changed = Event()
        self.thread = Thread(7, b"c" * 16, ThreadKind.TEAM, "RCP thorax", (PAUL,), LINK)
        self.said = [
            message(1, "Bilan reçu ce matin"),
            message(3, "Je m'en occupe", taken=(Taken(PAUL, NOW_MS),)),
        ]

    async def about(self, numbers, limit=50):
        if isinstance(self.said, Exception):
            raise self.said
        said = [(self.thread, one) for one in reversed(self.said)]
        return tuple(said[:limit]) if (AUTHORITY, ODILE) in numbers else ()


class Dossier:
    """One patient open in an unlocked window."""

    def __init__(self, desk, qtbot, vault, ipp):
        self.desk, self.qtbot, self.vault, self.talks, self.opened = desk, qtbot, vault, Talks(), []
        session = stills.directory_session()
        patients = desk.office.patients
        patients.follow(self.talks)
        patients.begin(session, vault)
        qtbot.keyClick(desk.window, Qt.Key.Key_3, CTRL)
        self.section = desk.window.page("patients")
        self.page = self.section.person
        asked = self.page._desk
        self.page._desk = type(asked)(asked.bridge, self.opened.append, asked.now_ms, asked.tell)
        number = vault.patients.search(ipp).result()[0].id
        self.section.open_patient(number, "emergency")
        qtbot.waitUntil(lambda: self.page.patient is not None)

    def show(self):
        self.page.choose("talks")
        self.part = self.page.parts["talks"]
        return self.part

    def lines(self):
        return [one.sentence for one in self.part.list.shown.lines]

    def texts(self):
        return [label.text() for label in self.page.findChildren(QLabel) if label.isVisible()]

    def acts(self):
        return [entry.action for entry in self.vault.audit.about(subject(AUTHORITY, ODILE)).result()]


@pytest.fixture
def vault(tmp_path):
    vault, _code = Vault.create(tmp_path / "profile", "mot de passe", CHEAP)
    vault.patients.apply(wards.facts(NOW_MS)).result()
    yield vault
    vault.lock()


@pytest.fixture
def dossier(make_desk, qtbot, vault):
    desk = make_desk(session=stills.session(), first="today", policy=Policy(default=DEFAULT))
    return Dossier(desk, qtbot, vault, ODILE)


def test_messages_about_the_patient_stand_on_the_page_newest_first_and_are_traced(dossier, qtbot):
    dossier.show()
    qtbot.waitUntil(lambda: len(dossier.lines()) == 2)
    first, second = dossier.lines()
    assert "Dr Paul Vasseur" in first
    assert "Je m'en occupe" in first
    assert "Pris en charge\u00a0: Dr Paul Vasseur" in first
    assert "RCP thorax" in second
    assert "Bilan reçu ce matin" in second
    assert dossier.acts()[-1] == "patient-messages"


def test_what_was_left_for_others_about_the_patient_stands_among_them(dossier, qtbot):
    about = {"authority": AUTHORITY, "ipp": ODILE, "patient": LINK.label, "state": DepositState.COLLECTED}
    row = _row(1, "Dr Roux, médecin traitant", "Compte rendu.pdf", 0, DepositState.THERE)
    kept = replace(row, made_ms=NOW_MS + 2, **about)
    other = replace(kept, deposit=bytes(16), label="Dr Blot", ipp="80999999")
    for one in (kept, other):
        dossier.vault.mail.write(lambda rows, one=one: rows.deposits.add(one)).result()
    dossier.desk.office.deposits.begin(stills.directory_session(), dossier.vault)
    dossier.show()
    qtbot.waitUntil(lambda: len(dossier.lines()) == 3)
    left = dossier.lines()[1]
    assert "Dr Roux" in left
    assert "Compte rendu.pdf" in left
    assert "retiré" in left
    assert dossier.acts()[-1] == "patient-messages"
    dossier.part.list.opened.emit(dossier.part.list.shown.lines[1].key)
    assert dossier.opened == [OpenDeposits()]


def test_a_question_that_fails_after_a_newer_one_was_answered_hides_nothing(dossier, qtbot, caplog):
    failing, ask = asyncio.Event(), dossier.talks.about

    async def late(_numbers, limit):
        dossier.talks.about = ask
        await failing.wait()
        raise Locked

    dossier.talks.about = late
    dossier.show()
    qtbot.waitUntil(lambda: dossier.talks.about == ask)
    dossier.talks.changed.fire(frozenset({7}))
    qtbot.waitUntil(lambda: len(dossier.lines()) == 2)
    dossier.desk.office.bridge.loop.call_soon_threadsafe(failing.set)
    qtbot.waitUntil(lambda: "person.talks could not be read" in caplog.text)
    assert dossier.part.list.isVisible()


def test_a_message_opens_in_its_thread_by_the_keyboard(dossier, qtbot):
    part = dossier.show()
    qtbot.waitUntil(lambda: len(dossier.lines()) == 2)
    part.list.setFocus()
    qtbot.keyClick(part.list, Qt.Key.Key_Down)
    qtbot.keyClick(part.list, Qt.Key.Key_Return)
    assert dossier.opened == [OpenThread(7, 1)]


@pytest.mark.parametrize("where", ["head", "tab"])
def test_one_writes_about_the_patient_by_the_number_that_others_know(dossier, qtbot, where):
    part = dossier.show()
    button = part.write if where == "tab" else dossier.page.head.buttons["write"]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Return)
    (asked,) = dossier.opened
    assert isinstance(asked, WriteMessage)
    assert (asked.patient.authority, asked.patient.ipp) == (AUTHORITY, ODILE)
    assert asked.patient.label.startswith("LEMAÎTRE Odile, ")
    assert "80421937" not in repr(asked)


def test_a_message_that_comes_is_shown_where_one_looks(dossier, qtbot):
    dossier.show()
    qtbot.waitUntil(lambda: len(dossier.lines()) == 2)
    dossier.talks.said.append(message(4, "Corrigé", withdrawn_ms=1))
    dossier.talks.changed.fire(frozenset({7}))
    qtbot.waitUntil(lambda: len(dossier.lines()) == 3)
    assert "Message retiré" in dossier.lines()[0]
    assert "Corrigé" not in dossier.lines()[0]


def test_older_messages_are_one_press_away_and_none_is_left_out_in_silence(dossier, qtbot):
    dossier.talks.said = [message(number, f"mot {number}") for number in range(1, 2 * LIMIT + 1)]
    part = dossier.show()
    qtbot.waitUntil(lambda: len(dossier.lines()) == LIMIT)
    part.older.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(part.older, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(dossier.lines()) == 2 * LIMIT)
    assert "mot 1," in dossier.lines()[-1]
    assert not part.older.isVisible()


def test_a_message_that_names_nobody_says_so(dossier, qtbot):
    dossier.talks.said = [message(1, "Avant le lien", patient=None), message(2, "Après")]
    dossier.show()
    qtbot.waitUntil(lambda: len(dossier.lines()) == 2)
    after, before = dossier.lines()
    assert "ne nomme aucun patient" in before
    assert "aucun patient" not in after


def test_nothing_said_and_nothing_readable_each_have_their_words(dossier, qtbot):
    dossier.talks.said = []
    dossier.show()
    qtbot.waitUntil(lambda: "Aucun échange à propos de ce patient" in dossier.texts())
    dossier.talks.said = Locked()
    dossier.talks.changed.fire(frozenset())
    qtbot.waitUntil(lambda: "Les messages n'ont pas pu être lus" in dossier.texts())
    dossier.talks.said = [message(1, "Revenu")]
    again = next(one for one in dossier.part.findChildren(QAbstractButton) if one.text() == "Relire")
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(dossier.lines()) == 1)


def test_without_a_trace_nothing_is_shown(dossier, qtbot, monkeypatch):
    def full(*_, **__):
        raise Locked

    monkeypatch.setattr(dossier.vault.audit, "record", full)
    dossier.show()
    qtbot.waitUntil(lambda: "Les messages n'ont pas pu être lus" in dossier.texts())
    assert dossier.lines() == []


def test_the_lock_leaves_no_message_on_the_page(dossier, qtbot):
    dossier.show()
    qtbot.waitUntil(lambda: len(dossier.lines()) == 2)
    dossier.desk.office.patients.end()
    qtbot.waitUntil(lambda: dossier.page.patient is None)
    assert dossier.lines() == []
    assert dossier.part._talks == ()
    assert QApplication.focusWidget() is None or "Bilan" not in QApplication.focusWidget().accessibleName()


def test_who_consulted_names_what_was_done_with_messages(dossier, qtbot):
    dossier.show()
    qtbot.waitUntil(lambda: len(dossier.lines()) == 2)
    dossier.page.choose("readers")
    table = dossier.page.parts["readers"].table
    qtbot.waitUntil(lambda: table.isVisible() and table.shown.rowCount() > 1)
    assert table.shown.index(0, 3).data() == "Échanges consultés"
