"""Letters with keys, and the call code."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from media.keys import code
from media.room import controls as say
from media.room import effects as fx
from media.room.senderkeys import PeerKey, key_info
from tests.harness.hospital import hospital


def letters(world, kind=say.KEY):
    """Record the letters of one kind."""
    seen = []

    @world.rule
    def tap(packet):
        if packet.control and packet.event.data[:2] == bytes((say.LETTER, kind)):
            seen.append(packet)
        return [packet]

    return seen


@pytest.fixture
def sent(world, people):
    """The KeyMsgs of a rekey."""
    seen = letters(world)
    people[0].do(fx.Rekey())
    world.run(1_500)
    assert len(seen) == 12
    return seen


def test_a_key_replayed_is_refused_and_shown(world, people, sent):
    packet = sent[0]
    world.post(packet.by, packet.to, packet.event)
    world.run(200)
    assert packet.to.told("key-refused")


def test_a_key_for_another_recipient_is_refused(world, people, sent):
    packet = sent[0]
    other = next(who for who in people if who not in (packet.by, packet.to))
    world.post(packet.by, other, packet.event)
    world.run(200)
    assert other.told("key-refused")


def test_a_key_under_another_senders_slot_is_refused(world, people, sent):
    packet = sent[0]
    other = next(who for who in people if who not in (packet.by, packet.to))
    world.post(packet.by, packet.to, replace(packet.event, slot=other.call.slot))
    world.run(200)
    assert packet.to.told("key-refused")


def test_a_key_for_another_roster_is_refused(world, people, sent):
    packet = sent[0]
    people[0].do(fx.Rekey())
    world.run(1_500)
    data = bytearray(packet.event.data)
    data[2:6] = packet.to.roster.n.to_bytes(4, "big")
    world.post(packet.by, packet.to, replace(packet.event, data=bytes(data)))
    world.run(200)
    assert packet.to.told("key-refused")


def test_an_insider_cannot_give_a_key_in_anothers_name(world, people):
    """Eve knows all public keys and the roster: what she lacks is Bob's signature."""
    _, bob, cleo, eve = people
    step = bob.meeting.own.step
    info = key_info(bob.meeting.call, step, bob.meeting.m, cleo.meeting.m)
    box = say.seal_letter(eve.meeting.keys.cs, cleo.meeting.keys.kx.public, info, os.urandom(32))
    cleo.meeting._peers[bob.call.slot] = PeerKey(bob.meeting.call, bob.meeting.m, bob.meeting.keys.cs.public)
    head = bytes((say.LETTER, say.KEY)) + step.n.to_bytes(4, "big")
    world.post(eve, cleo, fx.Control(bob.call.slot, head + box))
    world.run(200)
    assert cleo.told("key-refused")
    assert not cleo.meeting._peers[bob.call.slot].has(step.n)


def test_a_key_lost_on_the_way_is_asked_for(world, people):
    ada, bob, cleo, _ = people
    world.rule(
        lambda packet: (
            []
            if packet.control and packet.event.data[0] == say.LETTER and (packet.by, packet.to) == (bob, cleo)
            else [packet]
        )
    )
    ada.do(fx.Rekey())
    world.run(600)
    world.obey()
    world.run(2_500)
    bob.send(b"audible")
    world.run(100)
    assert cleo.heard(b"audible")


def test_a_rekey_loses_no_word(world, people):
    ada, bob, cleo, _ = people
    world.rule(lambda packet: [packet.later(150)] if packet.control else [packet])
    for number in range(100):
        bob.send(f"word {number}".encode())
        if number == 20:
            ada.do(fx.Rekey())
        world.run(20)
    world.run(600)
    assert [frame.payload for frame in cleo.frames] == [f"word {n}".encode() for n in range(100)]
    assert not any(who.troubles for who in people)


def test_a_removal_changes_the_keys_before_the_next_word(world, people):
    ada, bob, _, eve = people
    old = bob.meeting.own.base
    ada.do(fx.Remove(eve.member))
    world.run(20)
    assert bob.meeting.own.base != old
    assert bob.meeting._sealer._n == bob.meeting.roster.n


def test_all_read_the_same_code_and_a_newcomer_voids_it(world, people):
    people[1].do(fx.AskCode())
    world.run(300)
    assert {who.codes[-1].state for who in people} == {"ready"}
    assert len({who.codes[-1].digits for who in people}) == 1
    assert len(people[0].codes[-1].digits) == 8


def test_a_roster_change_voids_a_running_round(world, people):
    ada, _, _, eve = people
    world.rule(lambda packet: [packet.later(1_000)] if packet.control and packet.by is eve else [packet])
    ada.do(fx.AskCode())
    world.run(100)
    ada.do(fx.Remove(eve.member))
    world.run(500)
    assert [code.state for code in ada.codes] == ["asked", "void"]


def test_a_call_has_three_rounds(world, people):
    for _ in range(4):
        people[1].do(fx.AskCode())
        world.run(500)
    states = [code.state for code in people[1].codes]
    assert states.count("ready") == 3
    assert states[-1] == "refused"


def test_the_last_to_commit_has_seen_nothing_to_choose_by(world, people):
    """Eve waits with her commitment for the others to reveal; they never do."""
    ada, bob, cleo, eve = people
    revealed = []
    for who in (ada, bob, cleo):
        tell = who.meeting.tell
        who.meeting.tell = lambda control, to=fx.EVERYONE, tell=tell: (
            revealed.append(control),
            tell(control, to),
        )
    eve.meeting._code.commit = lambda *_: []
    ada.do(fx.AskCode())
    world.run(10_000)
    assert not [control for control in revealed if isinstance(control, say.Reveal)]
    world.run(8_000)
    assert [code.state for code in ada.codes] == ["asked", "void"]


def test_whoever_reveals_something_else_is_caught(world, people):
    ada, _, _, eve = people
    reveal = eve.meeting.tell

    def cheat(control, to=fx.EVERYONE):
        if isinstance(control, say.Reveal):
            control = replace(control, r=os.urandom(code.RANDOM_BYTES))
        reveal(control, to)

    eve.meeting.tell = cheat
    ada.do(fx.AskCode())
    world.run(1_000)
    assert any((t.code, t.name) == ("code-mismatch", "Eve") for t in ada.troubles)
    assert [one.state for one in ada.codes] == ["asked", "void"]


def test_a_forked_directory_is_shown(world, people):
    house = hospital()
    anchor = house.anchor()
    anchor.head_hash = b"\x01" * 32
    for who in people:
        who.call._ground.plan.trust.head_hash = b"\x02" * 32
    world.join(house.enrol("Forked"), trust=anchor)
    world.run(4_000)
    assert people[0].told("directory-fork")
