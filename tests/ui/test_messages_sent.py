"""The section Messages over the real service: two desks, real vaults, a real relay process; one of them has the window."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from app.messages.items import Said
from storage.vault import Vault
from tests.harness.beside import PATIENCE_MS, Two
from tests.harness.cheap import CHEAP
from tests.harness.postal import PASSWORD

CTRL = Qt.KeyboardModifier.ControlModifier


class Writing(Two):
    """Alice in the section Messages."""

    def __init__(self, make_desk, qtbot, folder):
        super().__init__(make_desk, qtbot, folder)
        qtbot.keyClick(self.desk.window, Qt.Key.Key_5, CTRL)
        self.page = self.desk.window.page("messages")
        self.wait(lambda: self.page.threads.shown and self.page._people.me != b"")

    def shows(self, text):
        lines = self.page.talk.stream.shown.lines
        return next((one for one in lines if isinstance(one, Said) and text in one.sentence), None)

    def press(self, key, *more):
        self.qtbot.keyClick(QApplication.focusWidget(), key, *more)


@pytest.fixture
def two(make_desk, qtbot, tmp_path):
    return Writing(make_desk, qtbot, tmp_path)


def test_a_message_goes_to_the_other_desk_is_read_and_answered(two, qtbot):
    with two:
        _write_and_answer(two, qtbot)


def _write_and_answer(two, qtbot):
    qtbot.keyClick(two.page.threads.list, Qt.Key.Key_N, CTRL)
    qtbot.keyClicks(two.page.start.who.field, "bruno")
    two.press(Qt.Key.Key_Return)
    two.page.start.button.click()
    two.wait(
        lambda: (
            two.page.talk.current is not None and QApplication.focusWidget() is two.page.talk.composer.field
        )
    )
    qtbot.keyClicks(two.page.talk.composer.field, "Potassium 6,1")
    two.press(Qt.Key.Key_Return, CTRL)
    two.wait(lambda: two.shows("Potassium 6,1") is not None)
    two.wait(lambda: "remis" in two.shows("Potassium 6,1").state)

    came = two.run(two.bruno.hears("Potassium 6,1"))
    two.run(two.bruno.messages.read(came.thread, came.order))
    two.wait(lambda: two.shows("Potassium 6,1").state.startswith("lu"))

    two.run(two.bruno.messages.send(came.thread, "Gluconate en route", quote=came.msg_id))
    two.wait(lambda: two.shows("Gluconate") is not None)
    assert two.shows("Gluconate").quoted[1] == "Potassium 6,1"
    two.wait(lambda: two.page.threads.unread == 0)

    two.run(two.bruno.messages.take(came.id))
    two.wait(lambda: "Pris en charge par" in two.shows("Potassium").sentence)

    two.page.deeds.act("withdraw", two.shows("Potassium").key, 0)
    two.press(Qt.Key.Key_Return)
    two.wait(lambda: two.shows("Message retiré") is not None)

    two.page.threads.to_search()
    qtbot.keyClicks(two.page.threads.search, "gluco")
    two.wait(lambda: any(one.key.startswith("hit") for one in two.page.threads.list.shown.lines))


def test_the_lock_leaves_nothing_of_the_messages(two, qtbot):
    with two:
        number = two.run(two.bruno.messages.direct(two.office.session().user))
        two.run(two.bruno.messages.send(number, "Secret de la chambre 12"))
        two.wait(lambda: any("Secret" in one.sentence for one in two.page.threads.list.shown.lines))
        button = two.desk.window.rail._buttons["messages"]
        two.wait(lambda: "1 en attente" in button.accessibleName())
        two.office.lock()
        two.wait(lambda: "en attente" not in button.accessibleName())
        assert two.desk.window.locked
        assert not len(two.desk.window.pages)


def test_what_is_typed_right_before_the_lock_is_there_at_the_next_unlock(two, qtbot):
    with two:
        number = two.run(two.bruno.messages.direct(two.office.session().user))
        two.run(two.bruno.messages.send(number, "Vous venez ?"))
        two.wait(lambda: bool(two.page.threads.list.shown.lines))
        two.page.open_thread(int(two.page.threads.list.shown.lines[0].key))
        qtbot.keyClicks(two.page.talk.composer.field, "Dans dix min")
        two.office.lock()
        assert two.office.signin._shut.wait(PATIENCE_MS / 1000)
        vault = Vault.unlock(two.clinic.folder / "desk 1", PASSWORD, CHEAP)
        kept = vault.mail.read(lambda rows: rows.threads.all()).result()
        vault.lock()
        assert kept[0].draft == "Dans dix min"
