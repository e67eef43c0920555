"""A document for somebody without Consilium, as its sender sees it: chosen, left, told of; a real vault and a real relay behind."""

from __future__ import annotations

import asyncio

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel

from app.config import Policy
from app.messages.deposittoday import DepositsSource
from app.messages.start import PatientRow
from app.scenes import stills
from app.ui.buttons import IconButton
from storage.messages.records import PatientLink
from tests.harness.depositing import PAGE, House, collect, secret_of
from tests.ui.test_messages import Section
from tests.unit.deposit.harness import attempt

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def pane(make_desk, house, qtbot):
    """The pane of a desk that was opened by its key; `pane.desk` is the desk."""
    policy = Policy(default={"language": "fr", "theme": "light"}, forced={"deposit.page": PAGE})
    desk = make_desk(policy=policy, session=stills.directory_session(), first="messages")
    desk.office.deposits.begin(house.session(), house.vault)
    house.deposits = desk.office.deposits
    qtbot.keyClick(desk.window, Qt.Key.Key_D, CTRL_SHIFT)
    pane = desk.window.page("messages").deposits
    qtbot.waitUntil(pane.isVisible)
    pane.desk = desk
    return pane


def words(widget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def type_into(qtbot, text, key=None):
    focused = QApplication.focusWidget()
    focused.clear()
    qtbot.keyClicks(focused, text)
    if key is not None:
        qtbot.keyClick(focused, key)


def leave(pane, house, qtbot) -> None:
    """Leave the letter by the keyboard alone."""
    qtbot.waitUntil(pane.form.files.path.hasFocus)
    type_into(qtbot, str(house.letter), Qt.Key.Key_Return)
    qtbot.waitUntil(pane.form.label.hasFocus)
    type_into(qtbot, "Dr Roux", Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Jamais les deux" in words(pane.list))


def test_left_by_the_keyboard_link_and_code_are_shown_and_open_the_file(pane, house, qtbot):
    leave(pane, house, qtbot)
    (card,) = pane.list.cards
    shown = words(card)
    assert "Dr Roux" in shown
    assert "en attente" in shown
    assert "Jamais les deux par la même voie" in shown
    link, code = card._secret.link.text(), card._secret.code.text()
    assert link.startswith(PAGE + "#")
    focused = QApplication.focusWidget()
    assert focused.name == "Copier le lien"
    qtbot.keyClick(focused, Qt.Key.Key_Space)
    assert QApplication.clipboard().text() == link
    (one,) = house.look()
    assert code.replace(" ", "") == one.code
    assert asyncio.run(collect(house.relay, secret_of(house, one)))[1] == house.letter.read_bytes()
    pane._look()
    qtbot.waitUntil(lambda: "retiré" in words(pane.list.cards[0]))
    assert not any(field.isVisible() for field in pane.list.cards[0].findChildren(type(card._secret.link)))


def test_the_patient_of_the_thread_in_sight_is_asked_after_and_can_be_left_out(make_desk, qtbot):
    section = Section(make_desk, qtbot)
    section.open("Dr Paul")
    qtbot.keyClick(section.desk.window, Qt.Key.Key_D, CTRL_SHIFT)
    pane = section.page.deposits
    qtbot.waitUntil(pane.isVisible)
    assert "LEMAÎTRE Odile" in words(pane.form)
    assert not pane.form.whom.isVisible()
    pane.form.files.chosen.emit("/courrier.pdf")
    assert pane.form.draft.patient == section.talk.current.patient
    (cross,) = pane.form.findChildren(PatientRow)[0].findChildren(IconButton)
    cross.click()
    assert pane.form.draft.patient is None
    assert pane.form.whom.isVisible()


def test_the_list_names_the_patient_of_what_was_left(pane, house, qtbot):
    odile = PatientLink("1.2.250.1.71.4.2.7", "80421937", "LEMAÎTRE Odile, née le 14/03/1954")
    pane.form.show_patient(odile)
    leave(pane, house, qtbot)
    assert "LEMAÎTRE Odile, née le 14/03/1954" in words(pane.list.cards[0])


def test_wrong_codes_are_shown_while_it_still_lies_there_and_once_it_is_shut(pane, house, qtbot):
    leave(pane, house, qtbot)
    (one,) = house.look()
    asyncio.run(attempt(house.relay, one.deposit, bytes(32)))
    pane._look()
    qtbot.waitUntil(lambda: "1 code faux essayé" in words(pane.list.cards[0]))
    for _ in range(4):
        asyncio.run(attempt(house.relay, one.deposit, bytes(32)))
    pane._look()
    qtbot.waitUntil(lambda: "fermé" in words(pane.list.cards[0]))


def test_taken_back_then_out_of_the_list(pane, house, qtbot):
    leave(pane, house, qtbot)
    pane.list.cards[0].act.click()
    qtbot.waitUntil(lambda: "repris" in words(pane.list.cards[0]))
    pane.list.cards[0].act.click()
    qtbot.waitUntil(lambda: not pane.list.cards and "Rien n’a été déposé" in words(pane.list))


def test_a_relay_that_is_away_keeps_what_was_typed_and_says_so(pane, house, qtbot):
    house.relay.stop()
    house.deposits._retry_s = ()
    qtbot.waitUntil(pane.form.files.path.hasFocus)
    type_into(qtbot, str(house.letter), Qt.Key.Key_Return)
    type_into(qtbot, "Dr Roux", Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "n’a pas été déposé" in words(pane.form))
    assert "Le relais ne répond pas" in words(pane.form)
    assert pane.form.label.text() == "Dr Roux"
    assert pane.form.go.isEnabled()
    pane._look()
    qtbot.waitUntil(pane.form.isVisible)


def test_without_a_page_it_says_whom_to_ask(make_desk, house, qtbot):
    desk = make_desk(session=stills.directory_session(), first="messages")
    desk.office.deposits.begin(house.session(), house.vault)
    page = desk.window.page("messages")
    page.to_deposits.click()
    qtbot.waitUntil(page.deposits.isVisible)
    assert "Demandez-la au service informatique" in words(page.deposits.form)
    assert not page.deposits.form.go.isEnabled()
    page.deposits.form.files.chosen.emit(str(house.letter))
    assert "Demandez-la au service informatique" in words(page.deposits.form)
    assert not page.deposits.form.go.isEnabled()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.deposits.isVisible())


def test_today_tells_of_a_shut_deposit_and_leads_there(pane, house, qtbot):
    leave(pane, house, qtbot)
    (one,) = house.look()
    for _ in range(5):
        asyncio.run(attempt(house.relay, one.deposit, bytes(32)))
    house.look()
    source = DepositsSource(pane._desk, house.deposits)
    (card,) = asyncio.run(source.read())(pane._desk.now_ms()).cards
    assert "5 codes faux" in str(card.head)
    pane.left.emit()
    card.act.run()
    qtbot.waitUntil(pane.isVisible)
