"""A hidden identity in the section Télésuivi: a number, and a reason on the patient's page before the alert is shown."""

from __future__ import annotations

import pytest
from msgspec import structs
from PyQt6.QtWidgets import QLabel

from app.monitoring.opening import SHOWN, SHUT
from app.patients.page import ASKING
from tests.harness.alertwindow import HOUR_MS, Ward
from tests.harness.wards import alert_of, asked, named


@pytest.fixture
def ward(make_desk, qtbot, tmp_path):
    return Ward(make_desk, qtbot, tmp_path)


def said(page):
    return " ".join(label.text() for label in page.findChildren(QLabel))


def test_who_is_hidden_opens_with_a_reason_and_comes_back_to_the_alert(ward):
    with ward:
        at_ms = ward.desk.now_ms - HOUR_MS
        who, told = named("80417702", "DUMAS", "Solange", at_ms), asked("80417702", at_ms, "Q1", pain=3)
        traits = {**who.content.traits, "reliability": "CACH"}
        facts = structs.replace(who, content=structs.replace(who.content, traits=traits)), told
        changed = ward.office.sitting.opened.vault.patients.apply([(1, facts)]).result()
        ward.office.bridge.loop.call_soon_threadsafe(ward.office.feed.patients_changed.fire, changed)
        ward.wait(lambda: ward.rows() == ["Identité"])
        ward.desk.window.show_feature("monitoring")
        page = ward.desk.window.page("monitoring")
        ward.wait(lambda: len(page.queue.list.queue.items) == 1)
        page.open_alert(alert_of(told))
        ward.wait(lambda: page.stack.currentIndex() == SHUT)
        assert "DUMAS" not in said(page) + ward.desk.window.windowTitle()
        page.stack._why.click()
        patients = ward.desk.window.page("patients")
        ward.wait(lambda: patients.stack.currentIndex() == ASKING)
        patients.reasons.given.emit("emergency", "")
        ward.wait(lambda: patients.person.patient is not None)
        ward.desk.window.show_feature("monitoring")
        ward.wait(lambda: page.stack.currentIndex() == SHOWN and page.settled)
        assert "DUMAS" in said(page.centre)
