"""Bringing the history to an own other desk, as its user meets it."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from app.directory.historyline import HistoryLine
from app.directory.transferring import Transfers
from app.scenes import stills
from app.trust import News
from app.ui.text import Label
from media.errors import TrustError
from media.events import Event
from storage.messages.transfers import Transfer


class Office:
    """A post office that carries what it is told to."""

    def __init__(self):
        self.transferred = Event()
        self.opened, self.histories = self, self
        self.begun, self.now, self.refuses = [], (), False

    def is_set(self):
        return True

    async def all(self):
        return self.now

    async def begin(self, device):
        if self.refuses:
            raise TrustError("device-unexpected")
        self.begun.append(device)

    def stand(self, bridge, *transfers):
        self.now = transfers
        bridge.loop.call_soon_threadsafe(self.transferred.fire, None)


@pytest.fixture
def office(desk, qtbot):
    made = Office()
    directory = desk.office.directory
    directory.transfers = Transfers(made, desk.office.signin.trail)
    session = stills.directory_session(alarm=True)
    desk.office.sign_in(session)
    directory.open(session, stills.shelf(), News("", ()))
    qtbot.keyClick(desk.window, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
    made.page = desk.window.page("directory")
    qtbot.waitUntil(lambda: made.page.model.rowCount() > 20)
    made.page.open_name(session.name)
    qtbot.waitUntil(lambda: made.page.panel.person is not None and made.page.panel.person.me)
    return made


def line(office):
    return next(one for one in office.page.findChildren(HistoryLine) if one.isVisible())


def said(office):
    return [label.text() for label in line(office).findChildren(Label) if label.isVisible()]


def test_the_history_is_sent_by_a_key_and_its_progress_said(desk, office, qtbot):
    lines = [one for one in office.page.findChildren(HistoryLine) if one.isVisible()]
    assert len(lines) == 1  # not to this desk itself
    button = line(office).button
    assert button.name == "Transférer l'historique à ce poste"
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(office.begun) == 1)
    device = office.begun[0]
    states = (
        (Transfer(device, False, 0, 1, 8_300, 0, False, 1, False), "8\u202f300 messages attendent"),
        (Transfer(device, False, 9, 5, 8_300, 1_240, False, 4, False), "1\u202f240 messages sur 8\u202f300"),
        (Transfer(device, False, 9, 5, 8_300, 1_240, False, 4, True), "Transfert arrêté à 1\u202f240"),
        (Transfer(device, False, 9, 9, 8_300, 8_300, True, 0, False), "Historique transféré"),
        (Transfer(device, True, 0, 9, 0, 8_300, True, 0, False), "Historique reçu de ce poste"),
    )
    for state, words in states:
        office.stand(desk.office.bridge, state)
        qtbot.waitUntil(lambda words=words: any(words in one for one in said(office)))
        under_way = not state.incoming and not state.done and not state.stuck
        assert line(office).button.isVisible() is not under_way


def test_a_desk_that_was_not_compared_is_said_to_be_so(desk, office, qtbot):
    office.refuses = True
    line(office).button.click()
    qtbot.waitUntil(lambda: "comparez d'abord" in desk.window.toast.findChild(Label).text())
