"""Getting in without the right to: by link, by certificate, by replay, by a relay that lets one in."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from media.errors import TrustError
from media.room import effects as fx
from tests.harness.hospital import DAY_S, NOW_S, Hospital, guest, hospital


def knocks(world):
    """Record what the relay hands to the host from the door."""
    seen = []

    @world.rule
    def tap(packet):
        if isinstance(packet.event, fx.Knocked):
            seen.append(packet)
        return [packet]

    return seen


def test_the_link_alone_lets_nobody_in(world, people):
    stranger = world.join(guest("Dr Ada"))
    world.run(20_000)
    assert stranger.phase.phase == "waiting"
    assert [waiting.trust for waiting in people[0].lobby.waiting] == ["guest"]
    assert all(len(who.roster.people) == 4 for who in people)


def test_a_certificate_of_an_unknown_organisation_is_turned_away_and_shown(world, people):
    rogue = Hospital()
    mallory = rogue.enrol("Ada")
    stranger = world.join(guest("x"))
    stranger.call._ground.plan = replace(stranger.call._ground.plan, certificate=mallory.certificate)
    stranger.device = mallory
    world.run(5_000)
    assert stranger.phase == replace(stranger.phase, phase="ended", reason="not-allowed")
    assert people[0].told("issuer-unknown") or people[0].told("knock-refused")
    assert people[0].lobby.waiting == []


def test_a_certificate_alone_lets_nobody_in(world, people):
    mallory = world.join(hospital().enrol("Mallory"), secret=os.urandom(16))
    world.run(10_000)
    assert not mallory.inside
    assert people[0].told("seal-broken")
    assert all(len(who.roster.people) == 4 for who in people)


def test_an_expired_certificate_is_named_to_its_owner(world, people):
    old = hospital().enrol("Old", not_before=NOW_S - 50 * DAY_S, not_after=NOW_S - 5 * DAY_S)
    with pytest.raises(TrustError, match="certificate-expired"):
        world.join(old)


def test_a_join_request_replayed_after_leaving_brings_nobody_back(world, devices):
    seen = knocks(world)
    ada, bob, *_ = world.gather(*devices)
    mine = [packet for packet in seen if packet.by is bob]
    bob.do(fx.Leave())
    world.run(8_000)
    assert "Bob" not in ada.names()
    for packet in mine:
        world.post(bob, ada, packet.event)
        world.post(bob, ada, replace(packet.event, knock=99))
    world.run(8_000)
    assert "Bob" not in ada.names()
    assert ada.told("knock-refused")


def test_a_join_request_serves_one_knocker_only(world, people):
    """The relay shows Mallory's connection the words that another visitor said."""
    ada = people[0]
    seen = knocks(world)
    world.join(guest("Visitor"))
    world.run(3_000)
    [waiting] = ada.lobby.waiting
    for packet in list(seen):
        world.post(packet.by, ada, replace(packet.event, slot_pk=os.urandom(32), knock=77))
    world.run(3_000)
    assert [one.knock for one in ada.lobby.waiting] == [waiting.knock]
    assert ada.told("knock-refused")


def test_a_slot_that_only_the_relay_admitted_is_a_ghost(world, people):
    ada, bob, *_ = people
    ghost = world.join(guest("Ghost"))
    world.run(1_000)
    world.admit(ghost.connection, 40)
    world.post(ghost, bob, fx.Control(40, os.urandom(200)))
    world.post(ghost, ada, (40, 1, 2, 0, os.urandom(200), 0))
    world.run(2_000)
    assert ada.told("ghost")
    assert bob.told("ghost")
    assert not ghost.inside
    assert not ghost.frames
    assert all(len(who.roster.people) == 4 for who in people)


def test_a_late_link_makes_no_ghost(world, people):
    world.rule(lambda packet: [packet.later(300)] if packet.control and packet.by is people[0] else [packet])
    newcomer = world.join(hospital().enrol("New"))
    world.until(lambda: newcomer.inside)
    newcomer.send(b"hello")
    world.run(3_000)
    assert all(who.heard(b"hello") for who in people)
    assert not any(who.told("ghost") for who in people)


def test_two_clicks_at_once_make_one_link_and_two_members(world, people):
    ada = people[0]
    one, two = world.join(guest("One")), world.join(guest("Two"))
    world.until(lambda: len(ada.lobby.waiting) == 2)
    n = ada.roster.n
    for waiting in [*ada.lobby.waiting, *ada.lobby.waiting]:
        ada.do(fx.Admit(waiting.knock))
    world.until(lambda: one.inside and two.inside)
    world.run(1_000)
    assert ada.roster.n == n + 1
    slots = [person.slot for person in ada.roster.people]
    assert len(slots) == len(set(slots)) == 6
    assert one.names() == two.names() == ada.names()


def test_a_removed_one_cannot_come_back_without_a_click(world, people):
    ada, _, _, eve = people
    slot = eve.call.slot
    ada.do(fx.Remove(eve.member))
    world.run(1_000)
    assert eve.phase.reason == "removed"
    assert slot not in world.relay.slots
    eve.restart()
    world.run(5_000)
    assert not eve.inside
    assert [waiting.name for waiting in ada.lobby.waiting] == ["Eve"]


def test_a_locked_room_takes_nobody_but_its_own(world, people):
    ada, bob, *_ = people
    ada.do(fx.Lock(locked=True))
    world.run(500)
    late = world.join(hospital().enrol("Late"))
    bob.restart()
    world.until(lambda: bob.inside)
    world.run(3_000)
    assert late.phase.reason == "locked"
    assert "Late" not in ada.names()


def test_a_link_holder_cannot_host(world, devices):
    """Mallory has link, certificate and the relay on her side, but is no listed host: nobody follows her."""
    mallory = world.join(hospital().enrol("Mallory"), invitation_secret=os.urandom(32))
    ground = mallory.call._ground
    ground.invite = replace(ground.invite, hosts=(mallory.device.user,))
    mallory.call._open(world.now_ms, fresh=True)
    mallory.do(fx.Tick())
    world.run(2_000)
    assert mallory.inside
    victim = world.join(devices[2])
    world.run(10_000)
    assert not victim.inside
    assert victim.told("call-refused")


def test_a_visitor_whose_key_nothing_can_be_sealed_to_is_refused(world, people, monkeypatch):
    """It would otherwise stop everybody in the middle of the next rekey."""
    from media.room.knocker import Keys

    generate = Keys.generate.__func__

    def broken(cls, slot=None):
        keys = generate(cls, slot)
        keys.kx.public = b"\xff" * len(keys.kx.public)
        return keys

    monkeypatch.setattr(Keys, "generate", classmethod(broken))
    visitor = world.join(hospital().enrol("Broken"))
    world.run(4_000)
    assert visitor.phase.reason == "not-allowed"
    assert people[0].told("key-bad")
    people[0].do(fx.Rekey())
    world.run(1_000)
    assert all(who.inside for who in people)


def test_a_request_that_names_another_certificate_is_refused(world, people, devices):
    visitor = world.join(guest("x"))
    ground = visitor.call._ground
    ground.me = replace(ground.me, hash=os.urandom(32))
    world.run(4_000)
    assert visitor.phase.reason == "not-allowed"
    assert people[0].told("knock-refused")
    assert people[0].lobby.waiting == []
