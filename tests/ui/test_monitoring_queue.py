"""The queue of alerts as a nurse meets it: the real window over a real vault, a colleague's desk, a real relay between them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from msgspec import structs
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from app.config import COORDINATORS
from app.interop.state import Reception
from app.monitoring.blanks import EMPTY, NOT_FOUND
from app.monitoring.ports import List, Refused
from app.ui.panes import Banner
from media.mail.policy import Part, Policy
from tests.harness.beside import Two
from tests.harness.wards import Watch, alert_of, asked, named

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
HOUR_MS = 3_600_000


class Triage(Two):
    """Alice in the section Télésuivi; Bruno follows the same patients at a desk of his own."""

    def __init__(self, make_desk, qtbot, folder):
        super().__init__(make_desk, qtbot, folder)
        self.seq = 0
        self.office.signin.trail.open(self.office.sitting.opened.vault.audit, self.session.user)
        self.bruno_watch = self.run(Watch(self.bruno, set()).begin())
        qtbot.keyClick(self.desk.window, Qt.Key.Key_4, CTRL)
        self.page = self.desk.window.page("monitoring")
        self.queue = self.page.queue
        self.wait(lambda: self.office.following.outlook is not None)
        self.rule()

    def rule(self):
        """Let Alice, whom IT named, sign the service's first rules: she and Bruno are its nurses."""
        self.office.config.load_user({COORDINATORS.key: json.dumps([self.session.user.hex()])})
        self.bruno_watch.founders.add(self.session.user)
        members = tuple((one, Part.NURSE) for one in (self.session.user, self.bruno.user))
        policy = Policy("ONCO1", "Oncologie", 1, members=members, reasons=(("seen", "Vu en consultation"),))
        self.run(self.office.alerts.sign(policy))

    @property
    def rows(self):
        return self.queue.list.queue

    def hear(self, *facts):
        """Let both desks hear of facts as their feeds bring them."""
        self.seq += 1
        vault = self.office.sitting.opened.vault
        changed = vault.patients.apply([(self.seq, tuple(facts))]).result()
        self.office.bridge.loop.call_soon_threadsafe(self.office.feed.patients_changed.fire, changed)
        self.run(self.bruno_watch.hear(*facts))

    def ask(self, ipp, name, number, ago_h=1, **grades):
        """Let a patient, named so, answer some hours ago; return the alert."""
        at_ms = self.desk.now_ms - ago_h * HOUR_MS
        told = asked(ipp, at_ms, number, **grades)
        self.hear(named(ipp, name, "Solange", at_ms), told)
        return alert_of(told)

    def shows(self, *names):
        self.wait(lambda: [one.who.name.split()[0] for one in self.rows.items] == list(names))

    def press(self, key, *more):
        self.qtbot.keyClick(QApplication.focusWidget() or self.page, key, *more)

    def line(self, row):
        return self.rows.data(self.rows.index(row), Qt.ItemDataRole.AccessibleTextRole)

    def tab(self, which):
        self.page.show_list(which)
        self.wait(lambda: self.queue.answered)

    def acts(self, action):
        return [
            one for one in self.office.sitting.opened.vault.audit.newest().result() if one.action == action
        ]


@pytest.fixture
def triage(make_desk, qtbot, tmp_path):
    return Triage(make_desk, qtbot, tmp_path)


def test_the_worst_stands_first_and_is_opened_by_keys_and_traced(triage):
    with triage:
        triage.ask("1", "PICARD", "Q1", nausea=2)
        triage.ask("2", "DUMAS", "Q2", diarrhea=3, vomiting=2)
        triage.ask("3", "ROSSI", "Q3", ago_h=3, fatigue=2)
        triage.shows("DUMAS", "ROSSI", "PICARD")
        said = triage.line(0)
        assert "Grade 3" in said
        assert "DUMAS Solange" in said
        assert "Diarrhée G3, vomissements G2" in said
        assert "reste 1\u202fh" in said
        assert "à prendre" in said
        assert not triage.acts("alert-read"), "looking at the list opens nobody"

        triage.queue.to_list()
        triage.press(Qt.Key.Key_J)
        triage.press(Qt.Key.Key_K)
        triage.press(Qt.Key.Key_Return)
        triage.wait(lambda: bool(triage.page.alert))
        assert triage.page.alert == triage.rows.items[0].alert
        triage.wait(lambda: len(triage.acts("alert-read")) == 1)


def test_no_row_moves_while_the_focus_is_among_them(triage):
    with triage:
        triage.ask("1", "PICARD", "Q1", nausea=2)
        triage.ask("2", "ROSSI", "Q2", fatigue=1)
        triage.shows("PICARD", "ROSSI")
        triage.queue.to_list()
        worst = triage.ask("3", "DUMAS", "Q3", dyspnea=4)
        triage.wait(triage.queue.waits)
        assert [one.who.name.split()[0] for one in triage.rows.items] == ["PICARD", "ROSSI"]
        assert "1 nouvelle alerte" in triage.queue.pill.name
        assert triage.queue.pill.isVisible()
        triage.press(Qt.Key.Key_N)
        triage.shows("DUMAS", "PICARD", "ROSSI")
        assert triage.rows.items[0].alert == worst
        assert not triage.queue.pill.isVisible()


def test_what_a_colleague_takes_says_so_where_it_stands(triage):
    with triage:
        alert = triage.ask("1", "DUMAS", "Q1", diarrhea=3)
        triage.ask("2", "ROSSI", "Q2", fatigue=1)
        triage.shows("DUMAS", "ROSSI")
        triage.queue.to_list()
        triage.run(triage.bruno_watch.alerts.take(alert))
        triage.wait(lambda: "prise en charge" in triage.line(0))
        assert "Bruno" in triage.line(0)
        triage.tab(List.IN_HAND)
        triage.shows("DUMAS")


def test_the_grades_are_those_of_the_list_that_is_shown(triage):
    with triage:
        late = triage.ask("1", "DUMAS", "Q1", ago_h=5, diarrhea=3)
        triage.ask("2", "ROSSI", "Q2", fatigue=1)
        triage.shows("DUMAS", "ROSSI")
        strip = triage.queue.strip
        triage.run(triage.bruno_watch.alerts.take(late))
        triage.wait(lambda: (strip._grades[3].count, strip._grades[1].count) == (0, 1))
        assert not strip.late.isVisible()
        triage.tab(List.IN_HAND)
        triage.shows("DUMAS")
        assert (strip._grades[3].count, strip._grades[1].count) == (1, 0)
        assert strip.late.isVisible()
        strip.late.click()
        triage.shows("DUMAS")


def test_a_list_is_narrowed_by_grade_by_delay_and_by_name(triage):
    with triage:
        triage.ask("1", "DUMAS", "Q1", ago_h=5, diarrhea=3)
        triage.ask("2", "ROSSI", "Q2", fatigue=1)
        triage.shows("DUMAS", "ROSSI")
        strip = triage.queue.strip
        triage.wait(strip.late.isVisible)
        strip.late.click()
        triage.shows("DUMAS")
        strip.late.click()
        strip._grades[1].click()
        triage.shows("ROSSI")
        strip._grades[4].click()
        triage.wait(lambda: triage.queue.stack.currentIndex() == NOT_FOUND)
        triage.queue.widen()
        triage.shows("DUMAS", "ROSSI")
        triage.queue.to_list()
        triage.press(Qt.Key.Key_F, CTRL)
        triage.qtbot.keyClicks(triage.queue.search, "ros")
        triage.shows("ROSSI")
        triage.press(Qt.Key.Key_Escape)
        triage.shows("DUMAS", "ROSSI")


def test_mild_alerts_are_closed_together_with_a_reason_and_taken_back(triage):
    with triage:
        for number, name in enumerate(("AUBERT", "BLANC", "CARON")):
            triage.ask(str(number), name, f"Q{number}", ago_h=9 - number, fatigue=1)
        triage.shows("AUBERT", "BLANC", "CARON")
        triage.queue.to_list()
        triage.press(Qt.Key.Key_Down, SHIFT)
        bulk = triage.queue.bulk
        assert bulk.isVisible()
        assert bulk.closing.isEnabled()
        bulk.closing.click()
        triage.wait(bulk.form.isVisible)
        bulk.reason.setCurrentIndex(bulk.reason.count() - 1)
        bulk.reason.activated.emit(bulk.reason.count() - 1)
        assert not bulk.send.isEnabled(), "own words, none yet"
        triage.qtbot.keyClicks(bulk.words, "Vues ce matin")
        bulk.send.click()
        triage.wait(triage.desk.window.toast.can_undo)
        triage.tab(List.CLOSED)
        triage.wait(lambda: len(triage.rows.items) == 2)
        triage.press(Qt.Key.Key_Z, CTRL)
        triage.wait(lambda: triage.queue.waits() and not triage.queue._waiting.items)
        triage.press(Qt.Key.Key_N)
        triage.wait(lambda: triage.queue.stack.currentIndex() == EMPTY)
        triage.tab(List.TODO)
        triage.shows("AUBERT", "BLANC", "CARON")


def test_what_was_closed_before_another_moved_on_is_said_and_taken_back(triage, monkeypatch):
    with triage:
        for number, name in enumerate(("AUBERT", "BLANC")):
            triage.ask(str(number), name, f"Q{number}", ago_h=9 - number, fatigue=1)
        triage.shows("AUBERT", "BLANC")
        triage.queue.to_list()
        triage.press(Qt.Key.Key_Down, SHIFT)
        bulk, closed = triage.queue.bulk, []
        close = bulk._alerts.close

        async def close_one(*what):
            if closed:
                raise Refused("not-open")
            closed.append(await close(*what))
            return closed[0]

        monkeypatch.setattr(bulk._alerts, "close", close_one)
        bulk.closing.click()
        triage.wait(bulk.form.isVisible)
        bulk.reason.setCurrentIndex(bulk.reason.count() - 1)
        bulk.reason.activated.emit(bulk.reason.count() - 1)
        triage.qtbot.keyClicks(bulk.words, "Vues ce matin")
        bulk.send.click()
        triage.wait(triage.desk.window.toast.can_undo)
        assert "Noté pour 1 alerte seulement" in triage.desk.window.toast._words.text()
        triage.press(Qt.Key.Key_Z, CTRL)
        triage.tab(List.TODO)
        triage.shows("AUBERT", "BLANC")


def test_severe_alerts_are_not_closed_together(triage):
    with triage:
        triage.ask("1", "DUMAS", "Q1", diarrhea=3)
        triage.ask("2", "ROSSI", "Q2", fatigue=1)
        triage.shows("DUMAS", "ROSSI")
        triage.queue.to_list()
        triage.press(Qt.Key.Key_Down, SHIFT)
        bulk = triage.queue.bulk
        assert bulk.isVisible()
        assert not bulk.closing.isEnabled()
        assert "grade 0 et 1" in bulk._why.text()


def test_the_rail_counts_what_is_mine_to_do_and_a_lock_leaves_nothing(triage):
    with triage:
        triage.ask("1", "DUMAS", "Q1", diarrhea=3)
        triage.ask("2", "ROSSI", "Q2", fatigue=1)
        button = triage.desk.window.rail._buttons["monitoring"]
        triage.wait(lambda: button._count == 1)
        triage.office.lock()
        triage.wait(lambda: triage.office.following.outlook is None)
        triage.wait(lambda: button._count == 0)


def test_what_was_counted_while_the_desk_locked_is_neither_shown_nor_told(triage):
    with triage:
        alert = triage.ask("1", "DUMAS", "Q1", diarrhea=3)
        button, attention = triage.desk.window.rail._buttons["monitoring"], triage.office._attention
        triage.wait(lambda: button._count == 1)
        outlook, unlocks = triage.office.following.outlook, attention._unlocks
        triage.office.lock()
        triage.wait(lambda: triage.office.following.outlook is None and button._count == 0)
        triage.office._counts._alerts_counted(outlook, 5)
        attention._sound(unlocks, {"alert-severe": frozenset({alert})})
        assert button._count == 0
        assert attention._alarms._told is None


def test_a_silent_feed_is_said_and_the_numbers_turn_grey(triage):
    with triage:
        triage.ask("1", "DUMAS", "Q1", diarrhea=3)
        triage.shows("DUMAS")
        assert triage.queue.warnings.isHidden()
        heard_ms = triage.desk.now_ms - 2 * HOUR_MS
        gone = Reception(units=("ONCO1",), heard_ms=heard_ms)
        triage.office.feed.state = replace(triage.office.feed.state, reception=gone)
        triage.ask("2", "ROSSI", "Q2", fatigue=1)
        triage.wait(triage.queue.warnings.isVisible)
        banner = triage.queue.warnings.findChild(Banner)
        assert "Alertes à jour à" in banner.accessibleName()
        assert not triage.queue.strip._grades[3].current
        triage.shows("DUMAS", "ROSSI")


def test_a_letter_opens_the_alert_under_the_cursor_and_begins(triage):
    with triage:
        triage.ask("1", "DUMAS", "Q1", diarrhea=3)
        mild = triage.ask("2", "ROSSI", "Q2", fatigue=1)
        triage.shows("DUMAS", "ROSSI")
        triage.queue.to_list()
        triage.press(Qt.Key.Key_J)
        triage.press(Qt.Key.Key_A)
        triage.wait(lambda: triage.page.alert == mild)
        triage.wait(lambda: triage.page.panel.isAncestorOf(QApplication.focusWidget()))
        assert not triage.acts("alert-step"), "a form was opened, nothing is done"


def test_those_who_did_not_answer_stand_apart_and_are_reminded(triage):
    with triage:
        at_ms = triage.desk.now_ms - 14 * 24 * HOUR_MS
        told = asked("1", at_ms, "Q1", fatigue=0)
        missed = structs.replace(told.content, next_ms=at_ms + 7 * 24 * HOUR_MS, alert="N")
        triage.hear(named("1", "VIDAL", "Roger", at_ms), structs.replace(told, content=missed))
        foot = triage.queue.foot.silent
        triage.wait(foot.isVisible)
        assert triage.rows.items == (), "silence is no alert among those to do"
        assert "1 sans réponse" in foot.name
        foot.click()
        triage.shows("VIDAL")
        assert "Sans réponse depuis" in triage.line(0)
        triage.queue.to_list()
        triage.press(Qt.Key.Key_R)
        triage.wait(triage.desk.window.toast.can_undo)
        assert len(triage.acts("alert-step")) == 1
