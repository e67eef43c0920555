"""The first run by a ticket, as a person sees it, with the real issuer and a real relay behind it."""

from __future__ import annotations

import asyncio

import pytest
from PyQt6.QtCore import Qt

from app.signin.service import SignIn, wall_clock_ms
from tests.harness.issuing import Department
from tests.ui.test_firstrun import CHEAP, confirm, identify, protect, says

PATIENCE_MS = 40_000


@pytest.fixture
def it(tmp_path):
    made = Department(tmp_path)
    made.start()
    yield made
    asyncio.run(made.end())


@pytest.fixture
def start(make_desk, tmp_path):
    def make():
        return make_desk(folder=tmp_path / "p", make_signin=SignIn, more={"terms": CHEAP})

    return make


def test_a_ticket_is_pasted_the_desk_opens_once_it_approved_and_closes_patients_once_it_revokes(
    start, it, qtbot, tmp_path
):
    relay = ("--relay", f"127.0.0.1:{it.relay.port}", "--pin", it.relay.pin.hex())
    it.admin("issuer", "ticket", *relay, "--role", "doctor", "--out", tmp_path / "billet")
    desk = start()
    desk.now_ms = wall_clock_ms()
    protect(desk, qtbot)
    confirm(desk, qtbot)
    identify(desk, qtbot)
    first = desk.office.door.first
    assert first.answer.ticket.hasFocus()
    qtbot.keyClicks(first.answer.ticket, "billet")
    qtbot.keyClick(first.answer.ticket, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: says(desk, "Ce n’est pas un billet"))
    first.answer.ticket.setText((tmp_path / "billet").read_text())

    def sent():
        """The issuer may not have heard of the ticket at the first try."""
        if says(desk, "En attente de l’accord de l’informatique"):
            return True
        if first.next.isEnabled():
            qtbot.keyClick(first.answer.ticket, Qt.Key.Key_Return)
        return False

    qtbot.waitUntil(sent, timeout=PATIENCE_MS)
    assert not first.answer.ticket.text()
    first.next.click()
    qtbot.waitUntil(lambda: says(desk, "Pas encore de réponse"), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: bool(it.waiting()), timeout=PATIENCE_MS)
    it.admin("issuer", "approve", it.waiting()[0]["id"])
    qtbot.waitUntil(lambda: says(desk, "Est-ce bien votre établissement ?"), timeout=PATIENCE_MS)
    assert says(desk, "Dr Iris Vanel, Médecin")
    first.next.click()
    qtbot.waitUntil(lambda: not desk.window.locked, timeout=PATIENCE_MS)
    _revoked_while_it_is_open(desk, it, qtbot)


def _revoked_while_it_is_open(desk, it, qtbot):
    office = desk.office
    qtbot.waitUntil(lambda: office.post.line.online, timeout=PATIENCE_MS)
    assert office.patients.is_open
    it.admin("device", "revoke", "--user", office.session().user.hex())
    qtbot.waitUntil(lambda: office.sitting.opened.news.revoked, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not office.patients.is_open, timeout=PATIENCE_MS)
    qtbot.waitUntil(
        lambda: any(one.code == "device-revoked" for one in office.meeting.view.standing), timeout=PATIENCE_MS
    )
