"""Hands in speaking order, the floor given, microphones asked to be silent."""

from __future__ import annotations

import pytest

from media.room import effects as fx
from media.room.people import Hands
from tests.harness.hospital import hospital
from tests.harness.world import World

NAMES = ("Ada", "Bob", "Cleo", "Dan")


@pytest.fixture
def world():
    return World([hospital().enrol(name) for name in NAMES[:2]])


@pytest.fixture
def people(world):
    house = hospital()
    first = world.appointment.organiser
    second = house.enrol("Bob", world.appointment.invite.hosts[1])
    return world.gather(first, second, *(house.enrol(name) for name in NAMES[2:]))


def order(who):
    """Return the names of the raised hands, first to last, as *who* is shown them."""
    up = [(person.hand, person.name) for person in who.roster.people if person.hand]
    return [name for _, name in sorted(up)]


def raise_all(world, *people):
    for who in people:
        who.do(fx.RaiseHand(raised=True))
        world.run(100)


def test_a_hand_keeps_its_turn_over_its_owners_sleep_and_restart(world, people):
    _ada, bob, cleo, dan = people
    raise_all(world, dan, cleo, bob)
    world.hang_up(cleo)
    cleo.do(fx.Down("lost"))
    cleo.do(fx.Refused("unknown-slot"))
    world.until(lambda: cleo.inside and len(cleo.roster.people) == 4, 40_000)
    world.run(3_000)
    assert [order(who) for who in people] == [["Dan", "Cleo", "Bob"]] * 4


def test_an_engine_that_starts_anew_is_told_its_turn(world, people):
    _ada, _bob, cleo, _dan = people
    raise_all(world, *reversed(people))
    turn = next(person.turn for person in cleo.roster.people if person.me)
    cleo.plan["turn"] = turn
    cleo.restart()
    world.until(lambda: cleo.inside and len(cleo.roster.people) == 4, 40_000)
    world.run(3_000)
    assert [order(who) for who in people] == [["Dan", "Cleo", "Bob", "Ada"]] * 4


def test_hands_survive_the_relay_and_the_hosts_handover(world, people):
    ada, bob, cleo, dan = people
    raise_all(world, dan, bob, cleo)
    world.crash_relay(2_000)
    world.run(4_000)
    assert [order(who) for who in people] == [["Dan", "Bob", "Cleo"]] * 4
    ada.do(fx.Handover(bob.member))
    world.until(lambda: bob.phase.is_host)
    world.run(3_000)
    assert [order(who) for who in people] == [["Dan", "Bob", "Cleo"]] * 4


def test_hands_survive_the_loss_of_the_host_into_a_new_call(world, people):
    ada, bob, cleo, dan = people
    raise_all(world, dan, ada, cleo, bob)
    ada.alive = False
    world.hang_up(ada)
    left = [bob, cleo, dan]
    world.until(lambda: all(who.inside and len(who.roster.people) == 3 for who in left), 60_000)
    world.run(3_000)
    assert [order(who) for who in left] == [["Dan", "Cleo", "Bob"]] * 3


def test_hands_that_go_up_at_once_stand_in_one_order_after_new_slots_too(world, people):
    ada, bob, cleo, dan = people
    for who in (dan, bob, cleo):
        who.do(fx.RaiseHand(raised=True))
    world.run(3_000)
    before = order(ada)
    assert sorted(before) == ["Bob", "Cleo", "Dan"]
    assert [order(who) for who in people] == [before] * 4
    ada.alive = False
    world.hang_up(ada)
    left = [bob, cleo, dan]
    world.until(lambda: all(who.inside and len(who.roster.people) == 3 for who in left), 60_000)
    world.run(3_000)
    assert [order(who) for who in left] == [before] * 3


def test_a_newcomer_stands_behind_the_hands_that_it_has_not_heard_of(world, people):
    ada, _bob, cleo, dan = people
    raise_all(world, cleo, dan)
    eve = world.join(hospital().enrol("Eve"))
    eve.do(fx.RaiseHand(raised=True))
    world.until(lambda: eve.inside)
    world.run(5_000)
    assert order(ada) == order(eve) == ["Cleo", "Dan", "Eve"]


def test_the_host_gives_the_floor_and_its_owner_hears_by_whom(world, people):
    ada, _bob, cleo, dan = people
    raise_all(world, cleo, dan)
    ada.do(fx.GiveFloor(cleo.member))
    world.run(500)
    assert [order(who) for who in people] == [["Dan"]] * 4
    assert [(asked.what, asked.name) for asked in cleo.asked] == [("floor", "Ada")]
    raise_all(world, cleo)
    assert order(ada) == ["Dan", "Cleo"]


def test_a_floor_that_its_owner_missed_is_given_again(world, people):
    ada, bob, cleo, _dan = people
    raise_all(world, cleo)
    world.rule(lambda packet: [] if packet.to is cleo and packet.by is ada else [packet])
    ada.do(fx.GiveFloor(cleo.member))
    world.run(500)
    world.obey()
    assert order(bob) == [], "nobody else waits for an absent owner"
    world.until(lambda: order(cleo) == [], 8_000)
    assert cleo.asked


def test_the_host_mutes_one_or_all_and_they_hear_by_whom(world, people):
    ada, bob, cleo, dan = people
    ada.do(fx.AskMute(bob.member))
    world.run(300)
    assert [(one.what, one.name) for one in bob.asked] == [("mute", "Ada")]
    assert cleo.asked == dan.asked == []
    world.run(1_000)
    ada.do(fx.AskMute())
    world.run(300)
    assert [len(who.asked) for who in people] == [0, 2, 1, 1]


def test_who_comes_in_by_certificate_alone_is_told_to_the_host(world, people):
    ada, bob, cleo, dan = people
    assert {one.user for one in ada.admitted} == {who.device.user for who in (bob, cleo, dan)}
    cleo.restart()
    world.until(lambda: cleo.inside and len(cleo.roster.people) == 4, 40_000)
    assert len(ada.admitted) == 3, "who was in before is not admitted again"


def test_a_turn_that_was_given_ends_with_its_hand():
    hands = Hands()
    hands.set(3, hands.raised(3, up=True))
    assert hands.give(3, 1)
    assert (hands.order(), hands.overdue(3)) == ({}, 1)
    assert not hands.give(3, 1)
    hands.set(3, 0)
    assert hands.overdue(3) == 0
    hands.set(3, hands.raised(3, up=True))
    assert hands.order() == {3: 1}, "the same number again is a new hand"
