"""A knock while nobody looks: heard, notified without a name, and a click leads to the place."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QObject, Qt, pyqtSignal

from app.config import SOUNDS
from app.scenes.stills import NOW_MS
from app.sounds import tone
from app.ui.notify import Notifier
from media.engine import messages as m

NAME = "Dr Rachel Dumont"


class Tray(QObject):
    messageClicked, activated = pyqtSignal(), pyqtSignal()  # noqa: N815 -- Qt's names

    def __init__(self):
        super().__init__()
        self.said, self.shown = [], False

    def show(self):
        self.shown = True

    def hide(self):
        self.shown = False

    def showMessage(self, *words):  # noqa: N802 -- Qt's name
        self.said.append(words)


@pytest.fixture
def tray(desk):
    tray = Tray()
    desk.office._attention.notifier._make_tray = lambda: tray
    return tray


def knock(desk, number=1):
    desk.hear(
        m.Lobby(
            waiting=[
                m.Knocker(
                    knock=number, name=NAME, role="doctor", specialty="", trust="certified", since_ms=NOW_MS
                )
            ]
        )
    )


def away(desk, monkeypatch):
    monkeypatch.setattr(desk.window, "isActiveWindow", lambda: False)


def test_a_knock_is_heard_and_notified_without_a_name(desk, tray, qtbot, monkeypatch):
    desk.call(3)
    away(desk, monkeypatch)
    knock(desk)
    qtbot.waitUntil(lambda: bool(tray.said))
    assert tray.shown
    assert NAME not in repr(tray.said)
    assert "RCP" not in repr(tray.said)
    assert tray.said[0][1] == "Une personne attend dans le sas"
    qtbot.waitUntil(lambda: desk.played == [tone("knock")])


def test_a_click_leads_to_the_lobby(desk, tray, qtbot, monkeypatch):
    desk.call(3)
    desk.window.show_feature("settings")
    away(desk, monkeypatch)
    knock(desk)
    qtbot.waitUntil(lambda: bool(tray.said))
    tray.messageClicked.emit()
    assert desk.window.current == "meeting"
    assert not tray.shown


def test_without_a_tray_the_taskbar_is_marked(desk, qtbot, monkeypatch):
    marked = []
    monkeypatch.setattr("app.ui.notify.QApplication.alert", marked.append)
    notifier = Notifier(desk.window, lambda: None)
    notifier.notify("knock", "meeting")
    assert marked == [desk.window]


def test_sounds_that_are_off_are_off_and_the_window_says_it_all_the_same(desk, qtbot):
    desk.office.config.choose(SOUNDS, False)
    desk.call(3)
    desk.window.show_feature("settings")
    knock(desk)
    qtbot.waitUntil(desk.window.toast.isVisible)
    assert desk.window.toast._words.text() == "Une personne attend dans le sas"
    assert desk.played == []


def test_a_locked_desk_says_nothing_in_its_window(desk, tray, qtbot, monkeypatch):
    desk.call(3)
    desk.office.lock()
    away(desk, monkeypatch)
    knock(desk)
    qtbot.waitUntil(lambda: bool(tray.said))
    assert not desk.window.toast.isVisible()
    tray.messageClicked.emit()
    assert desk.window.locked


def space(qtbot, desk, press=True):
    (qtbot.keyPress if press else qtbot.keyRelease)(desk.window, Qt.Key.Key_Space)


# --- push to talk -----------------------------------------------------------------------------------------


@pytest.fixture
def talker(desk, settle):
    desk.call(3)
    settle(desk)
    desk.live.setFocus()
    return desk


def open_now(desk):
    return desk.meeting.view.microphone.wanted


def test_the_bar_opens_the_microphone_for_as_long_as_it_is_held(talker, qtbot):
    space(qtbot, talker)
    assert open_now(talker)
    space(qtbot, talker, press=False)
    assert not open_now(talker)
    assert talker.said(m.Microphone)[-2:] == [m.Microphone(on=True), m.Microphone(on=False)]


def test_a_bar_that_repeats_itself_keeps_it_open_and_types_nothing(talker, qtbot):
    from PyQt6.QtCore import QEvent
    from PyQt6.QtGui import QKeyEvent
    from PyQt6.QtWidgets import QApplication

    space(qtbot, talker)
    talker.live.open_chat()
    field = talker.live.side.chat.field
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress) * 5:
        again = QKeyEvent(kind, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True)
        QApplication.sendEvent(field, again)
    assert open_now(talker)
    assert field.text() == ""
    qtbot.keyRelease(field, Qt.Key.Key_Space)
    assert not open_now(talker)
    assert not talker.live.talk.talking


def test_the_bar_types_in_the_discussion(talker, qtbot):
    talker.live.open_chat()
    field = talker.live.side.chat.field
    qtbot.keyClicks(field, "a b")
    assert field.text() == "a b"
    assert not talker.said(m.Microphone)[1:]


def test_who_leaves_the_window_with_the_bar_held_is_silent(talker, qtbot):
    from PyQt6.QtCore import QEvent
    from PyQt6.QtWidgets import QApplication

    space(qtbot, talker)
    QApplication.sendEvent(talker.window, QEvent(QEvent.Type.WindowDeactivate))
    assert not open_now(talker)


@pytest.mark.parametrize("leave", ["lock", "section"])
def test_who_locks_or_turns_away_with_the_bar_held_is_silent(talker, qtbot, leave):
    space(qtbot, talker)
    assert open_now(talker)
    if leave == "lock":
        talker.office.lock()
    else:
        talker.window.show_feature("settings")
    assert not open_now(talker)
    qtbot.wait(20)
    space(qtbot, talker, press=False)
    assert not open_now(talker)


def test_a_microphone_that_is_open_stays_open(talker, qtbot):
    talker.meeting.microphone(True)
    space(qtbot, talker)
    space(qtbot, talker, press=False)
    assert open_now(talker)


def test_the_setting_turns_it_off(talker, qtbot):
    from app.config import PUSH_TO_TALK

    talker.office.config.choose(PUSH_TO_TALK, False)
    qtbot.waitUntil(lambda: not talker.live.talk.allowed)
    space(qtbot, talker)
    assert not open_now(talker)


def test_ctrl_d_flips_the_microphone_while_typing(talker, qtbot):
    talker.live.open_chat()
    field = talker.live.side.chat.field
    qtbot.keyClicks(field, "abc")
    qtbot.keyClick(field, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert open_now(talker)
    assert field.text() == "abc"
