"""From an alert to a colleague and to an RCP, as a nurse does it: prepared, never sent by itself, noted once it went."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMenu

from app.meeting.agenda.dates import Occurrence
from app.messages.fresh import START, TALK
from media.mail.policy import Part
from storage.meetings import Meeting
from storage.monitoring.records import Step
from tests.harness.alertwindow import Ward

CTRL = Qt.KeyboardModifier.ControlModifier


class Asker(Ward):
    """Alice has one alert open."""

    def begin(self):
        self.rule(Part.NURSE, Part.DOCTOR)
        self.alert = self.ask("80417702", "DUMAS", "Q1", ago_ms=0, diarrhea=3)
        self.desk.window.show_feature("monitoring")
        self.page = self.desk.window.page("monitoring")
        self.page.open_alert(self.alert)
        self.wait(lambda: bool(self.page.alert))
        self.letters = self.desk.window.page("messages")
        return self

    def notes(self):
        rows = self.run(self.office.alerts.sheet(self.alert)).life.rows
        return [row.record for row in rows if row.record.step is Step.NOTE]

    def meeting(self, **more):
        starts_s = self.desk.now_ms // 1000 + 86_400
        made = Meeting(
            "RCP Thorax", "relay", 7443, b"t" * 16, b"s" * 16, b"h" * 16, starts_s=starts_s, **more
        )
        return Occurrence(made, 0, starts_s, starts_s + 5_400)

    def send(self):
        self.wait(lambda: self.letters.stack.currentIndex() == TALK)
        field = self.letters.talk.composer.field
        self.wait(lambda: field.toPlainText() != "")
        said = field.toPlainText()
        assert not self.notes(), "nothing was sent yet"
        self.qtbot.keyClicks(field, " Merci.")
        self.qtbot.keyClick(field, Qt.Key.Key_Return, CTRL)
        self.wait(lambda: bool(self.notes()))
        return said


@pytest.fixture
def asker(make_desk, qtbot, tmp_path):
    return Asker(make_desk, qtbot, tmp_path)


def test_advice_is_asked_of_whom_one_chooses_and_noted_once_it_went(asker):
    with asker:
        asker.begin()
        (advice,) = [one for one in asker.page.commands() if one.text == "Demander un avis"]
        assert advice.enabled()
        asker.page.act("close")
        assert not advice.enabled(), "a form is being filled in"
        asker.page.panel.leave()
        advice.run()
        assert asker.desk.window.current == "messages"
        assert asker.letters.stack.currentIndex() == START
        start = asker.letters.start
        assert start.patient.ipp == "80417702"
        assert start.patient.label == "DUMAS Solange, née le 07/09/1962"
        start.add(asker.bruno.user)
        start.button.click()
        said = asker.send()
        assert "Alerte de télésuivi de grade 3" in said
        assert "Diarrhée G3" in said
        assert "DUMAS" not in said, "the message names the patient beside its text"
        (note,) = asker.notes()
        assert "Dr Bruno Bel" in note.text
        (thread,) = asker.run(asker.office.mail.threads())
        assert note.about == thread.conv
        assert "Merci." in thread.last_text

        asker.desk.window.show_feature("monitoring")
        asker.wait(lambda: any(line.key == note.id.hex() for line in asker.page.panel.trace.list.shown.lines))
        asker.letters.fresh.write()
        asker.page.panel.trace.list.opened.emit(note.id.hex())
        asker.wait(lambda: asker.letters.stack.currentIndex() == TALK)
        assert asker.letters.talk.current.conv == thread.conv


def test_who_leaves_the_message_unwritten_leaves_no_note_behind(asker):
    with asker:
        asker.begin()
        asker.page.asking.advice.click()
        asker.letters.start.left.emit()
        asker.letters.fresh.write()
        asker.letters.start.add(asker.bruno.user)
        asker.letters.start.button.click()
        asker.wait(lambda: asker.letters.stack.currentIndex() == TALK)
        field = asker.letters.talk.composer.field
        assert field.toPlainText() == ""
        asker.qtbot.keyClicks(field, "Bonjour")
        asker.qtbot.keyClick(field, Qt.Key.Key_Return, CTRL)
        asker.wait(lambda: asker.run(asker.office.mail.threads())[0].last_text == "Bonjour")
        assert asker.notes() == []


def test_a_case_is_proposed_to_who_called_the_rcp(asker):
    with asker:
        asker.begin()
        asker.page.asking.propose(asker.meeting(organiser=asker.bruno.user))
        start = asker.letters.start
        assert start.members == (asker.bruno.user,)
        start.button.click()
        said = asker.send()
        assert said.startswith("Je propose de présenter ce dossier à la RCP « RCP Thorax » du ")
        (note,) = asker.notes()
        assert "Proposé pour la RCP" in note.text
        assert note.about


def test_a_case_for_an_own_rcp_is_noted_at_once_and_the_agenda_opens(asker):
    with asker:
        asker.begin()
        asker.page.asking.propose(asker.meeting(uid=b"u" * 16))
        asker.wait(lambda: bool(asker.notes()))
        (note,) = asker.notes()
        assert note.text.startswith("À présenter à la RCP")
        assert not note.about
        assert asker.desk.window.current == "meeting"


def test_what_is_noted_is_written_as_records_are_whatever_the_keyboard_made_of_it(asker):
    with asker:
        asker.begin()
        asker.run(asker.office.alerts.note(asker.alert, "De\u0301ja\u0300 vue \u2068ici\u2069\r\nhier"))
        (note,) = asker.notes()
        assert note.text == "Déjà vue ici\nhier"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_offers_the_next_dates_or_says_that_there_are_none(asker):
    with asker:
        asker.begin()
        asking, offered = asker.page.asking, []
        asking._between = lambda _since, _until: offered
        asking.unfold()
        asker.wait(lambda: asking.findChild(QMenu) is not None)
        assert asking.findChild(QMenu).actions()[0].text().startswith("Aucune RCP à venir")
        asking.findChild(QMenu).close()
        asker.wait(lambda: asking.findChild(QMenu) is None)
        offered.append(asker.meeting(organiser=asker.bruno.user))
        asking.unfold()
        assert asking.findChild(QMenu).actions()[0].text().startswith("RCP Thorax, ")
        asking.findChild(QMenu).actions()[0].trigger()
        assert asker.letters.start.members == (asker.bruno.user,)
        asking.findChild(QMenu).close()
