"""Frames that are not what they seem: refused by the receiver, and shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media import wire
from media.keys.frames import CounterReused, Sealer
from media.room import effects as fx


def listen(world, by=None, to=None):
    """Record what the relay hands on."""
    seen = []

    @world.rule
    def tap(packet):
        if packet.by is by and (to is None or packet.to is to):
            seen.append(packet)
        return [packet]

    return seen


def changed(packet, **fields):
    """A media packet with other fields than its sender gave it."""
    names = ("slot", "stream", "flags", "frame", "data", "arrival_us")
    event = dict(zip(names, packet.event, strict=True)) | fields
    return replace(packet, event=tuple(event.values()))


def test_a_replayed_frame_is_heard_once(world, people):
    ada, bob, cleo, _ = people
    world.rule(lambda packet: [packet, packet] if packet.media and packet.to is cleo else [packet])
    bob.send(b"once")
    world.run(100)
    assert [frame.payload for frame in cleo.frames] == [b"once"]
    assert cleo.told("replay")
    assert not ada.told("replay")


@pytest.mark.parametrize(
    "fields",
    [{"flags": wire.FLAG_KEY}, {"frame": 7}, {"stream": wire.SCREEN}, {"data": b"\x00" * 90}],
    ids=["flags", "frame number", "stream", "data"],
)
def test_a_frame_with_a_changed_header_is_refused(world, people, fields):
    _, bob, cleo, _ = people
    world.run(5_000)
    world.rule(lambda packet: [changed(packet, **fields)] if packet.media else [packet])
    bob.send(b"genuine")
    world.run(1_000)
    assert not cleo.frames
    assert cleo.told("frame-undecryptable")


@pytest.mark.parametrize("bit", [8, 13, 40, -5])
def test_a_flipped_bit_is_refused(world, people, bit):
    _, bob, cleo, _ = people

    @world.rule
    def flip(packet):
        if not packet.media:
            return [packet]
        data = bytearray(packet.event[4])
        data[bit] ^= 1
        return [changed(packet, data=bytes(data))]

    bob.send(b"genuine words of some length")
    world.run(1_000)
    assert not cleo.frames
    assert cleo.told("frame-undecryptable")


def test_a_frame_under_another_members_slot_is_refused(world, people):
    ada, bob, cleo, _ = people
    world.rule(
        lambda packet: (
            [changed(packet, slot=ada.call.slot)] if packet.media and packet.by is bob else [packet]
        )
    )
    bob.send(b"I am Ada")
    world.run(1_000)
    assert not cleo.frames
    assert [trouble.name for trouble in cleo.troubles] == ["Ada"]


def test_control_under_another_members_slot_is_refused(world, people):
    ada, bob, cleo, _ = people

    @world.rule
    def swap(packet):
        if packet.control and packet.by is bob and packet.to is cleo:
            return [replace(packet, event=fx.Control(ada.call.slot, packet.event.data))]
        return [packet]

    bob.do(fx.Say("signed Ada"))
    world.run(500)
    assert not cleo.chat
    assert cleo.told("frame-undecryptable") or cleo.told("replay")


def test_an_insider_with_all_keys_cannot_speak_for_another(world, people):
    _, bob, cleo, eve = people
    forger = Sealer(bob.meeting.call, bob.meeting.m, eve.meeting.keys.cs)
    forger.set_base(bob.meeting.own.step.n, bob.meeting.own.base)
    frame, data = forger.seal(wire.VOICE, wire.FLAG_VOICE, b"Bob agrees")
    world.post(eve, cleo, (bob.call.slot, wire.VOICE, wire.FLAG_VOICE, frame, data, 0))
    world.run(100)
    assert not cleo.frames
    assert cleo.told("frame-forged")


def test_a_frame_held_back_past_the_next_link_is_refused(world, people):
    ada, bob, cleo, eve = people
    held = []

    @world.rule
    def hold(packet):
        if packet.media and packet.to is cleo and not held:
            held.append(packet)
            return []
        return [packet]

    bob.send(b"of link n-1")
    world.run(100)
    ada.do(fx.Remove(eve.member))
    world.run(3_000)
    bob.send(b"of link n")
    world.run(2_000)
    world.post(bob, cleo, held[0].event)
    world.run(1_000)
    assert [frame.payload for frame in cleo.frames] == [b"of link n"]
    assert cleo.told("replay")


def test_a_speaker_withheld_is_shown_as_not_received(world, people):
    ada, bob, cleo, _ = people
    world.rule(lambda packet: [] if packet.media and (packet.by, packet.to) == (bob, cleo) else [packet])
    for _ in range(400):
        bob.send(b"words")
        world.run(20)
    assert any((t.code, t.name) == ("not-received", "Bob") for t in cleo.troubles)
    assert not ada.told("not-received")


def test_a_camera_withheld_from_its_subscriber_is_shown_as_not_received(world, people):
    ada, bob, cleo, _ = people
    cleo.call.expect(world.now_ms, {(bob.call.slot, wire.CAMERA)})
    world.rule(lambda packet: [] if packet.media and packet.to in (ada, cleo) else [packet])
    for _ in range(300):
        bob.send(b"picture", wire.CAMERA, wire.FLAG_KEY)
        world.run(40)
    assert cleo.told("not-received")
    assert not ada.told("not-received")


def test_single_losses_are_not_called_withheld(world, people):
    _, bob, cleo, _ = people
    odd = [0]

    @world.rule
    def lossy(packet):
        odd[0] += 1
        return [] if packet.media and odd[0] % 3 == 0 else [packet]

    for _ in range(400):
        bob.send(b"words")
        world.run(20)
    assert not cleo.told("not-received")


def test_a_false_key_number_makes_nobody_hear_anything(world, people):
    _, bob, cleo, _ = people

    @world.rule
    def renumber(packet):
        if not packet.media or packet.to is not cleo:
            return [packet]
        data = bytearray(packet.event[4])
        data[0] = 0x70 | data[0] & 0x0F
        return [changed(packet, data=bytes(data))]

    bob.send(b"genuine")
    world.run(1_000)
    assert not cleo.frames
    assert cleo.told("frame-undecryptable")


def test_a_restarted_engine_never_uses_a_counter_again(world, people):
    _, bob, cleo, _ = people
    before = listen(world, bob, cleo)
    bob.send(b"first life")
    world.run(50)
    old = bob.member, bob.call.slot, bob.meeting.own.base
    bob.restart()
    world.until(lambda: bob.inside and len(cleo.roster.people) == 4)
    world.run(2_500)
    now = bob.member, bob.call.slot, bob.meeting.own.base
    assert not set(old) & set(now)
    [frame] = [packet for packet in before if packet.media]
    world.post(bob, cleo, changed(frame, slot=bob.call.slot).event)
    world.run(1_000)
    assert [heard.payload for heard in cleo.frames] == [b"first life"]
    assert cleo.told("replay") or cleo.told("frame-undecryptable")


def test_a_copied_sealer_refuses_to_seal(people):
    import copy

    with pytest.raises(CounterReused):
        copy.copy(people[0].meeting._sealer)


def test_a_flood_of_undecryptable_frames_is_bounded_and_told_once(world, people):
    _, bob, cleo, _ = people
    for number in range(3_000):
        data = bytes((0x7F, 0xFF)) + bytes(2_000)
        world.post(bob, cleo, (bob.call.slot, wire.CAMERA, 0, number, data, 0))
    world.run(50)
    peer = cleo.meeting._peers[bob.call.slot]
    assert peer._held_bytes <= 2_000_000
    assert len([t for t in cleo.troubles if t.code == "frame-undecryptable"]) == 1
