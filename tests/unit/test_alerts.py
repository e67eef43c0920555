"""What calls for attention: when it is told, how often, and that it says no name."""

from __future__ import annotations

import array
import threading
from dataclasses import replace
from datetime import datetime

import pytest

from app import i18n
from app.alerts import KINDS, QUIET_MS, Alerts
from app.config import MESSAGE_SOUND, NOTIFICATIONS, QUIET_HOURS, SILENT_IN_MEETING, SOUNDS, BadValue, Config
from app.i18n import tr
from app.meeting.herald import Herald
from app.meeting.view import Stage, View
from app.sounds import LOUDNESS, RATE, TONES, Sounds, tone
from media.engine import messages as m


class Desk:
    def __init__(self, *, active=False, section=""):
        self.now_ms, self.config = 10_000, Config()
        self.is_active, self.section, self.meets = active, section, False
        self.played, self.told, self.notified = [], [], []
        self.alerts = Alerts(self.config, self, self.played.append, lambda: self.now_ms)

    def active(self):
        return self.is_active

    def shows(self, section):
        return section == self.section

    def in_meeting(self):
        return self.meets

    def at(self, clock):
        """Set this machine's clock to a time of a day."""
        hour, minute = map(int, clock.split(":"))
        self.now_ms = int(datetime(2026, 11, 24, hour, minute).timestamp() * 1000)  # noqa: DTZ001 -- this machine's

    def tells(self, kind):
        """What is heard and notified of one more *kind*."""
        self.now_ms += QUIET_MS
        before = len(self.played), len(self.notified)
        self.alerts.tell(kind)
        return len(self.played) - before[0], len(self.notified) - before[1]

    def tell(self, kind):
        self.told.append(kind)

    def notify(self, kind, section):
        self.notified.append((kind, section))


def test_nobody_at_the_window_hears_and_is_notified():
    desk = Desk(section="meeting")
    desk.alerts.tell("knock")
    assert (desk.played, desk.notified, desk.told) == (["knock"], [("knock", "meeting")], [])


def test_somebody_in_another_section_reads_it_in_the_window():
    desk = Desk(active=True, section="directory")
    desk.alerts.tell("knock")
    assert (desk.notified, desk.told) == ([], ["knock"])


def test_sounds_and_notifications_can_be_turned_off_and_the_words_remain():
    desk = Desk(section="directory")
    desk.config.choose(SOUNDS, False)
    desk.config.choose(NOTIFICATIONS, False)
    desk.alerts.tell("knock")
    assert (desk.played, desk.notified, desk.told) == ([], [], ["knock"])


def test_a_message_has_a_sound_of_its_own_to_turn_off():
    desk = Desk()
    desk.config.choose(MESSAGE_SOUND, False)
    assert desk.tells("message") == (0, 1)
    assert desk.tells("knock") == (1, 1)
    desk.config.choose(MESSAGE_SOUND, True)
    desk.config.choose(SOUNDS, False)
    assert desk.tells("message") == (0, 1)


def test_a_message_is_silent_in_a_meeting_and_who_knocks_is_not():
    desk = Desk(section="meeting")
    desk.meets = True
    assert desk.tells("message") == (0, 0)
    assert desk.told == [], "nothing moves beside the scan: the counter tells"
    assert desk.tells("knock") == (1, 1)
    desk.config.choose(SILENT_IN_MEETING, False)
    assert desk.tells("message") == (1, 1)


@pytest.mark.parametrize(
    ("hours", "silent", "heard"),
    [
        ("20:00-07:00", ("20:00", "23:59", "00:00", "06:58"), ("07:00", "12:00", "19:58")),
        ("12:15-13:45", ("12:15", "13:43"), ("12:13", "13:45", "00:00")),
        ("08:00-08:00", ("07:00", "08:00", "20:00"), ()),
        ("", (), ("00:00", "12:00")),
    ],
)
def test_quiet_hours_hold_messages_back_by_this_machines_clock(hours, silent, heard):
    desk = Desk()
    desk.config.choose(QUIET_HOURS, hours)
    for clock in (*silent, *heard):
        desk.at(clock)
        assert desk.tells("message") == ((0, 0) if clock in silent else (1, 1)), clock
        assert desk.told.pop() == "message", "the window says it all the same"
    assert desk.tells("knock") == (1, 1)


def test_the_vital_that_is_overdue_sounds_in_any_hour_and_meeting():
    desk, kind = Desk(), "alert-vital"
    desk.config.choose(QUIET_HOURS, "20:00-07:00")
    desk.at("03:00")
    desk.meets = True
    assert desk.tells(kind) == (1, 1)
    assert desk.told.pop() == kind
    desk.config.choose(SOUNDS, False)
    assert desk.tells(kind) == (0, 1), "who turned all sounds off meant it"


@pytest.mark.parametrize("kind", ["alert-severe", "alert-late", "alert-second", "alert-mine"])
def test_other_alerts_keep_quiet_hours_and_meetings(kind):
    desk = Desk()
    desk.config.choose(QUIET_HOURS, "20:00-07:00")
    desk.at("03:00")
    assert desk.tells(kind) == (0, 0)
    assert desk.told.pop() == kind, "the window says it all the same"
    desk.at("12:00")
    desk.meets = True
    assert desk.tells(kind) == (0, 0)
    assert desk.told == []


@pytest.mark.parametrize("hours", ["20h-7h", "24:00-07:00", "20:00", "20:00-07:60", "20:00-07:00 "])
def test_quiet_hours_that_nobody_can_read_are_refused(hours):
    with pytest.raises(BadValue):
        Desk().config.choose(QUIET_HOURS, hours)


def test_ten_who_knock_at_once_are_one_sound():
    desk = Desk()
    for _ in range(10):
        desk.now_ms += 100
        desk.alerts.tell("knock")
    assert len(desk.played) == len(desk.notified) == 1
    desk.now_ms += QUIET_MS
    desk.alerts.tell("knock")
    assert len(desk.played) == 2
    desk.now_ms -= 3_600_000
    desk.alerts.tell("knock")
    assert len(desk.played) == 3, "a clock that was set back silences nobody"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_has_a_place_for_a_name(kind, language):
    i18n.set_language(language)
    said = tr(f"alert.{kind}")
    i18n.set_language("fr")
    assert said != f"alert.{kind}"
    assert "{" not in said
    assert KINDS[kind].sound in TONES


def waiting(*knocks):
    people = [
        m.Knocker(knock=n, name="Dr Secret", role="", specialty="", trust="guest", since_ms=0) for n in knocks
    ]
    return View(stage=Stage.LIVE, is_host=True, lobby=tuple(people))


def test_each_knock_is_told_once_and_to_the_host_alone():
    told = []
    herald = Herald(told.append)
    for view in (waiting(1), waiting(1), waiting(), waiting(2), waiting(2, 3)):
        herald.follow(view)
    assert told == ["knock"] * 3
    herald.follow(replace(waiting(9), is_host=False))
    assert len(told) == 3


def test_who_was_let_in_is_told_and_who_reconnects_is_not():
    told = []
    herald = Herald(told.append)
    for stage in (Stage.CONNECTING, Stage.WAITING, Stage.LIVE, Stage.RECONNECTING, Stage.LIVE):
        herald.follow(View(stage=stage))
    assert told == ["admitted"]


def test_a_meeting_is_announced_once_within_five_minutes():
    told = []
    herald = Herald(told.append)
    for now_s in range(0, 1_000, 5):
        herald.tick(now_s * 1_000, [600, 600, 5_000])
    assert told == ["soon"]
    herald.follow(View(stage=Stage.LIVE))
    herald.tick(4_900_000, [5_000])
    assert told == ["soon"], "nobody in a meeting is called to the next"


@pytest.mark.parametrize("name", TONES)
def test_tones_are_short_soft_and_end_in_silence(name):
    samples = array.array("h", tone(name))
    assert 0.2 < len(samples) / RATE < 1.2
    assert 0.05 * 32767 < max(map(abs, samples)) <= LOUDNESS * 32767
    assert abs(samples[0]) < 50
    assert abs(samples[-1]) < 50


def test_a_sound_does_not_block_and_a_missing_device_is_no_error():
    begun, go = threading.Event(), threading.Event()

    def play(_sound):
        begun.set()
        go.wait(30)
        raise OSError("no device")

    sounds = Sounds(play)
    sounds.play("knock")
    assert begun.wait(30)
    sounds.play("soon")
    go.set()
    assert sounds._busy.acquire(timeout=30), "the next sound can play"
