"""What a nurse typed about an alert and did not do: there again after the lock, gone once it is done or let go of."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from app.i18n import tr
from app.signin.service import Opened
from app.trust import News
from storage.monitoring.records import Step
from storage.vault import Vault
from tests.harness.beside import PATIENCE_MS
from tests.harness.cheap import CHEAP
from tests.harness.postal import PASSWORD
from tests.harness.wards import alert_of, asked, named
from tests.ui.test_monitoring_centre import Ward

NOTES = "7 selles par jour, rappeler ce soir"


class Nurse(Ward):
    """Alice with an alert of DUMAS Solange, typing."""

    def begin(self):
        self.told = self.answer("Q1", diarrhea=2)
        self.dumas(self.told)
        self.look()

    def look(self):
        self.open(self.told)
        self.panel = self.page.panel

    def type(self, act, text):
        self.panel.act(act)
        self.panel.form.text.field.setFocus()
        self.qtbot.keyClicks(self.panel.form.text.field, text)

    def lock(self):
        """Lock, then unlock the vault that was left, as the next unlock does."""
        self.office.lock()
        assert self.desk.window.locked
        assert self.office.signin._shut.wait(PATIENCE_MS / 1000)
        vault = Vault.unlock(self.clinic.folder / "desk 1", PASSWORD, CHEAP)
        session = self.run(self.clinic.refresh(vault))
        self.office._came_in(Opened(vault, session, {}, "", False, News()))
        self.desk.window.show_feature("monitoring")
        self.page = self.desk.window.page("monitoring")
        self.centre = self.page.centre
        self.wait(lambda: self.office.following.outlook is not None)

    def kept(self):
        """Return the acts of which the vault has something."""
        known = self.vault.settings.all().result()
        return {key.rpartition(".")[2] for key in known if key.startswith("monitoring.typed.")}


@pytest.fixture
def nurse(make_desk, qtbot, tmp_path):
    return Nurse(make_desk, qtbot, tmp_path)


def test_what_is_typed_right_before_the_lock_stands_there_after_it_until_it_is_done(nurse):
    with nurse:
        nurse.begin()
        nurse.panel.foot.field.setText("appelée par sa fille")
        nurse.type("call", NOTES)
        nurse.panel.form.grade.grades[2].click()
        nurse.lock()
        nurse.look()
        assert nurse.panel.foot.field.text() == "appelée par sa fille"
        assert nurse.panel.acts.buttons["call"].about == tr("alertacts.sub.draft")
        nurse.panel.act("advise")
        assert nurse.panel.form.resumed.isHidden()
        nurse.panel.act("call")
        form = nurse.panel.form
        assert (form.text.value, form.grade.value, form.reached.value) == (NOTES, 2, "yes")
        assert form.resumed.isVisible()
        form.go.click()
        alert = alert_of(nurse.told)
        nurse.wait(lambda: nurse.panel.form is None)
        (row,) = nurse.run(nurse.office.alerts.sheet(alert, again=True)).life.rows
        assert (row.record.step, row.record.text) == (Step.CALL, NOTES)
        nurse.wait(lambda: nurse.kept() == {"note"})
        nurse.lock()
        nurse.look()
        nurse.panel.act("call")
        assert nurse.panel.form.text.value == ""


def test_a_draft_that_is_erased_is_gone_here_and_in_the_vault(nurse):
    with nurse:
        nurse.begin()
        nurse.type("escalate", "Ne garde rien")
        nurse.panel.leave()
        nurse.wait(lambda: nurse.kept() == {"escalate"})
        nurse.panel.act("escalate")
        assert nurse.panel.form.text.value == "Ne garde rien"
        nurse.panel.form.erased.emit()
        assert nurse.panel.form.text.value == ""
        assert nurse.panel.form.resumed.isHidden()
        nurse.wait(lambda: nurse.kept() == set())


def test_who_types_on_has_it_in_the_vault_without_leaving_the_form(nurse):
    with nurse:
        nurse.begin()
        nurse.type("close", "revue lundi")
        nurse.wait(lambda: nurse.kept() == {"close"})
        assert nurse.panel.form is not None


def test_what_nobody_came_back_to_for_a_month_is_let_go_of(nurse):
    with nurse:
        nurse.begin()
        alert = alert_of(nurse.told)
        for act, at_ms in (("call", nurse.desk.now_ms - 31 * 86_400_000), ("advise", nurse.desk.now_ms)):
            key = f"monitoring.typed.{alert.hex()}.{act}"
            nurse.vault.settings.save(key, f'{at_ms}:{{"text": "ancien"}}').result()
        nurse.vault.settings.save(f"monitoring.typed.{alert.hex()}.close", "nonsense").result()
        sheet = nurse.run(nurse.office.alerts.sheet(alert))
        assert [act for act, _packed in sheet.typed] == ["advise"]
        nurse.wait(lambda: nurse.kept() == {"advise"})


def test_why_a_symptom_is_to_be_muted_stands_there_after_the_lock_until_it_is_muted(nurse):
    with nurse:
        nurse.begin()
        nurse.centre._open_form("diarrhea", "week")
        nurse.qtbot.keyClicks(nurse.centre.form.reason, "connue, stable")
        nurse.lock()
        nurse.look()
        form = nurse.centre.form
        assert not form.isVisible()
        nurse.centre._open_form("fatigue", "week")
        assert not form.reason.text()
        assert not form._resumed.isVisible()
        nurse.centre._open_form("diarrhea", "month")
        assert form.reason.text() == "connue, stable"
        assert form._resumed.isVisible()
        nurse.press(Qt.Key.Key_Return, form.reason)
        nurse.says("en sourdine", "connue, stable")
        nurse.wait(lambda: nurse.kept() == set())
        nurse.lock()
        nurse.look()
        nurse.centre._open_form("diarrhea", "week")
        assert not nurse.centre.form.reason.text()


class Several(Nurse):
    """Alice with two patients who are hardly ill."""

    def begin(self):
        at_ms = self.desk.now_ms
        for number, name in enumerate(("AUBERT", "BLANC")):
            told = asked(str(number), at_ms - 3_600_000, f"Q{number}", fatigue=1)
            self.hear(named(str(number), name, "Solange", at_ms - 7_200_000), told)

    def choose(self):
        """Choose both, and begin to close them; return what asks why."""
        queue = self.page.queue
        self.wait(lambda: len(queue.list.queue.items) == 2)
        queue.to_list()
        queue.list.setFocus()
        self.qtbot.keyClick(queue.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        queue.bulk.closing.click()
        self.wait(queue.bulk.form.isVisible)
        return queue.bulk


def test_why_several_are_to_be_closed_stands_there_after_the_lock_until_they_are(make_desk, qtbot, tmp_path):
    nurse = Several(make_desk, qtbot, tmp_path)
    with nurse:
        nurse.begin()
        bulk = nurse.choose()
        assert not bulk._resumed.isVisible()
        nurse.qtbot.keyClicks(bulk.words, "Vues ce matin")
        nurse.lock()
        assert not nurse.page.queue.bulk.form.isVisible()
        bulk = nurse.choose()
        assert bulk.words.text() == "Vues ce matin"
        assert bulk._resumed.isVisible()
        bulk.send.click()
        nurse.wait(nurse.desk.window.toast.can_undo)
        nurse.wait(lambda: nurse.kept() == set())
        assert {one.reason for one in nurse.acts("alert-step")} == {"close"}


def ticked(nurse):
    return {one.who.name.split()[0] for one in nurse.page.queue.list.selected}


def test_which_rows_were_to_be_closed_are_chosen_again_after_the_lock(make_desk, qtbot, tmp_path):
    nurse = Several(make_desk, qtbot, tmp_path)
    with nurse:
        nurse.begin()
        nurse.choose()
        for _ in range(2):  # nobody touches anything between two locks
            nurse.lock()
            nurse.wait(lambda: ticked(nurse) == {"AUBERT", "BLANC"})
            assert nurse.page.queue.bulk.isVisible()
        bulk = nurse.page.queue.bulk
        bulk.closing.click()
        nurse.wait(bulk.form.isVisible)
        assert not bulk._resumed.isVisible(), "nothing was typed"
        bulk.reason.setCurrentIndex(bulk.reason.count() - 1)
        nurse.qtbot.keyClicks(bulk.words, "Vues ce matin")
        bulk.send.click()
        nurse.wait(nurse.desk.window.toast.can_undo)
        nurse.wait(lambda: nurse.kept() == set())
        assert len(nurse.acts("alert-step")) == 2


@pytest.mark.parametrize("left", [True, False])
def test_rows_that_somebody_let_go_of_are_not_chosen_again(make_desk, qtbot, tmp_path, left):
    nurse = Several(make_desk, qtbot, tmp_path)
    with nurse:
        nurse.begin()
        bulk = nurse.choose()
        nurse.qtbot.keyClicks(bulk.words, "Vues ce matin")
        if left:
            bulk.leave()
        else:
            nurse.lock()
            nurse.wait(lambda: len(ticked(nurse)) == 2)
            nurse.page.queue.step(0)
        nurse.lock()
        bulk = nurse.page.queue.bulk
        nurse.wait(lambda: bulk._drafts.of(b"", "close") != {})
        assert len(ticked(nurse)) < 2
        nurse.choose()
        assert bulk.words.text() == "Vues ce matin"
