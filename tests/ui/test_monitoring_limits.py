"""What the section says when the feed fell silent before anybody signed rules, and when the PC's clock was set back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from app.interop.state import Reception
from app.ui.panes import Banner
from tests.harness.alertwindow import HOUR_MS, Ward
from tests.harness.wards import asked, named

DAY_MS = 24 * HOUR_MS


@pytest.fixture
def ward(make_desk, qtbot, tmp_path):
    return Ward(make_desk, qtbot, tmp_path)


def section(ward):
    ward.desk.window.show_feature("monitoring")
    return ward.desk.window.page("monitoring").queue


def due(ward, ipp, due_ms):
    """Let a patient have answered a week before they were to answer again."""
    fact = asked(ipp, due_ms - 7 * DAY_MS, pain=1)
    told = structs.replace(fact, content=structs.replace(fact.content, next_ms=due_ms))
    ward.seq += 1
    facts = named(ipp, f"DUMAS{ipp}", "Solange", due_ms - 7 * DAY_MS), told
    changed = ward.office.sitting.opened.vault.patients.apply([(ward.seq, facts)]).result()
    ward.office.bridge.loop.call_soon_threadsafe(ward.office.feed.patients_changed.fire, changed)


def test_a_platform_that_fell_silent_is_said_while_other_messages_flow_without_signed_rules_too(ward):
    """Patients come and go, the laboratory speaks; of those who were to answer nobody did."""
    with ward:
        queue, now_ms = section(ward), ward.desk.now_ms
        ward.office.feed.state = replace(ward.office.feed.state, last_ms=now_ms)
        due(ward, "1", now_ms - 5 * HOUR_MS)
        due(ward, "2", now_ms - 5 * HOUR_MS)
        ward.wait(lambda: len(queue.list.queue.items) == 2)
        assert queue.warnings.isHidden(), "two who do not answer are no platform"
        due(ward, "3", now_ms - 6 * HOUR_MS)
        ward.wait(queue.warnings.isVisible)
        assert "Alertes à jour à" in queue.warnings.findChild(Banner).accessibleName()
        ward.desk.window.show_feature("today")
        ward.wait(lambda: ward.column is not None and ward.column.findChild(Banner) is not None)


def test_a_quiet_night_is_no_alarm(ward):
    with ward:
        queue, now_ms = section(ward), ward.desk.now_ms
        for number in range(4):
            due(ward, str(number), now_ms + HOUR_MS)
        ward.office.feed.state = replace(ward.office.feed.state, last_ms=now_ms - 9 * HOUR_MS)
        ward.ask("9", "ROSSI", "Q9", ago_ms=9 * HOUR_MS, fatigue=1)
        ward.wait(lambda: len(queue.list.queue.items) == 5)
        queue.look_around()
        assert queue.warnings.isHidden()


def test_a_gateway_that_fell_silent_is_said(ward):
    with ward:
        queue = section(ward)
        gone = Reception(units=("ONCO1",), heard_ms=ward.desk.now_ms - HOUR_MS)
        ward.office.feed.state = replace(ward.office.feed.state, reception=gone)
        ward.ask("1", "ROSSI", "Q1", fatigue=1)
        ward.wait(queue.warnings.isVisible)


def test_a_clock_that_was_set_back_is_said_and_gives_no_alert_more_time(ward):
    with ward:
        alert = ward.ask("1", "DUMAS", "Q1", diarrhea=3)
        queue = section(ward)
        ward.wait(lambda: len(queue.list.queue.items) == 1)
        (item,) = queue.list.queue.items
        assert not item.due.over(ward.desk.now_ms)
        later_ms = ward.desk.now_ms + 3 * HOUR_MS
        vault = ward.office.sitting.opened.vault
        vault.mail.write(lambda rows: rows.timers.see(later_ms)).result()
        ward.office.following.stop()
        ward.wait(lambda: ward.outlook is None)
        ward.office.following.follow(ward.session)
        ward.wait(queue.warnings.isVisible)
        banner = queue.warnings.findChild(Banner)
        assert "retarde de 3" in banner.accessibleName()
        ward.wait(lambda: ward.outlook is not None and ward.outlook.counts.overdue == 1)
        record = ward.run(ward.office.alerts.take(alert))
        assert record.at_ms >= later_ms
