"""The discussion of a meeting is apart from the messages: once it is over nothing has it, not the vault, no file, no object, no field."""

from __future__ import annotations

import asyncio
import gc
import secrets

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, Qt
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit

from app.demo import hospital
from app.intents import JoinMeeting
from app.meeting.view import Stage
from app.signin.service import Opened, SignIn
from app.workstation import Profile, build_office
from tests.e2e.house import House
from tests.e2e.test_leaks import Held

PATIENCE_MS = 60_000


class Marker:
    """A word that this test itself does not hold as it is said."""

    def __init__(self) -> None:
        self._backwards = secrets.token_hex(12)

    def said(self) -> str:
        return self._backwards[::-1]

    def in_objects(self) -> list[str]:
        """Return the types of what holds the word: every object of this process that can hold another."""
        gc.collect()
        return [type(one).__name__ for one in gc.get_objects() if _names(one, self._backwards)]

    def in_widgets(self) -> list[str]:
        """Return where a widget shows, names or could bring back the word."""
        word, found = self.said(), []
        for widget in QApplication.allWidgets():
            texts = [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
            if isinstance(widget, QLabel | QLineEdit):
                texts.append(widget.text())
            if isinstance(widget, QLineEdit):
                widget.undo()
                texts.append(widget.text())
            if any(word in text for text in texts):
                found.append(type(widget).__name__)
        return found

    def in_rows(self, vault) -> list[str]:
        """Return the tables of the open vault that have the word, decrypted."""
        tables = [table for one in vault._databases.values() for table in one.read(_tables).result().items()]
        return [name for name, rows in tables if _holds(rows, self.said())]

    def in_files(self, folder) -> list[str]:
        word = self.said().encode()
        return [str(path) for path in folder.rglob("*") if path.is_file() and word in path.read_bytes()]


def _tables(db):
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def _names(one, backwards) -> bool:
    """Tell whether an object refers to a text with the word; no closure of the search may hold it itself."""
    for part in gc.get_referents(one):
        if type(part) is str and len(part) >= len(backwards) and backwards in part[::-1]:
            return True
    return False


def _holds(rows, word) -> bool:
    return any(
        word in value if isinstance(value, str) else isinstance(value, bytes) and word.encode() in value
        for row in rows
        for value in row
    )


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture
def office(house, qtbot):
    profile = house.folder / "first host"

    async def unlocked():
        await hospital.furnish(house.hospital, house.meeting, profile, house.hospital.host, host=True)
        return await SignIn(profile).unlock(hospital.PASSWORD)

    opened = asyncio.run(unlocked())
    assert isinstance(opened, Opened)
    made = build_office(Profile(folder=profile))
    made._came_in(opened)
    qtbot.addWidget(made.window)
    made.window.resize(1440, 900)
    made.window.show()
    yield made
    made.lock()
    made.close()


def enter(office, qtbot, link):
    office.open(JoinMeeting(link))
    office.meeting.enter()
    qtbot.waitUntil(lambda: office.meeting.view.stage is Stage.LIVE, timeout=PATIENCE_MS)
    page = office.window.page("meeting")
    qtbot.waitUntil(lambda: page.drawn is office.meeting.view, timeout=PATIENCE_MS)
    return page.live.side.chat


def test_what_was_discussed_is_gone_with_the_meeting(office, qtbot, house):
    children = Held.now().children
    said, begun = Marker(), Marker()
    chat = enter(office, qtbot, house.meeting.link)
    qtbot.keyClicks(chat.field, said.said())
    qtbot.keyClick(chat.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(office.meeting.view.chat) and bool(chat._rows()), timeout=PATIENCE_MS)
    qtbot.keyClicks(chat.field, begun.said())
    assert said.in_objects()  # the search finds what is there
    assert said.in_widgets()
    vault = office.sitting.opened.vault
    assert said.in_rows(vault) == []

    office.meeting.leave()
    office.meeting.forget()
    qtbot.waitUntil(lambda: Held.now().children == children, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: office.window.page("meeting").drawn is office.meeting.view, timeout=PATIENCE_MS)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    for word in (said, begun):
        assert word.in_widgets() == []
        assert word.in_rows(vault) == []
        assert word.in_files(house.folder) == []
        assert word.in_objects() == []
