"""From one alert to the next: nothing is done about the one before, no patient stands beside the answer of another, no key waits long."""

from __future__ import annotations

import asyncio

import pytest
from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QApplication, QLabel, QWidget

from app.monitoring.opening import LOADING
from tests.ui.test_monitoring_queue import Triage


@pytest.fixture
def triage(make_desk, qtbot, tmp_path):
    return Triage(make_desk, qtbot, tmp_path)


def held(triage, monkeypatch):
    """Let sheets wait for what this returns."""
    alerts, gate = triage.office.alerts, asyncio.Event()
    whole = alerts.sheet

    async def late(alert, *, again=False):
        await gate.wait()
        return await whole(alert, again=again)

    monkeypatch.setattr(alerts, "sheet", late)
    return lambda: triage.office.bridge.loop.call_soon_threadsafe(gate.set)


def opened(triage, alert):
    triage.page.open_alert(alert)
    triage.wait(lambda: triage.page.alert == alert and triage.page.settled)


def two(triage):
    worst = triage.ask("1", "DUMAS", "Q1", diarrhea=3)
    other = triage.ask("2", "ROSSI", "Q2", fatigue=1)
    triage.shows("DUMAS", "ROSSI")
    return worst, other


def test_while_the_next_is_read_nothing_can_be_done_about_the_one_before(triage, monkeypatch):
    with triage:
        worst, other = two(triage)
        opened(triage, worst)
        go_on = held(triage, monkeypatch)
        triage.queue.sort.setFocus()
        triage.page.open_alert(other)
        assert triage.page.alert == b""
        for act in ("take", "call", "close"):
            assert not triage.page.able(act)
            triage.page.panel.acts.acted.emit(act)
        triage.page.centre.head.buttons["copy"].click()
        assert triage.page.panel.form is None
        go_on()
        triage.wait(lambda: triage.page.alert == other)
        triage.wait(lambda: len(triage.acts("alert-read")) == 2)
        assert not triage.acts("alert-step")
        assert not triage.acts("patient-copied")


def test_one_that_takes_long_to_read_says_so_and_leaves_nothing_of_the_one_before(triage, monkeypatch):
    with triage:
        worst, other = two(triage)
        opened(triage, worst)
        go_on = held(triage, monkeypatch)
        triage.page.open_alert(other)
        triage.wait(lambda: triage.page.stack.currentIndex() == LOADING)
        assert not triage.page.panel.isVisible()
        words = [one.text() for one in triage.page.centre.findChildren(QLabel)]
        assert not any("DUMAS" in one for one in words)
        go_on()
        triage.wait(lambda: triage.page.alert == other)
        assert "ROSSI" in triage.page.centre.head.name.text()


def test_nothing_is_painted_before_all_of_it_is_there(triage, monkeypatch):
    with triage:
        worst, other = two(triage)
        opened(triage, worst)
        go_on = held(triage, monkeypatch)
        triage.page.open_alert(other)
        assert not triage.page.centre.updatesEnabled()
        assert not triage.page.panel.updatesEnabled()
        go_on()
        triage.wait(lambda: triage.page.alert == other)
        assert triage.page.centre.updatesEnabled()
        assert triage.page.centre.symptoms.updatesEnabled()
        assert triage.page.panel.updatesEnabled()


def test_the_last_one_asked_for_is_shown_and_the_one_before_it_never(triage, monkeypatch):
    with triage:
        worst, other = two(triage)
        go_on = held(triage, monkeypatch)
        triage.queue.to_list()
        triage.press(Qt.Key.Key_Return)
        triage.page.open_alert(other)
        shown = []
        triage.page.stack.shown.connect(lambda _again: shown.append(triage.page.alert))
        go_on()
        triage.wait(lambda: triage.page.alert == other)
        assert shown == [other]
        assert worst not in shown


class Stood(QObject):
    """What stood up as a window of its own, if for a moment."""

    def __init__(self):
        super().__init__()
        self.windows = []

    def eventFilter(self, target, event):  # noqa: N802 -- Qt's name
        if event.type() == QEvent.Type.Show and isinstance(target, QWidget) and target.isWindow():
            self.windows.append(type(target).__name__)
        return False


def test_a_form_that_can_name_nobody_opens_in_its_window_alone(triage):
    with triage:
        worst, _other = two(triage)
        opened(triage, worst)
        stood = Stood()
        QApplication.instance().installEventFilter(stood)
        triage.page.panel.act("escalate")
        triage.wait(lambda: triage.page.panel.form is not None)
        QApplication.instance().removeEventFilter(stood)
        assert stood.windows == []
        triage.wait(lambda: triage.page.panel.isAncestorOf(QApplication.focusWidget()))
