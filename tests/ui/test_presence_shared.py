"""Presence between a window and another desk: the setting turned on by hand, real vaults, a real relay process."""

from __future__ import annotations

import asyncio

import pytest
from PyQt6.QtCore import Qt

from app.config import PRESENCE
from app.directory.model import HERE
from app.post import words
from media.keys.word import Here
from storage.directory import Verified
from tests.harness.beside import Two

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def two(make_desk, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(words, "TICK_S", 0.1)
    monkeypatch.setattr(words, "READ_MS", 200)
    made = Two(make_desk, qtbot, tmp_path)
    made.wait(lambda: made.office.post.line.online and made.bruno.post.line.online)
    return made


def compared_by_bruno(two):
    """Let Bruno's desk know the number of the window's, and have a thread with it."""
    me = two.office.session()
    row = Verified(me.user, two.office.post.desk.book.own.public.ed25519, 0)
    two.run(_kept(two.bruno.vault, row))
    two.run(two.bruno.renew())
    two.run(two.bruno.messages.direct(me.user))


async def _kept(vault, row):
    await asyncio.wrap_future(vault.directory.verify(row))


def test_a_colleague_who_shares_stands_in_the_directory_and_above_the_thread(two, qtbot):
    with two:
        compared_by_bruno(two)
        two.bruno.post.presence.say(Here.RCP)
        qtbot.keyClick(two.desk.window, Qt.Key.Key_6, CTRL)
        page = two.desk.window.page("directory")
        two.wait(lambda: page.model.place(two.bruno.user).data(HERE) == "rcp")
        page.open_name("Dr Bruno")
        two.wait(lambda: page.panel.here.isVisible() and page.panel.here.text() == "en RCP")
        page.panel.write.click()
        messages = two.desk.window.page("messages")
        two.wait(lambda: messages.talk.current is not None and messages.talk.head.here.isVisible())
        assert messages.talk.head.here.accessibleName() == "en RCP"
        two.bruno.post.presence.say(Here.GONE)
        two.wait(
            lambda: two.now() or not messages.talk.head.here.isVisible()
        )  # the window reads by its clock


def test_what_is_turned_on_by_hand_is_seen_by_who_was_compared_until_the_lock(two, qtbot):
    with two:
        sees = two.bruno.post.presence.of
        me = two.office.session().user
        number = two.run(two.bruno.messages.direct(me))
        two.run(two.bruno.messages.send(number, "Bonjour"))
        qtbot.keyClick(two.desk.window, Qt.Key.Key_6, CTRL)
        page = two.desk.window.page("directory")
        two.wait(lambda: page.model.person(two.bruno.user) is not None)
        device = page.model.person(two.bruno.user).to_compare
        two.run(two.office.directory.identical(device))
        two.wait(
            lambda: (
                two.office.directory.known.people and page.model.person(two.bruno.user).level == "verified"
            )
        )
        assert sees(me) is None
        two.office.settings.choose(PRESENCE, True)
        two.wait(lambda: sees(me) is Here.ONLINE)
        two.office.lock()
        two.wait(lambda: sees(me) is Here.AWAY)
