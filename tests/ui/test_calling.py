"""Calling a colleague to a RCP by message, and being called: a window, another desk, real vaults, a real relay."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QWidget

from app.meeting.agenda.draft import Draft
from app.ui.buttons import Button
from media.mail.calls import Coming
from tests.harness.agendas import agenda, gets
from tests.harness.beside import Two
from tests.harness.postal import until

CTRL = Qt.KeyboardModifier.ControlModifier


class Calling(Two):
    """Alice in the section RCP, Bruno with an agenda of his own."""

    def __init__(self, make_desk, qtbot, folder):
        super().__init__(make_desk, qtbot, folder)
        self.run(self._with_agenda())
        qtbot.keyClick(self.desk.window, Qt.Key.Key_2, CTRL)
        self.before = self.desk.page.before
        self.date = self.before.join.date

    async def _with_agenda(self):
        agenda(self.bruno)

    def press(self, key, *more):
        self.qtbot.keyClick(QApplication.focusWidget(), key, *more)

    def tab_to(self, goal):
        """Go by the tabulator alone to what *goal* finds: news may put another widget in its place on the way."""
        for _ in range(80):
            if QApplication.focusWidget() is goal():
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(goal())

    def calls(self, title="RCP Sein", **more):
        """Let Bruno call Alice."""
        start = self.bruno.clock.now_ms() // 1000 + 86_400
        draft = Draft(title, start, start + 5400, invited=(self.session.user,), **more)
        return self.run(self.bruno.planning.call(draft)).meeting

    def rows(self):
        return [line for line in self.before.join.agenda.shown.lines if line.occurrence is not None]


@pytest.fixture
def two(make_desk, qtbot, tmp_path):
    return Calling(make_desk, qtbot, tmp_path)


def button(widget, name):
    return next((one for one in widget.findChildren(Button) if one.accessibleName() == name), None)


def words(widget):
    return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_a_host_is_told_by_keyboard_alone_and_the_answer_comes_back(two, qtbot):
    with two:
        two.press(Qt.Key.Key_N, CTRL)
        form = two.before.planner.form
        two.wait(lambda: form.hosts.list.count() == 1)
        qtbot.keyClicks(QApplication.focusWidget(), "RCP Thorax")
        two.tab_to(lambda: form.hosts.list)
        two.press(Qt.Key.Key_Home)
        two.press(Qt.Key.Key_Space)
        two.tab_to(lambda: form.go)
        two.press(Qt.Key.Key_Return)
        handout = two.before.planner.handout
        two.wait(lambda: "Invitation reçue" in words(handout))
        assert "comparez d’abord son code" in words(handout)

        there = two.run(gets(two.bruno))
        assert there.title == "RCP Thorax"
        assert there.inv_sk == b""
        two.run(two.bruno.convening.answer(there, Coming.YES))
        two.wait(lambda: "Hôte · Accepte" in words(handout))
        two.press(Qt.Key.Key_Escape)
        two.wait(lambda: two.date.guests.isVisible() and "Dr Bruno Bel" in words(two.date.guests))

        two.wait(lambda: "comparez d’abord" in words(two.date.guests))
        two.tab_to(lambda: button(two.date.guests, "Comparer le code de Dr Bruno Bel"))
        two.press(Qt.Key.Key_Return)
        two.wait(lambda: two.desk.window.current == "directory")


def test_who_is_called_answers_by_keyboard_and_sees_the_change_and_the_end(two, qtbot):
    with two:
        made = two.calls()
        two.wait(lambda: bool(two.rows()))
        (row,) = two.rows()
        assert row.mark[0] == "À confirmer"
        two.wait(lambda: "Invité par Dr Bruno Bel" in words(two.date))
        two.tab_to(lambda: two.date.called.buttons[Coming.YES])
        two.press(Qt.Key.Key_Return)
        two.wait(lambda: "Vous venez" in words(two.date.called))
        assert two.rows()[0].mark is None

        async def answered():
            return [one.answer for one in await two.bruno.convening.guests(made)] == [1]

        two.run(until(answered))
        moved = Draft("RCP Sein", made.starts_s + 3600, made.ends_s + 3600, invited=None)
        changed = two.run(two.bruno.planning.call(moved, made)).meeting
        two.wait(lambda: two.rows()[0].mark == ("À confirmer", "mail", "info"))
        two.run(two.bruno.planning.cancel(changed))
        two.wait(lambda: two.rows()[0].off)
        assert not two.date.open.isVisible()
        assert not two.date.called.buttons[Coming.YES].isVisible()
        assert "ne vous y attend plus" in words(two.date)
        two.tab_to(lambda: two.date.forget)
        two.press(Qt.Key.Key_Return)
        two.wait(lambda: not two.rows())


def test_what_calls_for_attention_names_nobody_and_today_says_that_an_answer_is_awaited(two, qtbot):
    with two:
        told = []
        two.desk.window.tell = told.append
        qtbot.keyClick(two.desk.window, Qt.Key.Key_1, CTRL)
        two.calls("RCP Sein de Mme TESSIER")
        two.wait(lambda: bool(told))
        assert [str(one) for one in told] == ["Une RCP vous est proposée, ou a changé"]
        today = two.desk.window.page("today")
        two.wait(lambda: any("À confirmer" in one.accessibleName() for one in today.findChildren(QWidget)))


def test_a_lock_leaves_no_invitation_in_the_window(two, qtbot):
    with two:
        two.calls()
        two.wait(lambda: "Invité par Dr Bruno Bel" in words(two.desk.window))
        two.office.lock()
        assert "RCP Sein" not in words(two.desk.window)
        assert two.office.planning.session is None
