"""What the host asks, what the trail keeps, what a crash does not cost: without a window."""

from __future__ import annotations

import msgspec
import pytest

from app.audit import Trail
from app.intents import JoinMeeting
from app.meeting.service import Meeting
from app.scenes import stills
from app.scenes.stills import LINK, StillArena
from media.engine import messages as m
from media.events import Event


class Peer:
    def __init__(self, heard):
        self.messages, self.died, self.heard = Event(), Event(), heard

    def start(self, arena, /):
        pass

    def send(self, message, /):
        self.heard.append(message)

    def stop(self):
        pass


class Kept(Trail):
    def __init__(self):
        super().__init__(lambda: 0)
        self.acts = []

    def record(self, action, *, subject=b"", reason=""):
        self.acts.append((action, subject, reason))


class Room:
    def __init__(self):
        self.heard, self.peers, self.asked, self.trail = [], [], [], Kept()
        self.meeting = Meeting(self._peer, StillArena(), lambda: 1_000, lambda call: call(), self.trail)
        self.meeting.asked.subscribe(self.asked.append)
        self.meeting.sign_in(stills.session())
        self.meeting.open(JoinMeeting(LINK.format()))
        self.meeting.enter()
        self.hear(m.Phase(phase="in-call", is_host=True, title="RCP"))
        self.hear(m.Roster(n=1, people=stills.people(6)))

    def _peer(self):
        self.peers.append(Peer(self.heard))
        return self.peers[-1]

    def said(self, kind):
        return [message for message in self.heard if isinstance(message, kind)]

    def hear(self, message):
        self.peers[-1].messages.fire(message)


@pytest.fixture
def room():
    return Room()


def test_the_hosts_word_takes_the_microphone_off_and_says_who(room):
    room.meeting.microphone(True)
    room.hear(m.HostAsked(what="mute", name="Dr Tran"))
    assert not room.meeting.view.microphone.wanted
    assert room.said(m.Microphone)[-1] == m.Microphone(on=False)
    assert [one.name for one in room.asked] == ["Dr Tran"]
    room.meeting.microphone(True)
    assert room.meeting.view.microphone.wanted, "its owner may switch it on again"


def test_a_microphone_that_is_off_stays_off_without_a_word(room):
    before = len(room.said(m.Microphone))
    room.hear(m.HostAsked(what="mute", name="Dr Tran"))
    assert room.asked == []
    assert len(room.said(m.Microphone)) == before


@pytest.mark.parametrize("what", ["floor", "unmute", "camera", ""])
def test_no_word_of_the_host_switches_anything_on(room, what):
    room.hear(m.HostAsked(what=what, name="Dr Tran"))
    assert not room.meeting.view.microphone.wanted
    assert not room.meeting.view.camera.wanted
    assert not [one for one in room.said(m.Microphone) if one.on]


def test_who_enters_by_certificate_alone_stands_in_the_trail(room):
    room.hear(m.Admitted(user=b"u" * 16))
    assert ("admit", b"u" * 16, "certified") in room.trail.acts


def test_a_request_for_silence_stands_in_the_trail(room):
    room.meeting.ask_mute()
    assert room.said(m.AskMute) == [m.AskMute()]
    assert ("mute", LINK.tag, "") in room.trail.acts


def test_a_hand_keeps_its_turn_when_the_engine_crashes(room):
    people = [
        msgspec.structs.replace(one, hand=2, turn=7, state=8) if one.me else one for one in stills.people(6)
    ]
    room.hear(m.Roster(n=2, people=people))
    room.peers[-1].died.fire(-9)
    assert room.said(m.Join)[-1].turn == 7
    room.meeting.leave()
    room.meeting.enter()
    assert room.said(m.Join)[-1].turn == 0, "who leaves and comes again has no hand up"
