"""The report that a platform sends with the answers, opened from the alert: among the patient's documents, as any is."""

from __future__ import annotations

import pytest
from msgspec import structs

from app.config import PATIENTS_ACCESS
from storage.patients.facts import Document
from tests.harness.wards import alert_of, asked, named
from tests.ui.test_monitoring_queue import HOUR_MS, Triage


@pytest.fixture
def triage(make_desk, qtbot, tmp_path):
    return Triage(make_desk, qtbot, tmp_path)


def test_the_report_that_came_with_the_answers_opens_from_the_alert(triage):
    with triage:
        triage.office.config.load_user({PATIENTS_ACCESS.key: '"everyone"'})
        at_ms = triage.desk.now_ms - HOUR_MS
        told = asked("1", at_ms, "Q1", diarrhea=3)
        paper = Document("R1", "new", "REPORT", "Rapport Q1", at_ms, "application/pdf", 5, 9_000)
        triage.hear(named("1", "DUMAS", "Solange", at_ms), told, structs.replace(told, content=paper))
        bare = triage.ask("2", "ROSSI", "Q2", fatigue=1)
        triage.shows("DUMAS", "ROSSI")
        button = triage.page.centre.head.buttons["report"]
        triage.page.open_alert(bare)
        triage.wait(lambda: triage.page.alert == bare)
        assert button.isHidden()
        triage.page.open_alert(alert_of(told))
        triage.wait(lambda: triage.page.alert == alert_of(told) and triage.page.settled)
        assert not button.isHidden()
        button.click()
        person = triage.desk.window.page("patients").person
        triage.wait(lambda: person.tabs.choice == "papers")
        opened = person.part("papers")._open
        assert opened is not None
        assert opened.paper.label == "Rapport Q1"
