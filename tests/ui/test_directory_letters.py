"""The directory and the messages of one window: a button here opens the section there, lists help to find whom to write to."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest
from PyQt6.QtCore import Qt

from app.messages.people import People
from app.scenes import stills
from app.scenes.letters import StillMessages
from app.trust import News

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(make_desk, qtbot):
    """An unlocked window whose messages remember what they were asked."""
    session = stills.directory_session()
    told = StillMessages(session.user, lambda: stills.NOW_MS)
    made = make_desk(session=session, more={"messages": told})
    made.told = told
    made.office.directory.open(session, stills.shelf(), News())
    qtbot.keyClick(made.window, Qt.Key.Key_6, CTRL)
    page = made.window.page("directory")
    qtbot.waitUntil(lambda: page.model.rowCount() > 20 and page.model.named("Dr Mei-Lin").favourite)
    return made


def test_to_write_from_the_directory_opens_the_thread_with_that_person(desk, qtbot):
    page = desk.window.page("directory")
    page.open_name("Dr Mei-Lin Tran")
    qtbot.waitUntil(page.panel.write.isVisible)
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: ("direct", page.panel.person.user) in desk.told.asked or bool(desk.told.kept))
    assert desk.window.current == "messages"
    assert [one.members for one in desk.told.kept.values()] == [(page.panel.person.user,)]


def test_recipients_are_found_by_list_favourites_first_and_never_who_is_blocked(desk, qtbot):
    people = People(desk.office.directory)
    names = lambda query: [one.name for one in people.found(query)]  # noqa: E731 -- asked several times
    assert names("")[:2] == ["Pr Antoine Delcourt", "Dr Mei-Lin Tran"]
    assert set(names("rcp thoracique")) == {
        "Pr Antoine Delcourt",
        "Dr Mei-Lin Tran",
        "Dr Samuel Okafor",
        "Camille Roussel",
        "Dr Paul Vasseur",
        "Dr Inès Belkacem",
    }
    assert "Dr Philippe Lagarde" not in names("lagarde")
    user = next(one.user for one in desk.office.directory.known.people if one.name == "Dr Mei-Lin Tran")
    page = desk.window.page("directory")
    page.open_name("Dr Mei-Lin Tran")
    qtbot.waitUntil(page.panel.block.isVisible)
    shelf = desk.office.directory._desk.shelf
    shelf.block(user, 0)
    session = stills.directory_session()
    trust = msgspec.structs.replace(session.trust, blocked=[user])
    desk.office.directory.open(dataclasses.replace(session, trust=trust), shelf, News())
    qtbot.waitUntil(lambda: names("tran") == [])
