"""Sections behind the one in sight: they wear a new look before anybody sees them, and are made before anybody opens them."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QApplication, QStackedWidget

from app.ahead import QUIET_MS, Ahead
from app.config import TEXT_SIZE, THEME
from app.scenes import stills, wards
from app.settings.sections import SECTIONS
from app.ui.choices import Select
from app.ui.deck import Deck
from app.ui.steps import PAINT
from app.ui.text import Label
from app.ui.theme import theme
from app.warm import warm


def ink(page):
    """What colour its first words in the second tone have: only the sheet gives it."""
    words = next(one for one in page.findChildren(Label) if one.property("tone") == "text_2")
    return words.palette().windowText().color().name()


def wears_today(page):
    return ink(page) == theme().color("text_2").name()


def test_a_section_that_is_not_in_sight_wears_the_new_look_when_it_is_shown(desk, qtbot):
    desk.window.show_feature("settings")
    desk.window.show_feature("meeting")
    page = desk.window.page("settings")
    assert wears_today(page)
    desk.office.config.choose(THEME, "dark")
    qtbot.waitUntil(lambda: theme().name == "dark")
    desk.window.show_feature("settings")
    assert wears_today(page)


def test_a_section_of_the_settings_that_is_not_in_sight_wears_the_new_look_when_it_is_chosen(desk, qtbot):
    desk.window.show_feature("settings")
    page = desk.window.page("settings")
    page.choose("alerts")
    behind = page.findChild(QStackedWidget).currentWidget()
    page.choose("appearance")
    before = ink(behind)
    desk.office.config.choose(THEME, "dark")
    qtbot.waitUntil(lambda: wears_today(page.findChild(QStackedWidget).currentWidget()))
    assert ink(behind) == before
    page.choose("alerts")
    assert wears_today(behind)


def test_the_pages_of_a_meeting_wear_the_new_look_when_they_are_shown(desk, qtbot):
    desk.open_link()
    qtbot.waitUntil(desk.page.prejoin.isVisible)
    desk.meeting.forget()
    qtbot.waitUntil(desk.page.before.isVisible)
    desk.office.config.choose(THEME, "dark")
    qtbot.waitUntil(lambda: wears_today(desk.page.before))
    desk.open_link()
    qtbot.waitUntil(desk.page.prejoin.isVisible)
    assert wears_today(desk.page.prejoin)


def test_the_icons_of_a_list_follow_the_theme(desk, qtbot):
    desk.window.show_feature("settings")
    lists = desk.window.page("settings").findChildren(Select)
    drawn = next(one for one in lists if one.count() and not one.itemIcon(0).isNull())
    before, chosen = drawn.itemIcon(0).pixmap(20).toImage(), drawn.currentIndex()
    desk.office.config.choose(THEME, "dark")
    qtbot.waitUntil(lambda: drawn.itemIcon(0).pixmap(20).toImage() != before)
    assert drawn.currentIndex() == chosen


def test_larger_text_makes_room_in_a_section_that_was_not_in_sight(desk, qtbot):
    desk.window.show_feature("directory")
    side = desk.window.page("directory").side
    before = side.width()
    desk.window.show_feature("meeting")
    desk.office.config.choose(TEXT_SIZE, 150)
    qtbot.waitUntil(lambda: theme().text_percent == 150)
    desk.window.show_feature("directory")
    qtbot.waitUntil(lambda: side.width() > before)


def test_sections_are_made_and_dressed_before_somebody_opens_them(make_desk, qtbot):
    desk = make_desk(session=stills.session(), more={"ahead": True})
    stack = desk.window.sheet.stack
    qtbot.waitUntil(lambda: stack.count() == len(desk.window.sections))
    assert desk.window.current == "meeting"
    desk.office.config.choose(THEME, "dark")
    qtbot.waitUntil(lambda: theme().name == "dark")
    qtbot.waitUntil(lambda: all(wears_today(desk.window.page(key)) for key in desk.window.sections))


def test_sections_of_the_settings_and_pages_of_a_meeting_are_made_and_dressed_ahead(make_desk, qtbot):
    desk = make_desk(session=stills.session(), more={"ahead": True})
    qtbot.waitUntil(lambda: not desk.office.ahead.busy)
    decks = [desk.window.page(key).findChild(Deck) for key in ("settings", "meeting")]
    parts = [deck.widget(place) for deck in decks for place in range(deck.count())]
    assert len(parts) == len(SECTIONS) + 1 + 4  # what a search found; before, around and in a meeting
    desk.office.config.choose(THEME, "dark")
    qtbot.waitUntil(lambda: theme().name == "dark")
    qtbot.waitUntil(lambda: all(wears_today(part) for part in parts if part.findChildren(Label)))


def test_what_is_made_ahead_takes_neither_focus_nor_keys(make_desk, qtbot):
    desk = make_desk(session=stills.session(), more={"ahead": True})
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    held = QApplication.focusWidget()
    qtbot.waitUntil(lambda: desk.window.sheet.stack.count() == len(desk.window.sections))
    assert QApplication.focusWidget() is held
    assert desk.window.page("meeting").isAncestorOf(held)


def test_what_is_made_ahead_opens_no_patient(make_desk, qtbot, vault):
    vault.patients.apply(wards.facts(stills.NOW_MS)).result()
    desk = make_desk(session=stills.session(), more={"ahead": True})
    desk.office.patients.begin(stills.session(), vault)
    qtbot.waitUntil(lambda: not desk.office.ahead.busy)
    qtbot.waitUntil(lambda: desk.window.page("patients").finder.answered)
    assert desk.window.current == "meeting"
    assert vault.audit.newest().result() == []
    desk.window.page("patients").open_patient(vault.patients.search("80421937").result()[0].id)
    qtbot.waitUntil(lambda: bool(vault.audit.newest().result()))


@pytest.mark.parametrize("ahead", [True, False])
def test_a_section_begins_where_one_works_however_it_was_made(make_desk, qtbot, ahead):
    desk = make_desk(session=stills.directory_session(), more={"ahead": ahead})
    qtbot.waitUntil(lambda: not desk.office.ahead.busy)
    for key, first in (("directory", "list"), ("settings", "search")):
        desk.window.show_feature(key)
        assert QApplication.focusWidget() is getattr(desk.window.page(key), first)


class Paints(QObject):
    """Notes when a widget is painted."""

    def __init__(self, widget, note):
        super().__init__(widget)
        self._note = note
        widget.installEventFilter(self)

    def eventFilter(self, _widget, event):  # noqa: N802 -- Qt's name
        if event.type() == QEvent.Type.Paint:
            self._note("lock seen")
        return False


@pytest.mark.parametrize("way", ["lock", "switch_user"])
def test_the_lock_is_seen_before_the_pages_behind_it_are_deleted(desk, qtbot, way):
    happened = []
    desk.page.destroyed.connect(lambda: happened.append("page gone"))
    Paints(desk.office.door, happened.append)
    getattr(desk.office, way)()
    qtbot.waitUntil(lambda: "page gone" in happened)
    assert happened[0] == "lock seen"


def test_a_lock_ends_what_is_made_ahead(make_desk, qtbot):
    desk = make_desk(session=stills.session(), more={"ahead": True})
    before = desk.window.sheet.stack.count()
    qtbot.waitUntil(lambda: desk.window.sheet.stack.count() > before)
    ahead = desk.office.ahead
    ahead._untouched_ms = lambda: QUIET_MS
    desk.office.lock()
    for _ in range(20):
        ahead.look()
    assert desk.window.sheet.stack.count() == 0


def test_nothing_is_made_while_somebody_works(qtbot):
    made, touched = [], [0]
    owner = QObject()
    ahead = Ahead(lambda: iter(made.append(n) or PAINT for n in range(3)), lambda: touched[0], owner)
    warm()
    ahead.begin()
    ahead.look()
    assert made == []
    touched[0] = QUIET_MS
    ahead.look()
    assert made == [0]
    ahead.stop()
    ahead.look()
    assert made == [0]
