"""Presence as people meet it: turned on by hand, shown beside a name while it is fresh, and never of a desk that nobody unlocked."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from app.config import PRESENCE, Config, ForcedByIt, Policy
from app.directory.model import HERE, spoken
from app.post.presence import Heard, Presence
from app.presence import AWAY_MS, PresenceWatch
from app.ui.here import HereMark
from media.keys.word import FRESH_MS, Here, Word
from tests.ui.test_directory import Section

NOW_MS = 1_800_000_000_000


def heard(here, *, ago_ms=0):
    return (Heard(Word(NOW_MS - ago_ms, here), NOW_MS - ago_ms),)


class Said:
    """What the desk was told to say."""

    def __init__(self):
        self.all = []
        self.say = self.all.append


@pytest.fixture
def watch(qtbot):
    """Return a watch over a desk, and what can happen at it."""

    class At:
        config, said = Config(), Said()
        untouched_ms, meeting, signed_in = 0, False, True

    at = At()
    at.watch = PresenceWatch(
        at.said, at.config, lambda: at.untouched_ms, lambda: at.meeting, lambda: at.signed_in
    )
    return at


def test_nothing_is_shared_before_the_person_turned_it_on(watch):
    watch.watch.look()
    watch.config.choose(PRESENCE, True)
    watch.watch.look()
    assert watch.said.all == [Here.GONE, Here.ONLINE]


def test_who_touches_nothing_for_ten_minutes_is_away_and_who_is_in_a_meeting_is_not(watch):
    watch.config.choose(PRESENCE, True)
    for watch.untouched_ms, watch.meeting in ((AWAY_MS - 1, False), (AWAY_MS, False), (AWAY_MS, True)):
        watch.watch.look()
    assert watch.said.all == [Here.ONLINE, Here.AWAY, Here.RCP]


def test_a_locked_desk_says_nothing_in_the_name_of_who_was_there(watch):
    watch.config.choose(PRESENCE, True)
    watch.signed_in = False
    watch.watch.look()
    assert watch.said.all == []


def test_it_can_forbid_it_and_cannot_turn_it_on():
    forbidding = Config(Policy.parse(b'{"forced": {"presence.share": false}}'))
    with pytest.raises(ForcedByIt):
        forbidding.choose(PRESENCE, True)
    for part in (b"forced", b"default"):
        forcing = Config(Policy.parse(b'{"' + part + b'": {"presence.share": true}}'))
        assert not forcing.get(PRESENCE)
        assert [one.code for one in forcing.problems] == ["not-allowed"]


def test_of_several_devices_the_one_that_says_most_counts_and_an_old_one_says_nothing():
    presence = Presence(lambda: NOW_MS)
    anna, bea = b"a" * 16, b"b" * 16
    presence.show({anna: (*heard(Here.AWAY), *heard(Here.ONLINE)), bea: heard(Here.RCP, ago_ms=FRESH_MS)})
    assert presence.state(anna) == "online"
    assert presence.state(bea) == ""
    assert presence.state(b"c" * 16) == ""


@pytest.fixture
def section(desk, qtbot):
    return Section(desk, qtbot)


def show(section, qtbot, **here):
    """Let people of the directory, by the beginning of their names, be as told."""
    model, presence = section.page.model, section.desk.office.directory.presence
    presence._now_ms = lambda: NOW_MS
    known = {model.named(f"Dr {name}").user: heard(state) for name, state in here.items()}
    presence.show(known, shared=True)


def test_rows_and_panel_show_who_is_there_and_say_it(section, qtbot):
    section.open("Dr Paul")
    mark = section.panel.findChild(HereMark)
    assert not mark.isVisible()
    show(section, qtbot, Paul=Here.ONLINE)
    qtbot.waitUntil(mark.isVisible)
    assert mark.text() == mark.accessibleName() == "en ligne"
    model = section.page.model
    place = model.place(section.panel.person.user)
    assert place.data(HERE) == "online"
    assert place.data(Qt.ItemDataRole.AccessibleTextRole).endswith(
        spoken(section.panel.person, "online")[-30:]
    )
    assert "en ligne" in place.data(Qt.ItemDataRole.AccessibleTextRole)
    show(section, qtbot)
    qtbot.waitUntil(lambda: not mark.isVisible())
    assert "en ligne" not in place.data(Qt.ItemDataRole.AccessibleTextRole)
