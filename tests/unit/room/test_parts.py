from __future__ import annotations

import os

from media.room import effects as fx
from media.room.liveness import Pulse, Receipts
from media.room.people import Hands, Strangers, Troubles
from tests.harness.hospital import hospital
from tests.harness.world import World


def test_a_member_is_live_while_it_echoes_what_i_said_lately():
    pulse = Pulse()
    pulse.enter(3, 0)
    counter, _ = pulse.beat(1_000)
    pulse.hear(3, 1, counter)
    assert pulse.live(3, 6_900)
    assert not pulse.live(3, 7_000)


def test_an_old_echo_does_not_make_anybody_live():
    pulse = Pulse()
    pulse.enter(3, 0)
    first, _ = pulse.beat(1_000)
    for at_ms in range(3_000, 20_000, 2_000):
        pulse.beat(at_ms)
        pulse.hear(3, at_ms, first)
    assert not pulse.live(3, 8_000)


def test_an_echo_that_was_never_said_counts_for_nothing():
    pulse = Pulse()
    pulse.enter(3, 0)
    pulse.hear(3, 1, 999)
    assert not pulse.live(3, 6_000)


def test_beats_tell_what_was_heard():
    pulse = Pulse()
    pulse.hear(4, 17, 0)
    assert pulse.beat(0)[1] == ((4, 17),)
    pulse.leave(4)
    assert pulse.beat(0)[1] == ()


def test_a_stream_said_and_never_seen_is_missing_and_one_seen_is_not():
    receipts = Receipts()
    assert [receipts.said(1, 1, frame) for frame in (0, 100, 200, 300)] == [False, False, True, True]
    receipts.saw(1, 1, 350)
    assert not receipts.said(1, 1, 400)


def test_a_pause_is_not_a_loss():
    receipts = Receipts()
    assert not any(receipts.said(1, 1, 7) for _ in range(10))


def test_hands_keep_the_order_in_which_they_went_up():
    hands = Hands()
    for slot in (5, 2, 9):
        hands.set(slot, hands.raised(slot, up=True))
    assert hands.order() == {5: 1, 2: 2, 9: 3}
    hands.set(5, hands.raised(5, up=False))
    assert hands.order() == {2: 1, 9: 2}
    assert hands.raised(2, up=True) == hands.get(2)


def test_all_show_hands_in_the_same_order():
    devices = [hospital().enrol(name) for name in ("Ada", "Bob", "Cleo")]
    world = World(devices[:1])
    people = world.gather(*devices)
    for who in reversed(people):
        who.do(fx.SetState(1))
        who.do(fx.RaiseHand(raised=True))
        world.run(100)
    seen = [{person.name: person.hand for person in who.roster.people} for who in people]
    assert seen == [{"Cleo": 1, "Bob": 2, "Ada": 3}] * 3
    assert {person.state for person in people[0].roster.people} == {1 | 8}


def test_strangers_are_bounded_and_found_out():
    strangers = Strangers()
    for number in range(100):
        strangers.hold(0, number, os.urandom(100_000), 100_000)
    assert strangers._bytes <= 512_000
    assert strangers.expired(1_500, {3}) == [slot for slot in range(64) if slot != 3]
    assert strangers.expired(6_000, {3}) == []
    assert strangers._bytes == 0


def test_a_trouble_is_told_at_once_and_again_after_a_while():
    troubles = Troubles()
    told = [bool(troubles.tell(at_ms, "ghost", 1, "")) for at_ms in (0, 1, 9_999, 10_000)]
    assert told == [True, False, False, True]
