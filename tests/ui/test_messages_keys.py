"""Messages by the keyboard alone: every control is reached by Tab, every act of the page has its way by keys."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
)

from app.messages.fresh import DEPOSITS, START, TALK
from tests.ui.test_messages import CTRL, Section

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROLS = QAbstractButton, QComboBox, QLineEdit, QListView, QPlainTextEdit
MOST_TABS = 120


@pytest.fixture
def section(make_desk, qtbot):
    return Section(make_desk, qtbot)


def controls(page):
    """Return what stands on the page and can be used now."""
    found = [one for kind in CONTROLS for one in page.findChildren(kind)]
    return [
        one
        for one in found
        if one.isVisible() and one.isEnabled() and not isinstance(one.parent(), QComboBox)
    ]


def walked(qtbot):
    """Return all that Tab comes by."""
    seen = []
    for _ in range(MOST_TABS):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() in seen[:1]:
            break
        seen.append(QApplication.focusWidget())
    return seen


def test_tab_comes_by_every_control_and_each_says_what_it_is(section, qtbot):
    section.open("Équipe")
    section.type("Un mot")  # then it can be sent
    qtbot.waitUntil(lambda: section.page.panel.findChild(QComboBox) is not None)
    seen = walked(qtbot)
    left_out = [
        one.accessibleName() for one in controls(section.page) if one not in seen and not grouped(one, seen)
    ]
    assert left_out == []
    assert all(one.accessibleName() for one in seen)


def grouped(one, seen):
    """Tell whether arrows lead there from a neighbour, as among choices of which one holds."""
    return (
        isinstance(one, QAbstractButton)
        and one.isCheckable()
        and any(
            other.parent() is one.parent() and isinstance(other, QAbstractButton) and other.isCheckable()
            for other in seen
        )
    )


def test_a_thread_is_found_read_answered_and_left_by_keys(section, qtbot):
    section.press(Qt.Key.Key_F, CTRL)
    assert QApplication.focusWidget() is section.threads.search
    qtbot.keyClicks(section.threads.search, "biopsie")
    qtbot.waitUntil(lambda: any("hit" in one.key for one in section.threads.list.shown.lines))
    section.press(Qt.Key.Key_Down)
    section.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: section.talk.stream.said is not None)
    qtbot.waitUntil(section.talk.stream.hasFocus)
    section.press(Qt.Key.Key_Return)  # what ↵ means for a text: to answer it
    assert QApplication.focusWidget() is section.talk.composer.field
    assert section.talk.composer.letter.quote
    section.press("v")
    section.press("u")
    section.press(Qt.Key.Key_Return, CTRL)
    assert section.wait_for("vu").quoted
    qtbot.waitUntil(lambda: not section.talk.composer.letter.quote)
    section.press(Qt.Key.Key_Escape)
    qtbot.waitUntil(section.talk.stream.hasFocus)
    section.press(Qt.Key.Key_Up)
    section.press(Qt.Key.Key_Escape)
    qtbot.waitUntil(section.talk.composer.field.hasFocus)


def test_the_way_back_to_the_messages_is_not_lost_while_they_are_read_anew(section, qtbot):
    section.open("Équipe")
    section.talk.to_field()
    section.talk.browsing.reload()
    section.press(Qt.Key.Key_Escape)
    assert section.talk.busy
    qtbot.waitUntil(section.talk.stream.hasFocus)


def test_who_went_elsewhere_while_messages_were_read_stays_there(section, qtbot):
    section.open("Équipe")
    section.talk.to_field()
    section.talk.browsing.reload()
    section.press(Qt.Key.Key_Escape)
    section.talk.head.more.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: not section.talk.busy)
    assert QApplication.focusWidget() is section.talk.head.more


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menus_of_message_and_thread_open_from_the_keyboard(section, qtbot):
    section.open("Équipe")
    section.talk.to_stream()
    assert section.talk.stream.currentIndex().isValid()
    section.press(Qt.Key.Key_F10, SHIFT)
    more = section.talk.head.more
    more.setFocus(Qt.FocusReason.TabFocusReason)
    section.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in section.talk.findChildren(QMenu)))
    for menu in section.talk.findChildren(QMenu):
        menu.close()


def test_beginning_depositing_and_the_ephemeral_document_have_their_keys(section, qtbot):
    section.open("Équipe")
    section.press(Qt.Key.Key_E, CTRL)
    assert section.talk.composer.letter.once
    section.press(Qt.Key.Key_Escape)
    section.press(Qt.Key.Key_N, CTRL)
    assert section.page.stack.currentIndex() == START
    section.press(Qt.Key.Key_Escape)
    assert section.page.stack.currentIndex() == TALK
    section.press(Qt.Key.Key_D, CTRL | SHIFT)
    assert section.page.stack.currentIndex() == DEPOSITS
    section.press(Qt.Key.Key_Escape)
    assert section.page.stack.currentIndex() == TALK


def test_f6_walks_list_thread_and_panel(section, qtbot):
    section.open("Équipe")
    qtbot.waitUntil(lambda: bool(section.page.panel.findChildren(QComboBox)) and not section.page.talk.busy)
    qtbot.waitUntil(lambda: section.page.panel.findChild(QComboBox).isVisible())
    panes = [one for one in section.page.pane_order() if one.isVisible()]
    seen = set()
    for _ in range(len(panes) + 2):
        section.press(Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        seen |= {at for at, pane in enumerate(panes) if pane is focus or pane.isAncestorOf(focus)}
    assert seen == set(range(len(panes)))
