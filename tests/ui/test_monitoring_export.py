"""A coordinator takes a month and a trace out of the section, in the real window over a real vault; others are told why not."""

from __future__ import annotations

import json
import stat

import pytest
from PyQt6.QtCore import Qt

from media.mail.policy import Part, Policy
from tests.harness.wards import alert_of, asked, named
from tests.ui.test_monitoring_queue import Triage


@pytest.fixture
def triage(make_desk, qtbot, tmp_path):
    return Triage(make_desk, qtbot, tmp_path)


def coordinate(triage):
    """Let Alice become the coordinator of the service."""
    members = ((triage.session.user, Part.COORDINATOR),)
    mine = Policy("ONCO2", "Oncologie 2", 1, members=members)
    triage.run(triage.office.alerts.sign(mine))


def ask(triage):
    at_ms = triage.desk.now_ms - 3_600_000
    told = asked("2", at_ms, "Q2", unit="ONCO2", diarrhea=2)
    triage.hear(named("2", "DUMAS", "Solange", at_ms), told)
    return alert_of(told)


def offered(triage):
    triage.page.show_export()
    pane = triage.page.exporting
    triage.wait(lambda: pane.none.isVisible() != pane.room.isVisible())
    return pane


def test_who_is_no_coordinator_is_told_so_and_goes_back_by_escape(triage):
    with triage:
        pane = offered(triage)
        assert pane.none.isVisible()
        assert not pane.room.isVisible()
        triage.qtbot.keyClick(pane.back, Qt.Key.Key_Escape)
        assert triage.page.stack.currentWidget() is not pane


def test_a_coordinator_writes_the_month_and_the_trace_of_the_patient_who_is_shown(triage, tmp_path):
    with triage:
        coordinate(triage)
        alert = ask(triage)
        triage.shows("DUMAS")
        triage.run(triage.office.alerts.take(alert))
        pane = offered(triage)
        assert not pane.write_trace.isEnabled(), "no alert is open"
        triage.page.open_alert(alert)
        triage.wait(lambda: bool(triage.page.alert))
        pane = offered(triage)
        assert "DUMAS Solange" in pane.about.text()
        folder = tmp_path / "sorties"
        folder.mkdir()
        pane.folder.setText(str(folder))
        pane.write_month.click()
        triage.wait(lambda: len(list(folder.iterdir())) == 3 and pane.write_month.isEnabled())
        for one in folder.iterdir():
            assert stat.S_IMODE(one.stat().st_mode) == 0o600
        [actives] = folder.glob("*actifs.csv")
        assert "DUMAS Solange" in actives.read_text("utf-8-sig")
        [pdf] = folder.glob("*.pdf")
        assert pdf.read_bytes().startswith(b"%PDF-1.")
        pane.write_month.click()
        triage.wait(lambda: "existe déjà" in pane.folder.accessibleDescription())
        pane.write_trace.click()
        triage.wait(lambda: bool(list(folder.glob("*.jsonl"))) and pane.write_trace.isEnabled())
        [trace] = folder.glob("*.jsonl")
        lines = [json.loads(line) for line in trace.read_text("utf-8").splitlines()]
        assert [one["step"] for one in lines if one["type"] == "record"] == ["take"]
        assert {one.reason.split()[0] for one in triage.acts("monitoring-exported")} == {"month", "trace"}
        assert not [one for one in folder.iterdir() if "DUMAS" in one.name]
