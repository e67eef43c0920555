"""A triage without a pointer: every act of an alert is begun, left and taken back by keys, and the focus is always somewhere one sees."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel

from app.monitoring.blanks import DONE
from app.monitoring.page import SHOWN
from app.ui.buttons import Button
from storage.monitoring.records import Phase
from tests.ui.test_monitoring_queue import CTRL, SHIFT, Triage

LETTERS = {"E": "escalate", "A": "call", "C": "advise", "X": "close"}
"""The keys of what can be done about an open alert, on DESIGN.md's map, and whose form they open."""


class Keys(Triage):
    """Alice, who has no pointer."""

    @property
    def focus(self):
        found = QApplication.focusWidget()
        assert found is not None, "the focus is nowhere"
        assert found.isVisible(), "the focus is on something that nobody sees"
        return found

    @property
    def panel(self):
        return self.page.panel

    def begin(self, *names):
        """Stand in the queue once it shows these."""
        self.shows(*names)
        self.queue.to_list()

    def open(self, alert):
        """Open what is chosen in the queue."""
        self.press(Qt.Key.Key_Return)
        self.wait(lambda: self.page.alert == alert and self.page.stack.currentIndex() == SHOWN)

    def form(self, letter):
        """Open the form that a letter names, and stand in it."""
        self.press(getattr(Qt.Key, f"Key_{letter}"))
        self.wait(lambda: self.panel.form is not None and self.panel.form.act == LETTERS[letter])
        self.wait(lambda: self.panel.form.isAncestorOf(self.focus))

    def phase(self, alert):
        sheet = self.run(self.office.alerts.sheet(alert, again=True))
        return sheet.life.phase


@pytest.fixture
def keys(make_desk, qtbot, tmp_path):
    return Keys(make_desk, qtbot, tmp_path)


def test_each_act_is_begun_by_its_letter_and_left_by_escape_where_one_was(keys):
    with keys:
        alert = keys.ask("1", "DUMAS", "Q1", diarrhea=3)
        keys.begin("DUMAS")
        keys.open(alert)
        keys.wait(lambda: keys.page.centre.isAncestorOf(keys.focus))
        for letter in LETTERS:
            before = keys.focus
            keys.form(letter)
            keys.press(Qt.Key.Key_Escape)
            keys.wait(lambda: keys.panel.form is None)
            assert keys.focus is before, f"where one was before {letter}"
        assert not keys.acts("alert-step"), "nothing is done by opening and leaving forms"


def test_letters_typed_beside_the_field_of_a_form_begin_no_other_act(keys):
    with keys:
        alert = keys.ask("1", "DUMAS", "Q1", diarrhea=3)
        keys.ask("2", "ROSSI", "Q2", fatigue=1)
        keys.begin("DUMAS", "ROSSI")
        keys.open(alert)
        for letter in LETTERS:
            keys.form(letter)
            form = keys.panel.form
            form.go.setFocus()
            for typed in (*LETTERS, "J", "K", "P"):
                keys.press(getattr(Qt.Key, f"Key_{typed}"))
            assert keys.panel.form is form
            assert keys.focus is form.go
            keys.press(Qt.Key.Key_Escape)
            keys.wait(lambda: keys.panel.form is None)
        assert not keys.acts("alert-step")


def test_an_alert_is_taken_called_about_and_given_back_by_keys_alone(keys):
    with keys:
        alert = keys.ask("1", "DUMAS", "Q1", diarrhea=3)
        keys.ask("2", "ROSSI", "Q2", fatigue=1)
        keys.begin("DUMAS", "ROSSI")
        keys.open(alert)
        keys.press(Qt.Key.Key_P)
        keys.wait(lambda: keys.phase(alert) is Phase.TAKEN)
        keys.form("A")
        keys.qtbot.keyClicks(keys.focus, "Ne garde rien")
        keys.press(Qt.Key.Key_Return, CTRL)
        keys.wait(lambda: keys.panel.form is None)
        keys.wait(keys.desk.window.toast.can_undo)
        assert keys.focus is not keys.desk.window
        said = len(keys.acts("alert-step"))
        keys.press(Qt.Key.Key_Z, CTRL)
        keys.wait(lambda: len(keys.acts("alert-step")) == said + 1)
        keys.press(Qt.Key.Key_J)
        keys.wait(lambda: keys.focus is keys.queue.list)


def test_f6_goes_from_the_queue_to_the_alert_to_the_panel_and_back(keys):
    with keys:
        alert = keys.ask("1", "DUMAS", "Q1", diarrhea=3)
        keys.begin("DUMAS")
        keys.open(alert)
        keys.wait(lambda: keys.page.centre.isAncestorOf(keys.focus))
        keys.press(Qt.Key.Key_F6)
        assert keys.panel.isAncestorOf(keys.focus)
        keys.press(Qt.Key.Key_F6, SHIFT)
        assert keys.page.centre.isAncestorOf(keys.focus)
        keys.press(Qt.Key.Key_F6, SHIFT)
        assert keys.queue.isAncestorOf(keys.focus)


def test_f1_lists_the_keys_of_the_section(keys):
    with keys:
        keys.ask("1", "DUMAS", "Q1", diarrhea=3)
        keys.begin("DUMAS")
        keys.press(Qt.Key.Key_F1)
        shown = {" ".join(one.text().split()) for one in keys.desk.window.help.findChildren(QLabel)}
        assert {*LETTERS, "J", "K", "R", "P", "N", "Ctrl F", "Ctrl T"} <= shown
        keys.press(Qt.Key.Key_Escape)
        keys.wait(lambda: keys.focus is keys.queue.list)


def test_a_name_is_looked_for_and_what_was_found_is_opened_by_keys(keys):
    with keys:
        keys.ask("1", "DUMAS", "Q1", diarrhea=3)
        mild = keys.ask("2", "ROSSI", "Q2", fatigue=1)
        keys.begin("DUMAS", "ROSSI")
        keys.press(Qt.Key.Key_F, CTRL)
        keys.qtbot.keyClicks(keys.focus, "ross")
        keys.shows("ROSSI")
        keys.press(Qt.Key.Key_Return)
        keys.wait(lambda: keys.focus is keys.queue.list)
        keys.open(mild)


def test_the_keys_begin_at_the_worst_of_the_day_with_the_answer_in_sight(keys):
    with keys:
        alert = keys.ask("1", "DUMAS", "Q1", fatigue=1, diarrhea=3)
        keys.shows("DUMAS")
        keys.desk.window.resize(1180, 700)
        keys.queue.to_list()
        keys.open(alert)
        heat = keys.page.centre.symptoms.heat
        keys.wait(lambda: keys.focus is heat)
        at = heat.currentIndex()
        assert "Diarrhée" in at.data(Qt.ItemDataRole.AccessibleTextRole)
        assert "grade 3" in at.data(Qt.ItemDataRole.AccessibleTextRole).casefold()
        assert keys.page.centre.area.verticalScrollBar().value() == 0, "what was answered is read first"


def test_where_nothing_is_left_to_do_what_was_closed_is_one_press_away(keys):
    with keys:
        alert = keys.ask("1", "DUMAS", "Q1", fatigue=1)
        keys.shows("DUMAS")
        keys.run(keys.office.alerts.close(alert, "seen", 1))
        keys.wait(lambda: keys.queue.stack.currentIndex() == DONE)
        way = next(one for one in keys.queue.stack.currentWidget().findChildren(Button) if one.isVisible())
        way.setFocus()
        keys.press(Qt.Key.Key_Return)
        keys.shows("DUMAS")
        assert keys.queue.usable()
