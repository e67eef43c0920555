"""The meeting without Qt, against a fake pipe peer."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import i18n
from app.i18n import tr
from app.intents import JoinMeeting
from app.meeting import signing
from app.meeting.linkcheck import LinkRefusal, read_link
from app.meeting.reduce import reduce
from app.meeting.sentences import DEVICE_CODES, DEVICE_KINDS, REASONS, TROUBLES, ending, trouble
from app.meeting.service import Meeting
from app.meeting.view import Notice, Stage, View
from app.scenes import stills
from app.scenes.stills import LINK, StillArena
from media.engine import messages as m
from media.events import Event
from media.keys import cbor

CERT = hashlib.sha256(b"certificate").digest()


class Peer:
    def __init__(self, heard):
        self.messages, self.died = Event(), Event()
        self.heard, self.stopped = heard, False

    def start(self, arena, /):
        self.arena = arena

    def send(self, message, /):
        self.heard.append(message)

    def stop(self):
        self.stopped = True


class Room:
    def __init__(self):
        self.now_ms, self.heard, self.peers = 1_000_000, [], []
        self.signed = []
        self.meeting = Meeting(self._peer, StillArena(), lambda: self.now_ms, lambda call: call())
        self.session = replace(stills.session(), cert_hash=CERT, sign=self._sign)
        self.meeting.sign_in(self.session)

    def _peer(self):
        self.peers.append(Peer(self.heard))
        return self.peers[-1]

    def _sign(self, body):
        self.signed.append(body)
        return b"s" * 64

    def said(self, kind):
        return [message for message in self.heard if isinstance(message, kind)]

    def hear(self, message):
        self.peers[-1].messages.fire(message)

    def enter(self):
        self.meeting.open(JoinMeeting(LINK.format()))
        self.meeting.enter()
        self.hear(m.Phase(phase="in-call", is_host=True, title="RCP"))
        self.hear(m.Roster(n=1, people=stills.people(4)))


@pytest.fixture
def room():
    return Room()


def _genesis(cert=CERT, invite=LINK.invite_hash + bytes(16)):
    return cbor.encode(["CSL1/genesis", bytes(16), invite, 0, b"kx", b"cs", cert, b"slot", [], b""])


def _join(cert=CERT):
    return cbor.encode(["CSL1/join", bytes(16), bytes(32), bytes(32), b"kx", b"cs", cert, b"slot", 0, b""])


def test_opening_a_link_sends_nothing(room):
    room.meeting.open(JoinMeeting(LINK.format()))
    assert room.meeting.view.stage is Stage.READY
    assert room.peers == []


def test_only_the_users_word_enters(room):
    room.meeting.open(JoinMeeting(LINK.format()))
    room.meeting.look()
    assert not room.said(m.Join)
    room.meeting.enter()
    (join,) = room.said(m.Join)
    assert (join.relay_host, join.tag, join.secret) == (LINK.host, LINK.tag, LINK.secret)


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("", "link-empty"),
        ("   ", "link-empty"),
        ("https://example.org", "link-unreadable"),
        (LINK.format()[:-4], "link-unreadable"),
        (LINK.format().replace("chu-champagne", "ailleurs"), "relay-unknown"),
        ("consilium://" + "a" * 5000, "link-unreadable"),
    ],
)
def test_a_bad_link_is_refused_with_a_sentence(room, link, code):
    room.meeting.open(JoinMeeting(link))
    view = room.meeting.view
    assert (view.stage, view.refused) == (Stage.IDLE, code)
    assert trouble(view.notices[0]).title.key == f"trouble.{code}.title"


@given(st.text(max_size=300) | st.text(max_size=200).map("consilium://".__add__))
@settings(max_examples=200, deadline=None)
def test_no_text_does_more_than_be_refused(text):
    with pytest.raises(LinkRefusal):
        read_link(JoinMeeting(text), stills.session())


@pytest.mark.parametrize("body", [_genesis(), _join()])
def test_the_device_key_signs_what_this_meeting_needs(room, body):
    room.enter()
    room.hear(m.SignPlease(request=7, body=body))
    assert room.said(m.Signed) == [m.Signed(request=7, signature=b"s" * 64)]


@pytest.mark.parametrize(
    "body",
    [
        cbor.encode(["CSL1/link", bytes(16), 1, bytes(32), [], bytes(32), 0, 0, 0, 0]),
        cbor.encode(["CSL1/cert", *[b""] * 9]),
        _genesis(cert=bytes(32)),
        _genesis(invite=bytes(32)),
        _join(cert=bytes(32)),
        b"",
        b"anything",
    ],
)
def test_the_device_key_signs_nothing_else(room, body):
    room.enter()
    room.hear(m.SignPlease(request=7, body=body))
    assert room.said(m.Signed) == [m.Signed(request=7, signature=b"")]
    assert room.signed == []


def test_a_locked_desk_signs_nothing(room):
    room.enter()
    room.meeting.sign_in(None)
    room.hear(m.SignPlease(request=7, body=_join()))
    assert room.said(m.Signed) == [m.Signed(request=7, signature=b"")]


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_bytes_of_the_engine_are_signed_blindly(body):
    room = Room()
    invitation = read_link(JoinMeeting(LINK.format()), room.session)
    assert signing.answer(body, room.session, invitation) == b""


def test_a_crashed_engine_is_replaced_into_the_same_meeting_and_it_is_said(room):
    room.enter()
    room.meeting.microphone(True, "jabra")
    room.meeting.share("screen", ":0")
    room.heard.clear()
    room.peers[-1].died.fire(-9)
    assert len(room.peers) == 2
    assert len(room.said(m.Join)) == 1
    assert m.Microphone(on=True, device="jabra") in room.heard
    assert not room.said(m.Share), "a share never resumes unseen"
    view = room.meeting.view
    assert view.stage is Stage.RECONNECTING
    assert view.notices[0].code == "engine-restarted"


def test_an_engine_that_keeps_crashing_ends_the_meeting_with_a_sentence(room):
    room.enter()
    for _ in range(4):
        room.peers[-1].died.fire(-9)
    assert room.meeting.view.reason == "engine-failed"
    assert room.meeting.view.stage is Stage.ENDED


def test_crashes_far_apart_do_not_add_up(room):
    room.enter()
    for _ in range(6):
        room.now_ms += 120_000
        room.peers[-1].died.fire(-9)
    assert room.meeting.view.stage is Stage.RECONNECTING


def test_what_is_still_said_of_a_call_that_was_left_brings_nobody_back(room):
    room.enter()
    room.meeting.leave()
    room.meeting.forget()
    rest = room.meeting.view
    for late in (
        m.Phase(phase="in-call", title="RCP"),
        m.Roster(n=2, people=stills.people(4)),
        m.ChatLine(slot=1, name="Dr Tran", text="T4 N2", at_ms=1),
        m.Phase(phase="ended", reason="left"),
    ):
        room.hear(late)
    assert room.meeting.view == rest
    assert rest.stage is Stage.IDLE


def test_an_engine_that_was_stopped_is_not_restarted(room):
    room.enter()
    room.meeting.leave()
    room.peers[-1].died.fire(0)
    assert len(room.peers) == 1
    assert room.meeting.view.reason == "left"


def test_nothing_of_the_meeting_stays_after_its_end(room):
    room.enter()
    room.hear(m.ChatLine(slot=1, name="X", text="secret", at_ms=1))
    room.hear(m.Phase(phase="ended", reason="removed"))
    view = room.meeting.view
    assert (view.chat, view.people, view.lobby, view.code.digits) == ((), (), (), "")
    room.hear(m.ChatLine(slot=1, name="X", text="late", at_ms=1))
    assert room.meeting.view.chat == ()


def _knocker(knock, trust):
    return m.Knocker(knock=knock, name="N", role="", specialty="", trust=trust, since_ms=0)


def test_the_key_admits_the_first_certain_identity_never_a_guest(room):
    room.enter()
    room.hear(m.Lobby(waiting=[_knocker(1, "guest"), _knocker(2, "changed"), _knocker(3, "certified")]))
    room.meeting.admit_next()
    assert room.said(m.Admit) == [m.Admit(knock=3)]
    room.hear(m.Lobby(waiting=[_knocker(1, "guest"), _knocker(2, "changed")]))
    room.meeting.admit_next()
    assert len(room.said(m.Admit)) == 1


def test_a_guest_of_the_meeting_cannot_admit(room):
    room.enter()
    people = [replace_host(person) for person in stills.people(3)]
    room.hear(m.Roster(n=2, people=people))
    room.hear(m.Lobby(waiting=[_knocker(3, "verified")]))
    room.meeting.admit_next()
    assert not room.said(m.Admit)


def replace_host(person):
    return msgspec.structs.replace(person, host=person.slot == 1)


def test_a_device_that_fails_is_said_and_forgotten_when_it_works_again(room):
    room.enter()
    room.meeting.camera(True)
    room.hear(m.DeviceState(kind="camera", on=False, code="busy"))
    assert room.meeting.view.notices[0] == Notice("busy", "camera")
    assert not room.meeting.view.camera.wanted
    room.meeting.camera(True)
    room.hear(m.DeviceState(kind="camera", on=True))
    assert room.meeting.view.notices == ()


def test_an_engine_that_does_not_start_ends_in_a_sentence(room, monkeypatch):
    def refuse(self, arena, /):
        raise OSError

    monkeypatch.setattr(Peer, "start", refuse)
    room.meeting.open(JoinMeeting(LINK.format()))
    room.meeting.enter()
    assert room.meeting.view.reason == "engine-failed"


def test_the_chat_is_bounded():
    view = View(stage=Stage.LIVE)
    for at in range(700):
        view = reduce(view, m.ChatLine(slot=1, name="N", text=str(at), at_ms=at), 0)
    assert len(view.chat) == 500
    assert view.chat[-1].text == "699"


def _figures(*counts):
    streams = [
        m.StreamFigures(slot=slot, name="", stream=2, frames=frames, lost=lost, p50_ms=1, p95_ms=2)
        for slot, frames, lost in counts
    ]
    return m.Figures(streams=streams, rekeys=0, rtt_ms=20, up_kbps=1, down_kbps=1)


def test_a_lossy_sender_is_shown_as_weak_until_it_recovers():
    view = reduce(View(), _figures((1, 90, 10), (2, 100, 0), (3, 2, 2)), 0)
    assert view.network.weak == {1}, "two frames of four say nothing yet"
    view = reduce(view, _figures((1, 190, 10), (2, 100, 90), (3, 4, 2)), 0)
    assert view.network.weak == {2}


def test_when_everybody_arrives_with_holes_the_own_line_is_named():
    view = reduce(View(), _figures((1, 90, 30), (2, 80, 40)), 0)
    assert view.network.own_weak
    assert view.network.weak == frozenset()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_code_has_a_sentence_in_both_languages(language):
    i18n.set_language(language)
    notices = [Notice(code, "Dr X", n=2) for code in (*TROUBLES, "something-new")]
    notices += [Notice(code, kind) for kind in DEVICE_KINDS for code in (*DEVICE_CODES, "odd")]
    sentences = [trouble(notice) for notice in notices] + [ending(reason) for reason in (*REASONS, "odd")]
    for sentence in sentences:
        for words in (sentence.title, sentence.detail):
            assert str(words) != words.key
            assert "{" not in str(words)
    i18n.set_language("fr")
    assert tr("end.odd.title") == "end.odd.title"
