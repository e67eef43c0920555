from __future__ import annotations

import os

import pytest

from media.errors import TrustError
from media.keys.seal import seal
from media.room.knocker import HAIL, Keys, judge_answer, knock_head, knock_info
from media.room.messages import Hail, JoinBody, Knock, pack_join
from tests.harness.hospital import hospital
from tests.harness.world import World


class Door:
    """A host's lobby, and a visitor who knocks by hand."""

    def __init__(self) -> None:
        self.world = World([hospital().enrol("Ada")])
        self.host = self.world.join(self.world.appointment.organiser)
        self.world.run(500)
        self.device = hospital().enrol("Visitor")
        self.visitor = self.world.join(self.device)
        self.ground = self.visitor.call._ground
        self.keys = Keys.generate()
        self.lobby = self.host.meeting.pen.lobby
        self.hail = Hail(os.urandom(16))

    def challenge(self, now_ms: int = 0, knock: int = 7):
        boxed = self.ground.door_box(HAIL, self.hail.encode())
        data = self.lobby.answer(now_ms, knock, self.keys.slot.public, boxed, self.host.meeting.at)
        text = self.ground.door_text(data)
        return judge_answer(self.ground, text, self.keys.slot.public, (self.hail.nonce,))

    def knock(self, standing, given, keys=None, **changes) -> bytes:
        keys = keys or self.keys
        fields = {
            "call": standing.call,
            "link_hash": given.link_hash,
            "challenge": given.challenge,
            "kx_pk": keys.kx.public,
            "cs_pk": keys.cs.public,
            "cert_hash": self.ground.me.hash,
            "slot_pk": keys.slot.public,
            "head_height": 0,
            "head_hash": b"",
        }
        body = JoinBody(**(fields | changes)).encode()
        obj = pack_join(body, self.device.signer.sign(body), self.ground.room.knock_key)
        info = knock_info(standing.call, given.challenge)
        return knock_head(standing.call) + seal(
            standing.host_kx, info, Knock(obj, self.device.certificate).encode()
        )

    def ask_in(self, data: bytes, now_ms: int = 0, knock: int = 7):
        return self.lobby.ask_in(now_ms, knock, self.keys.slot.public, data, set())


@pytest.fixture
def door():
    return Door()


def test_a_fresh_request_is_understood(door):
    visitor = door.ask_in(door.knock(*door.challenge()))
    assert visitor.verdict.name == "Visitor"


def test_a_challenge_serves_once_even_with_new_keys(door):
    at = door.challenge()
    door.ask_in(door.knock(*at))
    keys = Keys.generate(door.keys.slot)
    with pytest.raises(TrustError, match="join-forged"):
        door.ask_in(door.knock(*at, keys))


def test_a_call_key_serves_once_even_with_a_new_challenge(door):
    door.ask_in(door.knock(*door.challenge()))
    with pytest.raises(TrustError, match="was here before"):
        door.ask_in(door.knock(*door.challenge()))


def test_a_challenge_is_gone_after_a_minute(door):
    at = door.challenge(now_ms=0)
    with pytest.raises(TrustError, match="join-forged"):
        door.ask_in(door.knock(*at), now_ms=60_001)


@pytest.mark.parametrize("name", ["challenge", "link_hash", "slot_pk"])
def test_a_request_made_for_something_else_is_refused(door, name):
    at = door.challenge()
    with pytest.raises(TrustError, match="not the answer"):
        door.ask_in(door.knock(*at, **{name: os.urandom(32)}))


def test_a_request_for_another_call_is_refused(door):
    at = door.challenge()
    with pytest.raises(TrustError, match="join-forged"):
        door.ask_in(door.knock(*at, call=os.urandom(16)))


def test_a_request_signed_by_another_device_is_refused(door):
    at = door.challenge()
    door.device.signer = hospital().enrol("Other").signer
    with pytest.raises(TrustError, match="signature"):
        door.ask_in(door.knock(*at))
