"""What the section says when the feed fell silent before anybody signed rules, and when the PC's clock was set back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.ui.panes import Banner
from tests.harness.alertwindow import HOUR_MS, Ward

DAY_MS = 24 * HOUR_MS


@pytest.fixture
def ward(make_desk, qtbot, tmp_path):
    return Ward(make_desk, qtbot, tmp_path)


def section(ward):
    ward.desk.window.show_feature("monitoring")
    return ward.desk.window.page("monitoring").queue


def test_a_feed_that_fell_silent_is_said_without_signed_rules_too(ward):
    with ward:
        ward.ask("1", "DUMAS", "Q1", diarrhea=3)
        queue = section(ward)
        ward.wait(lambda: len(queue.list.queue.items) == 1)
        assert queue.warnings.isHidden()
        silent_ms = ward.desk.now_ms - HOUR_MS
        ward.office.feed.state = replace(ward.office.feed.state, last_ms=silent_ms)
        ward.ask("2", "ROSSI", "Q2", fatigue=1)
        ward.wait(queue.warnings.isVisible)
        assert "Alertes à jour à" in queue.warnings.findChild(Banner).accessibleName()
        ward.desk.window.show_feature("today")
        ward.wait(lambda: ward.column is not None and ward.column.findChild(Banner) is not None)


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
