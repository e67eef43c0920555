"""Tabs where there is little room: the chosen one is there, the others unfold, arrows reach all of them."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QMenu, QWidget

from app.ui.tabs import Tabs

NAMES = ("Synthèse", "Mouvements", "Résultats", "Documents", "Échanges", "Identité")


class Held:
    """Tabs in a window of a width."""

    def __init__(self, qtbot):
        self.qtbot, self.window, self.heard = qtbot, QWidget(), []
        self.tabs = Tabs([(name.lower(), name) for name in NAMES])
        self.tabs.chosen.connect(self.heard.append)
        self.tabs.choose("synthèse")
        row = QHBoxLayout(self.window)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.tabs)
        qtbot.addWidget(self.window)
        self.window.resize(self.tabs.sizeHint())
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def narrow(self, width):
        self.window.resize(width, 40)
        self.qtbot.waitUntil(lambda: self.tabs.width() == width)
        QApplication.sendPostedEvents()

    @property
    def shown(self):
        return [one.name for one in self.tabs._tabs.values() if one.isVisible()]

    def whole(self):
        return all(
            one.width() >= one.sizeHint().width() for one in self.tabs._tabs.values() if one.isVisible()
        )


@pytest.fixture
def held(qtbot):
    return Held(qtbot)


def test_all_stand_there_where_there_is_room(held):
    assert held.shown == list(NAMES)
    assert not held.tabs.more.isVisible()
    held.narrow(300)
    assert held.tabs.more.isVisible()
    held.narrow(held.tabs.sizeHint().width())
    assert held.shown == list(NAMES)
    assert not held.tabs.more.isVisible()


def test_none_is_cut_and_the_chosen_one_stays(held):
    held.tabs.choose("identité")
    held.narrow(300)
    assert "Identité" in held.shown
    assert 1 < len(held.shown) < len(NAMES)
    assert held.whole()
    for _ in range(3):
        held.tabs.show_count("identité", 4711)
    QApplication.sendPostedEvents()
    assert held.whole()


def test_arrows_reach_those_that_are_not_shown_and_keep_the_focus(held):
    held.narrow(250)
    held.tabs.stop.setFocus()
    for name in (*NAMES[1:], NAMES[0]):
        held.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
        assert held.heard[-1] == name.lower()
        assert QApplication.focusWidget() is held.tabs.stop
        assert name in held.shown
        assert held.whole()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_others_unfold(held):
    held.narrow(250)
    hidden = [name for name in NAMES if name not in held.shown]
    held.tabs.more.click()
    (menu,) = [one for one in held.tabs.findChildren(QMenu) if one.isVisible()]
    assert [one.text() for one in menu.actions()] == hidden
    menu.actions()[-1].trigger()
    menu.close()
    assert held.heard == [NAMES[-1].lower()]
    assert NAMES[-1] in held.shown
    assert held.tabs.choice == NAMES[-1].lower()


class Watched(QWidget):
    """Tells whether the layout that tabs stand in is laid out, and when."""

    def __init__(self):
        super().__init__()
        self.heard = []

    def event(self, event):
        if event.type() == QEvent.Type.LayoutRequest:
            self.heard.append(event)
        return super().event(event)


def test_more_room_is_used_without_laying_out_what_is_around(qtbot):
    window, tabs, beside = Watched(), Tabs([(name, name) for name in NAMES]), QWidget()
    tabs.choose(NAMES[0])
    row = QHBoxLayout(window)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(tabs, 1)
    row.addWidget(beside)
    beside.setFixedWidth(40)
    qtbot.addWidget(window)
    wide = tabs.sizeHint().width() + 100
    window.resize(300, 40)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(tabs.more.isVisible)
    window.heard.clear()
    window.resize(wide, 40)
    qtbot.waitUntil(lambda: not tabs.more.isVisible())
    assert all(one.isVisible() for one in tabs._tabs.values())
    assert window.heard == []
