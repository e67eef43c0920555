"""What is chosen in the settings of messages, where its user notices it: a new thread, a document seen once, the alerts."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from app.config import NOTIFICATIONS, NOTIFY_MESSAGES, ONCE_OFFERED, ONCE_SECONDS, THREAD_DAYS, Policy
from app.intents import OpenSettings
from app.messages.fresh import START
from app.settings.rows import SettingRow
from app.ui.text import Label
from tests.ui.test_messages import Section

DAY_S = 86_400


@pytest.fixture
def section(make_desk, qtbot):
    return Section(make_desk, qtbot)


def row(desk, setting):
    """The row of a setting, in sight."""
    section = "alerts" if setting.key.startswith("notif") else "messages"
    desk.office.open(OpenSettings(section, setting.key))
    page = desk.window.page("settings")
    return next(one for one in page.findChildren(SettingRow) if one.setting is setting and one.isVisible())


def pick(row, value, qtbot):
    """Choose in a row by the keyboard."""
    row.control.setFocus()
    while row.control.currentData() != str(value):
        before = row.control.currentIndex()
        forward = row.control.findData(str(value)) > before
        qtbot.keyClick(row.control, Qt.Key.Key_Down if forward else Qt.Key.Key_Up)
        assert row.control.currentIndex() != before


def timers(choice):
    return [int(choice.itemData(n)) // DAY_S for n in range(choice.count())]


def test_the_usual_timer_is_the_one_of_the_next_thread(section, qtbot):
    pick(row(section.desk, THREAD_DAYS), 7, qtbot)
    section.desk.window.show_feature("messages")
    section.page.fresh.write()
    assert section.page.stack.currentIndex() == START
    assert section.page.start.timer.seconds == 7 * DAY_S
    assert section.page.start.timer.isEnabled()
    assert section.page.start.timer_s is None, "the service takes the usual one"


def test_a_timer_that_it_fixed_is_shown_and_said_wherever_one_would_choose(section, qtbot):
    section.desk.office.config.policy = Policy(forced={THREAD_DAYS.key: 30})
    section.page.fresh.write()
    start = section.page.start
    assert (start.timer.seconds, start.timer.isEnabled()) == (30 * DAY_S, False)
    assert "Fixé par votre établissement" in section.texts(start)
    section.open("Équipe")
    panel = section.page.panel
    qtbot.waitUntil(lambda: "Fixé par votre établissement" in section.texts(panel))
    assert set(timers(panel.timer)) == {section.talk.current.expire_s // DAY_S, 30}


def test_a_document_seen_once_has_the_times_that_are_offered(section, qtbot, tmp_path):
    place = tmp_path / "scan.png"
    place.write_bytes(b"x")
    config = section.desk.office.config
    config.choose(ONCE_OFFERED, ("120", "20", "60"))
    config.choose(ONCE_SECONDS, 60)
    section.open("Équipe")
    section.talk.composer.add_files([_file(place)])
    section.page.flip_once()
    choice = section.talk.composer._how_long.choice
    assert [choice.itemData(n) for n in range(choice.count())] == ["20", "60", "120"]
    assert [one.shown_for_s for one in section.talk.composer.files] == [60]
    section.page.flip_once()
    config.choose(ONCE_SECONDS, 10)
    section.page.flip_once()
    assert [one.shown_for_s for one in section.talk.composer.files] == [20], "what is not offered is not sent"


def _file(place):
    from app.messages.ports import Outgoing

    return Outgoing(place, place.name)


@pytest.mark.parametrize("setting", [NOTIFY_MESSAGES, NOTIFICATIONS, THREAD_DAYS])
def test_what_it_fixed_is_shown_locked(make_desk, qtbot, setting):
    value = {"notify.messages": "pinned", "notifications": False}.get(setting.key, 30)
    policy = Policy(forced={setting.key: value}, reasons={setting.key: "PSSI 4.2"})
    desk = make_desk(session=_session(), policy=policy)
    found = row(desk, setting)
    assert not found.control.isEnabled()
    texts = [one.text() for one in found.findChildren(Label)]
    assert "PSSI 4.2" in texts


def _session():
    from app.scenes import stills

    return stills.session()


def test_a_message_is_told_of_as_the_settings_say(section, qtbot, monkeypatch):
    desk, told = section.desk, []
    monkeypatch.setattr(desk.window, "isActiveWindow", lambda: False)
    monkeypatch.setattr(desk.office._attention, "notify", lambda kind, _section: told.append(kind))
    pinned = section.open("Équipe")
    other = next(one.id for one in section.told.kept.values() if not (one.pinned or one.muted or one.left))
    desk.window.show_feature("today")
    for which, thread, expected in (("none", pinned, 0), ("pinned", other, 0), ("pinned", pinned, 1)):
        desk.office.config.choose(NOTIFY_MESSAGES, which)
        _comes(section, thread)
        qtbot.waitUntil(lambda thread=thread: _seen(desk, thread) == section.told.kept[thread].unread)
        assert told == ["message"] * expected, which


def _comes(section, thread):
    from app.scenes.messages import who

    desk = section.desk
    desk.now_ms += 200_000
    section.told.put(thread, who("tran"), "Voici", desk.now_ms, read=False)
    section.told.tell(thread)


def _seen(desk, thread):
    return (desk.office._attention._letters._unread or {}).get(thread)
