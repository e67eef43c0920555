"""The end of a shift: all that somebody has in hand goes to one colleague, from the section's menu or the palette, and comes back."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication, QMenu

from tests.ui.test_monitoring_queue import Triage


@pytest.fixture
def triage(make_desk, qtbot, tmp_path):
    return Triage(make_desk, qtbot, tmp_path)


def holders(triage, alerts):
    return {one.holder for one in triage.run(triage.bruno_watch.alerts.items(alerts))}


def menu():
    return next(
        (one for one in QApplication.topLevelWidgets() if isinstance(one, QMenu) and one.isVisible()), None
    )


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_all_of_mine_go_to_one_colleague_and_come_back(triage):
    with triage:
        both = [triage.ask("1", "DUMAS", "Q1", diarrhea=3), triage.ask("2", "ROSSI", "Q2", fatigue=1)]
        triage.shows("DUMAS", "ROSSI")
        (command,) = [one for one in triage.page.commands() if one.id == "monitoring.monitoring.act.hand_all"]
        assert not command.enabled(), "nothing is in hand"
        for alert in both:
            triage.run(triage.office.alerts.take(alert))
        triage.run(triage.office.alerts.escalate(both[0], (triage.bruno.user,), "7 selles par jour"))
        triage.wait(lambda: len(triage.page.handing.mine) == 2)
        triage.wait(command.enabled)
        assert "Transmettre toutes mes alertes" in [str(words) for words, _icon, _run in triage.page._menu()]
        command.run()
        triage.wait(lambda: menu() is not None)
        title, colleague = menu().actions()
        assert title.text() == "Transmettre mes 2 alertes à"
        assert "Bruno Bel" in colleague.text()
        colleague.trigger()
        triage.wait(triage.desk.window.toast.can_undo)
        assert "2 alertes transmises à" in triage.desk.window.toast._words.text()
        triage.wait(lambda: holders(triage, both) == {triage.bruno.user})
        triage.wait(lambda: not command.enabled())
        triage.desk.window.toast.undo()
        triage.wait(lambda: holders(triage, both) == {triage.session.user})
