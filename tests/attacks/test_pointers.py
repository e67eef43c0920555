"""Pointers over a shared picture: by whom they say they are, over what is shared, and no flood of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media import wire
from media.errors import ProtocolError
from media.keys import cbor
from media.keys.frames import Sealer
from media.room import controls as say
from media.room import effects as fx
from media.room.shown import Pointed
from media.room.speaker import FRAME_HEAD, MAX_POINTS, POINT_MS

SCREEN = 4


@pytest.fixture
def showing(world, people):
    """Ada shares a picture."""
    people[0].do(fx.SetState(SCREEN))
    world.run(200)
    return people


def post(world, by, to, payload, *, slot=None, signer=None):
    """Let *by* seal and send any control payload, around its own limits."""
    sealer = by.meeting._sealer
    if signer is not None:
        sealer = Sealer(by.meeting.call, by.meeting.m, signer)
        sealer.set_base(by.meeting.own.step.n, by.meeting.own.base)
    frame, data = sealer.seal(wire.CONTROL, 0, payload)
    head = FRAME_HEAD.pack(say.FRAME, 0, frame)
    world.post(by, to, fx.Control(by.call.slot if slot is None else slot, head + data))


def test_all_see_where_one_points(world, showing):
    ada, bob, cleo, _ = showing
    bob.do(fx.Point(ada.call.slot, 100, 65_535))
    world.run(100)
    expected = [Pointed(bob.call.slot, ada.call.slot, 100, 65_535)]
    assert ada.pointed == cleo.pointed == expected
    assert not bob.pointed


def test_a_hand_that_shakes_sends_twenty_moves_a_second(world, showing):
    ada, bob, _, _ = showing
    for x in range(200):
        bob.do(fx.Point(ada.call.slot, x, 0))
        world.run(5)
    assert 1_000 / POINT_MS - 1 <= len(ada.pointed) <= 1_000 / POINT_MS + 1


def test_a_flood_is_passed_over_and_others_still_point(world, showing):
    ada, bob, cleo, eve = showing
    world.now_ms += -world.now_ms % 1_000
    for x in range(300):
        post(world, eve, cleo, say.Point(ada.call.slot, x, 0).encode())
    world.run(200)
    assert len(cleo.pointed) == MAX_POINTS
    bob.do(fx.Point(ada.call.slot, 7, 7))
    world.run(100)
    assert cleo.pointed[-1].slot == bob.call.slot
    assert not cleo.troubles


def test_nobody_points_at_what_is_not_shared(world, showing):
    _, bob, cleo, _ = showing
    for slot in (bob.call.slot, 999):
        bob.do(fx.Point(slot, 1, 1))
        world.run(100)
    assert not cleo.pointed


@pytest.mark.parametrize(
    "body",
    [
        ["CSL1/point", 0, 65_536, 0],
        ["CSL1/point", 0, 0, 2**63],
        ["CSL1/point", 65_535, 0, 0],
        ["CSL1/point", 0, 0],
        ["CSL1/point", 0, 0, 0, 0],
        ["CSL1/point", 0, b"0", 0],
    ],
)
def test_a_place_outside_of_the_picture_is_refused_and_told(world, showing, body):
    with pytest.raises(ProtocolError):
        say.decode(cbor.encode(body))
    _, _, cleo, eve = showing
    post(world, eve, cleo, cbor.encode(body))
    world.run(100)
    assert not cleo.pointed
    assert cleo.told("control-broken")


def test_the_relay_cannot_move_a_pointer_to_another_name(world, showing):
    ada, bob, cleo, eve = showing

    @world.rule
    def swap(packet):
        if packet.control and packet.by is bob and packet.to is cleo:
            return [replace(packet, event=fx.Control(eve.call.slot, packet.event.data))]
        return [packet]

    bob.do(fx.Point(ada.call.slot, 5, 5))
    world.run(500)
    assert not cleo.pointed
    assert cleo.told("frame-undecryptable") or cleo.told("replay")


def test_an_insider_cannot_point_for_another(world, showing):
    ada, bob, cleo, eve = showing
    payload = say.Point(ada.call.slot, 5, 5).encode()
    post(world, bob, cleo, payload, signer=eve.meeting.keys.cs)
    world.run(100)
    assert not cleo.pointed
    assert cleo.told("frame-forged") or cleo.told("replay")


def test_a_replayed_pointer_moves_nothing(world, showing):
    ada, bob, cleo, _ = showing
    world.rule(lambda packet: [packet, packet] if packet.control and packet.to is cleo else [packet])
    bob.do(fx.Point(ada.call.slot, 5, 5))
    world.run(50)
    assert len(cleo.pointed) == 1


def test_who_was_removed_points_no_more(world, showing):
    ada, _, cleo, eve = showing
    slot, sealer = eve.call.slot, eve.meeting._sealer
    ada.do(fx.Remove(eve.meeting.m))
    world.run(6_000)
    frame, data = sealer.seal(wire.CONTROL, 0, say.Point(ada.call.slot, 5, 5).encode())
    world.post(eve, cleo, fx.Control(slot, FRAME_HEAD.pack(say.FRAME, 0, frame) + data))
    world.run(1_000)
    assert not cleo.pointed
    assert cleo.told("ghost")
