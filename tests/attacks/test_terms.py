"""Coming in against what the organiser signed: as a guest where there are none, as one too many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media.keys.terms import Terms
from media.room import effects as fx
from tests.harness.hospital import guest, hospital
from tests.harness.world import World


@pytest.fixture
def closed(devices):
    """A RCP without guests, and Ada and Bob in it."""
    world = World(devices[:2], Terms(guests=False))
    world.gather(*devices[:2])
    return world


def test_a_guest_who_knocks_where_there_are_none_is_told_so_and_the_host_is_left_in_peace(closed):
    stranger = closed.join(guest("Dr Ada"))
    closed.run(5_000)
    assert (stranger.phase.phase, stranger.phase.reason) == ("ended", "no-guests")
    ada = closed.people[0]
    assert ada.lobby.waiting == []
    assert ada.troubles == []
    assert ada.names() == ["Ada", "Bob"]


def test_a_host_who_forgets_the_rule_seats_a_guest_whom_nobody_speaks_to(closed):
    """The host's program is altered: the others read the same signed invitation."""
    ada, bob = closed.people
    ground = ada.call._ground
    ground.invite = replace(ground.invite, terms=Terms())
    stranger = closed.join(guest("Dr Ada"))
    closed.run(3_000)
    ada.do(fx.Admit(ada.lobby.waiting[0].knock))
    closed.run(6_000)
    assert stranger.inside
    assert bob.told("no-guests")
    assert [person.trust for person in bob.roster.people if person.name == "Dr Ada"] == []
    assert bob.send(b"the findings")
    closed.run(1_000)
    assert ada.heard(b"the findings")
    assert not stranger.heard(b"the findings")


def full_house(admit_certified):
    names = ("Ada", "Bob", "Cleo", "Eve")
    devices = [hospital().enrol(name) for name in names]
    world = World(devices[:2], Terms(most=2))
    for device in devices[:2]:
        world.join(device, admit_certified=True)
        world.run(4_000)
    world.people[0].meeting.pen.admit_certified = admit_certified
    return world, [world.join(device) for device in devices[2:]]


def test_one_too_many_is_told_that_the_meeting_is_full(devices):
    world, late = full_house(admit_certified=True)
    world.run(5_000)
    assert {(who.phase.phase, who.phase.reason) for who in late} == {("ended", "full")}
    assert world.people[0].names() == ["Ada", "Bob"]


def test_two_who_wait_for_one_seat_do_not_both_get_it(devices):
    world = World(devices[:2], Terms(most=3))
    for device in devices[:2]:
        world.join(device, admit_certified=True)
        world.run(4_000)
    ada = world.people[0]
    ada.meeting.pen.admit_certified = False
    for device in devices[2:]:
        world.join(device)
    world.run(3_000)
    first, second = ada.lobby.waiting
    ada.do(fx.Admit(first.knock))
    ada.do(fx.Admit(second.knock))
    world.run(5_000)
    assert len(ada.names()) == 3
    assert ada.told("room-full")
    assert [one.knock for one in ada.lobby.waiting] == [second.knock]


def test_who_lost_the_line_comes_back_into_a_full_meeting(devices):
    world = World(devices[:2], Terms(most=2))
    for device in devices[:2]:
        world.join(device, admit_certified=True)
        world.run(4_000)
    ada, bob = world.people
    bob.restart()
    world.run(8_000)
    assert bob.inside
    assert ada.names() == ["Ada", "Bob"]
