"""Who presses keys faster than Messages reads meets the same as who waits: nothing is lost, nothing goes elsewhere."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from app.messages.conversation import STREAM
from app.scenes.messages import who
from app.scenes.stills import NOW_MS
from storage.errors import DiskTrouble
from tests.ui.test_messages import CTRL, Section
from tests.ui.test_messages_typing import Gate, number_of


@pytest.fixture
def section(make_desk, qtbot):
    return Section(make_desk, qtbot)


def reread(section):
    """Let the thread in sight be read anew; what it says comes once the loop had time."""
    section.talk.to_field()
    section.talk.browsing.reload()
    assert section.talk.busy


def settled(section, qtbot):
    qtbot.waitUntil(lambda: not section.talk.busy)


def test_keys_after_the_way_to_the_messages_are_for_them_though_they_are_read_anew(
    section, qtbot, monkeypatch
):
    team = section.open("Équipe")
    settled(section, qtbot)
    section.told.put(team, who("tran"), "Le dernier", NOW_MS)
    reading = Gate(monkeypatch, section.told, "page")
    reread(section)
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Return):
        section.press(key)
    assert not section.talk.composer.letter.quote
    reading.open()
    qtbot.waitUntil(lambda: bool(section.talk.composer.letter.quote))
    before = section.talk.stream.shown.lines[-2]
    assert section.talk.composer.letter.quote == before.message.msg_id
    assert section.talk.composer.text == ""


def test_who_goes_to_the_messages_and_back_writes_on(section, qtbot, monkeypatch):
    section.open("Équipe")
    settled(section, qtbot)
    section.type("Vu, ")
    reading = Gate(monkeypatch, section.told, "page")
    reread(section)
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Escape, "m", "e", "r", "c", "i"):
        section.press(key)
    reading.open()
    qtbot.waitUntil(lambda: section.talk.composer.text == "Vu, merci")


def test_who_looks_for_something_meanwhile_keeps_the_field_of_the_search(section, qtbot, monkeypatch):
    section.open("Équipe")
    settled(section, qtbot)
    reading = Gate(monkeypatch, section.told, "page")
    reread(section)
    section.press(Qt.Key.Key_Escape)
    section.press(Qt.Key.Key_F, CTRL)
    section.press("b")
    reading.open()
    settled(section, qtbot)
    assert QApplication.focusWidget() is section.threads.search
    assert section.threads.search.text() == "b"


def breaking(monkeypatch, told):
    """Let the disk fail once what is held up is let go; return a list that then says so."""
    failed = []

    async def broken(*_what):
        failed.append(True)
        raise DiskTrouble("read")

    monkeypatch.setattr(told, "page", broken)
    return failed


def test_keys_pressed_for_messages_that_cannot_be_read_go_to_those_that_are_there(
    section, qtbot, monkeypatch
):
    section.open("Équipe")
    settled(section, qtbot)
    shown = section.talk.stream.shown.lines
    breaking(monkeypatch, section.told)
    reading = Gate(monkeypatch, section.told, "page")
    reread(section)
    section.press(Qt.Key.Key_Escape)
    section.press(Qt.Key.Key_Up)
    reading.open()
    settled(section, qtbot)
    assert section.talk.stream.hasFocus()
    assert section.talk.stream.chosen == shown[-2].key


def test_a_failure_that_was_overtaken_ends_nothing(section, qtbot, monkeypatch):
    section.open("Équipe")
    settled(section, qtbot)
    page, bridge = section.told.page, section.desk.office.bridge
    broke, answered = breaking(monkeypatch, section.told), []
    section.talk.browsing.reload()
    monkeypatch.setattr(section.told, "page", page)
    second = Gate(monkeypatch, section.told, "page")
    section.talk.browsing.reload()
    qtbot.waitUntil(lambda: bool(broke))
    bridge.start(section.page, section.told.threads(), answered.append, pytest.fail)  # answered behind it
    qtbot.waitUntil(lambda: bool(answered))
    assert section.talk.busy
    second.open()
    settled(section, qtbot)


def test_what_is_found_is_opened_and_answered_by_keys_pressed_before_it_was_found(
    section, qtbot, monkeypatch
):
    searching = Gate(monkeypatch, section.told, "search")
    around = Gate(monkeypatch, section.told, "around")
    section.press(Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(section.threads.search, "biopsie")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Return):
        section.press(key)
    assert section.talk.current is None
    searching.open()
    qtbot.waitUntil(lambda: section.talk.current is not None)
    assert not section.talk.composer.letter.quote
    around.open()
    qtbot.waitUntil(lambda: bool(section.talk.composer.letter.quote))
    quoted = next(
        one for one in section.talk.span.messages if one.msg_id == section.talk.composer.letter.quote
    )
    assert "biopsie" in quoted.text


def test_who_walks_in_the_list_is_not_thrown_back_by_what_arrives(section, qtbot):
    section.open("Équipe")
    section.threads.list.setFocus()
    for _ in range(4):
        section.press(Qt.Key.Key_Down)
    chosen = section.threads.list.chosen
    team = number_of(section, "Équipe")
    section.told.put(team, who("tran"), "Encore un mot", NOW_MS, read=False)
    section.told.tell(team)
    qtbot.waitUntil(lambda: "Encore un mot" in section.threads.list.shown.lines[0].sentence)
    assert section.threads.list.chosen == chosen
    section.press(Qt.Key.Key_Return)
    assert section.talk.current.id == int(chosen)
    qtbot.waitUntil(lambda: section.talk.stack.currentIndex() == STREAM)


def test_who_scrolled_in_the_list_stays_there_when_something_arrives(section, qtbot):
    section.open("Équipe")
    for n in range(40):
        number = section.told.thread(who("bensaid"), title=f"Équipe {n}")
        section.told.put(number, who("bensaid"), "Bonjour", NOW_MS - 10**9 - n)
    section.told.tell()
    threads = section.threads.list
    qtbot.waitUntil(lambda: len(threads.shown.lines) > 40)
    bar = threads.verticalScrollBar()
    bar.setValue(bar.maximum())
    place = bar.value()
    section.told.put(number, who("bensaid"), "Encore un mot", NOW_MS, read=False)
    section.told.tell(number)
    qtbot.waitUntil(lambda: any("Encore un mot" in one.sentence for one in threads.shown.lines[:5]))
    assert bar.value() == place > 0
