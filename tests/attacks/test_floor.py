"""Nobody but the host mutes or gives the floor; nobody can be unmuted; a flood of orders is not obeyed."""

from __future__ import annotations

from media.room import controls as say
from media.room import effects as fx


def tell(world, by, control):
    by.meeting.tell(control)
    world.feed(by, fx.Tick())


def test_a_member_who_is_not_the_host_mutes_nobody_and_is_named(world, people):
    ada, bob, cleo, eve = people
    for control in (say.Mute(()), say.Mute((cleo.call.slot,))):
        tell(world, bob, control)
    world.run(300)
    assert [who.asked for who in people] == [[]] * 4
    assert ada.told("not-host")
    assert cleo.told("not-host")
    assert cleo.troubles[-1].name == bob.device.name
    assert eve.inside


def test_a_member_who_is_not_the_host_lowers_no_hand(world, people):
    ada, bob, cleo, _eve = people
    cleo.do(fx.RaiseHand(raised=True))
    world.run(300)
    tell(world, bob, say.Floor(cleo.call.slot, 99))
    world.run(300)
    assert [person.name for person in ada.roster.people if person.hand] == [cleo.device.name]
    assert cleo.asked == []


def test_the_window_of_a_member_cannot_even_ask(world, people):
    _ada, bob, cleo, _eve = people
    bob.do(fx.AskMute(cleo.member))
    bob.do(fx.AskMute())
    bob.do(fx.GiveFloor(cleo.member))
    world.run(300)
    assert cleo.asked == []
    assert not cleo.told("not-host")


def test_who_handed_the_pen_over_is_obeyed_no_more(world, people):
    ada, bob, cleo, _eve = people
    ada.do(fx.Handover(bob.member))
    world.until(lambda: bob.phase.is_host)
    world.run(3_000)
    tell(world, ada, say.Mute(()))
    world.run(300)
    assert cleo.asked == []
    bob.do(fx.AskMute())
    world.run(1_000)
    assert len(cleo.asked) == 1


def test_a_host_that_floods_is_obeyed_a_few_times_a_second(world, people):
    ada, bob, *_ = people
    world.run(1_000 - world.now_ms % 1_000)
    for _ in range(100):
        tell(world, ada, say.Mute(()))
    world.run(200)
    assert 0 < len(bob.asked) <= 8


def test_an_order_that_the_relay_replays_is_refused(world, people):
    ada, bob, *_ = people
    world.rule(lambda packet: [packet, packet] if packet.control else [packet])
    ada.do(fx.AskMute())
    world.run(1_000)
    assert len(bob.asked) == 1
    assert bob.told("replay")


def test_orders_to_slots_that_nobody_has_do_nothing(world, people):
    ada, bob, *_ = people
    tell(world, ada, say.Mute((999, 65_000)))
    tell(world, ada, say.Floor(999, 2**40))
    world.run(300)
    assert bob.asked == []
    assert bob.troubles == []
