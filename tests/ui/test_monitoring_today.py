"""Alerts outside their section, in the real window over a real vault: Today, what is notified, what the lock counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt

from app.interop.state import Reception
from app.sounds import tone
from app.ui.panes import Banner
from media.mail.policy import Part
from storage.monitoring.records import Phase, Step
from tests.harness.alertwindow import Ward

MINUTE_MS = 60_000
CLOSED = "Clôture à relire\u00a0: grade 4, close en grade 1"
SECRET = ("DUMAS", "ROSSI", "Solange", "Diarrh", "80417702", "1962")


@pytest.fixture
def ward(make_desk, qtbot, tmp_path):
    return Ward(make_desk, qtbot, tmp_path)


def test_no_column_stands_where_nobody_is_followed(ward):
    with ward:
        ward.wait(lambda: not ward.page.loading)
        assert ward.column is None


def test_a_nurse_sees_the_open_alerts_in_their_order_and_how_many_there_are(ward):
    with ward:
        ward.rule(Part.NURSE)
        ward.ask("1", "ROSSI", "Q1", fatigue=2)
        ward.ask("2", "DUMAS", "Q2", ago_ms=0, diarrhea=3)
        ward.shows("DUMAS", "ROSSI")
        said = ward.column.rows[0].accessibleName()
        for words in ("Grade 3", "DUMAS Solange", "Diarrhée G3", "À prendre", "IPP", "07/09/1962"):
            assert words in said, said
        tallies = [cell.accessibleName() for cell in ward.column.tallies._cells.values()]
        assert [one.split(":")[1].strip() for one in tallies] == [
            "0 ouverte",
            "1 ouverte",
            "1 ouverte",
            "0 ouverte",
        ]
        assert "2 patients" in str(ward.column._pane.column.note)
        assert not ward.cards(), "two hours are left: nothing is pressed upon anybody"

        ward.run(ward.bruno_watch.alerts.take(ward.outlook.open[0].alert))
        ward.wait(lambda: "Bruno" in ward.column.rows[0].accessibleName())
        ward.column.rows[0].click()
        assert ward.desk.window.current == "monitoring"
        ward.wait(lambda: bool(ward.desk.window.page("monitoring").alert))


def test_the_last_hour_and_the_vital_press_and_are_taken_by_a_digit_and_given_back(ward, qtbot):
    with ward:
        ward.rule(Part.NURSE)
        vital = ward.ask("1", "DUMAS", "Q1", ago_ms=0, dyspnea=4)
        frame = ward.card()
        assert str(frame.card.head) == "Alerte grade 4 à prendre"
        assert "DUMAS Solange" in str(frame.card.title)
        assert frame.card.gauge.share > 0
        assert "min" in str(frame.card.gauge.words)
        ward.wait(lambda: any(one.verb.isVisible() for one in ward.page.deck.cards))
        ward.page._moved_ms = 0
        qtbot.keyClick(ward.page, Qt.Key.Key_1)
        window, toast = ward.desk.window, ward.desk.window.toast
        ward.wait(toast.can_undo)
        toast.timer.stop()
        ward.wait(lambda: window.current == "monitoring")
        ward.wait(lambda: ward.outlook.open[0].phase is Phase.TAKEN)
        assert ward.outlook.open[0].holder == ward.session.user

        said = []
        toast.said.connect(lambda words: said.append((str(words), ward.steps(vital))))
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        ward.wait(lambda: bool(said))
        ((words, steps),) = said
        assert words.startswith("Étape annulée")
        assert steps == [Step.TAKE, Step.UNDO], "said once the trace has it, and nothing leaves the trace"
        ward.wait(lambda: ward.outlook.open[0].phase is Phase.NEW)


def test_a_doctor_sees_what_was_escalated_and_by_whom(ward):
    with ward:
        ward.rule(Part.DOCTOR)
        ward.ask("1", "ROSSI", "Q1", ago_ms=0, nausea=3)
        severe = ward.ask("2", "DUMAS", "Q2", ago_ms=0, diarrhea=3)
        ward.wait(lambda: ward.column is not None)
        assert ward.rows() == []
        ward.run(ward.bruno_watch.alerts.take(severe))
        ward.escalate(severe)
        ward.shows("DUMAS")
        frame = ward.card()
        assert str(frame.card.head) == "Alerte grade 3 escaladée à vous"
        assert "par Dr Bruno Bel" in str(frame.card.detail)
        assert "Escaladée à vous" in ward.column.rows[0].accessibleName()
        frame._more[0].click()
        assert ward.desk.window.current == "monitoring"
        ward.wait(lambda: bool(ward.desk.window.page("monitoring").alert))


def test_a_closure_that_waits_for_a_second_reader_has_its_card_and_opens_at_the_reading(ward):
    with ward:
        ward.rule(Part.NURSE)
        vital = ward.ask("1", "DUMAS", "Q1", ago_ms=0, dyspnea=4)
        ward.card()
        ward.run(ward.bruno_watch.alerts.close(vital, "resolved", 1))
        ward.wait(lambda: ward.outlook.open[0].phase is Phase.CLOSING)
        ward.wait(lambda: [str(one.head) for one in ward.cards()] == [CLOSED])
        frame = ward.card()
        assert str(frame.card.act.words) == "Relire"
        assert "Attend votre relecture" in ward.column.rows[0].accessibleName()
        frame.card.act.run()
        page = ward.desk.window.page("monitoring")
        ward.wait(lambda: page.panel.form is not None and page.panel.form.act == "second")


def test_what_is_escalated_is_heard_and_notified_without_a_word_of_whom(ward, monkeypatch):
    with ward:
        said = []
        ward.rule(Part.DOCTOR)
        severe = ward.ask("1", "DUMAS", "Q1", ago_ms=0, diarrhea=3)
        monkeypatch.setattr(ward.desk.window, "isActiveWindow", lambda: False)
        monkeypatch.setattr(ward.office._attention.notifier, "notify", lambda *what: said.append(what))
        ward.desk.played.clear()
        ward.escalate(severe)
        ward.wait(lambda: said == [("alert-mine", "monitoring")])
        ward.wait(lambda: ward.desk.played == [tone("alert")])
        assert not any(word in repr(said) for word in SECRET)


def test_the_lock_counts_and_names_nobody(ward):
    with ward:
        ward.rule(Part.DOCTOR)
        severe = ward.ask("1", "DUMAS", "Q1", ago_ms=0, diarrhea=3)
        ward.escalate(severe)
        ward.shows("DUMAS")
        waiting = ward.office.sitting.waiting(ward.desk.now_ms, "", in_call=False)
        assert [(one.key, one.n) for one in waiting.counts if one.n] == [("escalated", 1)]
        assert not any(word in repr(waiting) for word in SECRET)


def test_a_feed_that_fell_silent_is_said_and_the_numbers_are_grey(ward):
    with ward:
        ward.rule(Part.NURSE)
        ward.ask("1", "DUMAS", "Q1", diarrhea=2)
        ward.shows("DUMAS")
        heard_ms = ward.desk.now_ms - 31 * MINUTE_MS
        gone = Reception(units=("ONCO1",), heard_ms=heard_ms)
        ward.office.feed.state = replace(ward.office.feed.state, reception=gone)
        ward.ask("2", "ROSSI", "Q2", fatigue=1)
        ward.wait(lambda: ward.column.findChild(Banner) is not None)
        assert ward.column.findChild(Banner).accessibleName().startswith("Alertes à jour à ")
        cell = ward.column.tallies._cells[2]
        assert "peut-être plus" in cell.accessibleName()


def test_patients_who_do_not_answer_stand_below_and_lead_to_their_list(ward):
    with ward:
        ward.rule(Part.NURSE, silence=1)
        ward.ask("1", "DUMAS", "Q1", diarrhea=1)
        ward.shows("DUMAS")
        assert ward.column.foot.isHidden()


def test_what_comes_while_somebody_works_elsewhere_is_there_when_today_is_shown_and_drawn_then(ward):
    with ward:
        ward.rule(Part.NURSE)
        ward.desk.window.show_feature("directory")
        drawn = []
        ward.page.headed.connect(lambda: drawn.append(ward.page.isVisible()))
        for number, name in enumerate(("DUMAS", "ROSSI", "VIDAL")):
            ward.ask(f"8041770{number}", name, f"Q{number}", diarrhea=2)
        assert drawn == [], "nobody sees it"
        ward.desk.window.show_feature("today")
        ward.wait(lambda: set(ward.rows()) == {"DUMAS", "ROSSI", "VIDAL"})
