"""Many messages in one minute are asked about in their own words, and a list of people is chosen as one."""

from __future__ import annotations

from collections import deque

from PyQt6.QtCore import Qt

from app.messages.ports import Refused
from app.scenes.messages import who
from tests.ui.test_messages import CTRL, Section


def test_the_thirty_first_message_of_a_minute_is_asked_about_as_such(make_desk, qtbot):
    section = Section(make_desk, qtbot)
    section.open("Karim")
    section.type("encore")
    section.told.refuses = Refused("often")
    section.press(Qt.Key.Key_Return, CTRL)
    said = lambda: " ".join(section.texts(section.talk.strip))  # noqa: E731
    qtbot.waitUntil(lambda: "Plus de 30 messages en une minute" in said())
    assert "1 personne" not in said()
    section.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(section.asked("send")))


def test_in_another_thread_it_says_where_it_waits(make_desk, qtbot):
    section = Section(make_desk, qtbot)
    section.open("Karim")
    thread = section.talk.current
    section.open("Dr Paul")
    section.page.sending.under_way[thread.id] = deque()
    section.page.sending._not_sent(thread, Refused("often"))
    qtbot.waitUntil(lambda: "dans son fil" in " ".join(section.texts(section.talk.strip)))


def test_a_list_is_written_to_as_one(make_desk, qtbot):
    section = Section(make_desk, qtbot)
    section.page.fresh.write()
    start = section.page.start
    start.add(who("bensaid"))
    start.who.field.setText("rcp thor")
    row = start.who.list.shown.lines[0]
    assert (row.title, row.key[:5]) == ("RCP thoracique", "list:")
    start.who.take(row.key)
    people = section.page._people
    (circle,) = [one for one in people._directory.known.circles if one.name == "RCP thoracique"]
    able = {user for user in circle.members if people.of(user).level not in {"none", "blocked"}}
    assert set(start.members) == {who("bensaid"), *able} - {people.me}
    assert len(start.members) > 2
    start.who.field.setText("rcp thor")
    assert not [one for one in start.who.list.shown.lines if one.key.startswith("list:")], (
        "all of it is there"
    )
