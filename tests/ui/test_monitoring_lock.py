"""What was under way in telemonitoring when the desk locked: nothing of a patient stays, and nothing stands up again."""

from __future__ import annotations

import asyncio
import gc

import pytest
from PyQt6.QtWidgets import QApplication, QWidget

from app.intents import OpenAlert
from app.monitoring.ports import Item, Sheet, Who
from media.mail.policy import Part
from storage.monitoring.records import Questionnaire
from tests.harness.alertwindow import Ward

SECRET = ("DUMAS", "Solange", "Diarrh", "diarrh", "80417702", "1962")
OWN = "80417799"
PRIVATE = (Item, Sheet, Who, Questionnaire)


@pytest.fixture
def ward(make_desk, qtbot, tmp_path):
    return Ward(make_desk, qtbot, tmp_path)


def said_by(widget: QWidget) -> list[str]:
    """Return all that a widget says or shows."""
    ways = (
        "text",
        "accessibleName",
        "accessibleDescription",
        "toolTip",
        "windowTitle",
        "toPlainText",
        "title",
    )
    found = []
    for way in ways:
        read = getattr(widget, way, None)
        if callable(read):
            found.append(str(read()))
    return found


def key_of(one) -> str:
    """Return the number of whom a value is about."""
    whose = one.item if isinstance(one, Sheet) else one
    return (whose.who if isinstance(whose, Item) else whose).key.ipp


def shows(ward, alert):
    page = ward.desk.window.page("monitoring")
    return page.alert == alert and page.settled


def test_an_alert_that_is_taken_while_the_desk_locks_names_nobody_on_the_lock(ward):
    with ward:
        ward.rule(Part.NURSE)
        ward.ask("80417702", "DUMAS", "Q1", ago_ms=0, dyspnea=4)
        card = ward.card()
        take, gate = ward.office.alerts.take, asyncio.Event()
        taken = []

        async def slow(alert):
            record = await take(alert)
            taken.append(record)
            await gate.wait()
            return record

        ward.office.alerts.take = slow
        card.verb.click()
        ward.wait(lambda: bool(taken))
        ward.desk.office.lock()
        ward.office.bridge.loop.call_soon_threadsafe(gate.set)
        ward.run(asyncio.sleep(0))
        ward.wait(lambda: ward.office.following.outlook is None)
        for _ in range(20):
            QApplication.processEvents()
        window = ward.desk.window
        assert not window.toast.can_undo()
        assert not window.toast._words.text()
        assert window.current == ""
        assert not len(window.pages), "no page is made behind the lock"


def test_no_widget_of_the_lock_says_anything_of_a_patient(ward, qtbot):
    with ward:
        ward.rule(Part.NURSE)
        alert = ward.ask("80417702", "DUMAS", "Q1", ago_ms=0, diarrhea=4)
        ward.desk.window.open(OpenAlert(alert))
        ward.wait(lambda: shows(ward, alert))
        ward.desk.office.lock()
        ward.wait(lambda: ward.office.following.outlook is None)
        qtbot.waitUntil(lambda: not len(ward.desk.window.pages))
        QApplication.sendPostedEvents(None, 52)  # deferred deletions
        said = [text for one in QApplication.allWidgets() for text in said_by(one)]
        assert not [text for text in said if any(word in text for word in SECRET)]


def test_nothing_of_a_patient_is_held_after_the_lock(ward):
    with ward:
        ward.rule(Part.NURSE)
        alert = ward.ask(OWN, "DUMAS", "Q1", ago_ms=0, diarrhea=4)
        ward.desk.window.open(OpenAlert(alert))
        ward.wait(lambda: shows(ward, alert))
        ward.run(ward.office.alerts.take(alert))
        ward.bruno_watch.alerts.end()
        ward.bruno.vault.patients.applied().result()  # what a vault read last is held until it reads again, or shuts
        ward.bruno.vault.mail.read(lambda _rows: None).result()
        ward.page = None
        ward.desk.office.lock()

        def held():
            gc.unfreeze()
            return [one for one in gc.get_objects() if isinstance(one, PRIVATE) and OWN in key_of(one)]

        ward.wait(lambda: not held())
