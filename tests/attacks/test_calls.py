"""Who may open a call, and what happens where there are two."""

from __future__ import annotations

from dataclasses import replace

from media.room import controls as say
from media.room import effects as fx
from media.room.knocker import HAIL
from media.room.messages import Hail
from media.room.rivals import INSIDE
from tests.harness.hospital import hospital


def part(world, here, there):
    """Let the relay keep two groups from hearing each other, also at the door."""
    world.rule(
        lambda packet: (
            []
            if (packet.by in here and packet.to in there) or (packet.by in there and packet.to in here)
            else [packet]
        )
    )


def second_call(who):
    """Let *who* forget the call it is in and open another one, whatever the rules say."""
    who.call._memory.keep(who.call._ground, who.meeting, lost=True)
    who.call._meeting = None
    who.call._open(who.world.now_ms, fresh=False)
    who.do(fx.Tick())


def test_a_host_that_is_gone_is_followed_by_the_next_one_without_a_click(world, people):
    ada, bob, cleo, eve = people
    world.hang_up(ada)
    ada.alive = False
    world.run(10_500)
    assert not cleo.send(b"to whom?")
    world.until(lambda: all(who.inside for who in (bob, cleo, eve)), 12_000)
    world.run(1_500)
    assert bob.phase.is_host
    assert bob.names() == cleo.names() == eve.names() == ["Bob", "Cleo", "Eve"]
    assert bob.lobby.waiting == []
    cleo.send(b"on we go")
    world.run(100)
    assert bob.heard(b"on we go")
    assert eve.heard(b"on we go")


def test_a_restarted_host_alone_opens_a_new_call(world, devices):
    ada = world.join(devices[0])
    world.until(lambda: ada.inside)
    first = ada.meeting.call
    ada.restart()
    world.until(lambda: ada.inside, 20_000)
    assert ada.meeting.call != first


def test_a_restarted_host_knocks_like_anyone_where_others_are(world, people):
    ada, bob, cleo, _ = people
    ada.restart()
    world.until(lambda: ada.inside and bob.inside and cleo.inside, 25_000)
    world.run(3_000)
    assert ada.names() == ["Ada", "Bob", "Cleo", "Eve"]
    assert len({who.meeting.call for who in people}) == 1
    assert bob.phase.is_host


def test_a_call_by_a_non_successor_is_refused_and_shown(world, people):
    ada, bob, cleo, eve = people
    ground = eve.call._ground
    ground.invite = replace(ground.invite, hosts=(eve.device.user, *ground.invite.hosts))
    eve.call._memory.admin_seed = ada.call._memory.admin_seed
    second_call(eve)
    world.run(15_000)
    assert eve.inside
    for who in (ada, bob, cleo):
        assert who.inside
        assert who.told("call-refused")
        assert who.meeting.call == ada.meeting.call


def test_a_call_whose_parent_does_not_name_its_opener_is_refused(world, people):
    ada, bob, cleo, eve = people
    eve.call._ground._parent = lambda *_: (eve.device.user,)
    eve.call._memory.admin_seed = ada.call._memory.admin_seed
    second_call(eve)
    world.run(5_000)
    assert eve.inside
    for who in (ada, bob, cleo):
        assert who.told("call-refused")
        assert who.meeting.call == ada.meeting.call


def test_a_host_that_slept_knocks_like_anyone(world, people):
    ada = people[0]
    ada.alive = False
    world.run(11_000)
    ada.alive = True
    world.run(200)
    assert ada.phase.phase == "reconnecting"
    world.until(lambda: all(who.inside and len(who.roster.people) == 4 for who in people), 30_000)
    assert len({who.meeting.call for who in people}) == 1


def test_a_successors_call_while_the_host_is_live_is_shown_and_left_alone(world, people):
    ada, bob, cleo, eve = people
    before = ada.meeting.call
    second_call(bob)
    world.run(8_000)
    for who in (ada, cleo, eve):
        assert who.meeting.call == before
        assert who.told("second-call")
        assert not who.told("ghost")


def test_after_a_healed_partition_the_better_call_wins_and_all_meet_again(world, people):
    ada, bob, cleo, eve = people
    part(world, (ada, cleo), (bob, eve))
    world.until(lambda: bob.inside and bob.phase.is_host and eve.inside, 20_000)
    assert ada.inside
    assert bob.meeting.call != ada.meeting.call
    world.obey()
    world.run(8_000)
    assert bob.meeting.call != ada.meeting.call
    world.until(lambda: all(who.inside and len(who.roster.people) == 4 for who in people), 15_000)
    assert {who.meeting.call for who in people} == {ada.meeting.call}
    assert ada.phase.is_host
    assert ada.lobby.waiting == []
    world.run(2_500)
    eve.send(b"together")
    world.run(100)
    assert all(who.heard(b"together") for who in (ada, bob, cleo))


def test_an_old_announcement_moves_nobody(world, people):
    """Ada's call is dead; the relay replays her announcements to those who followed Bob."""
    ada, bob, cleo, eve = people
    kept = []

    @world.rule
    def keep(packet):
        if packet.control and packet.by is ada and packet.to is cleo:
            kept.append(packet)
        return [packet]

    world.run(10_000)
    world.hang_up(ada)
    ada.alive = False
    world.until(
        lambda: (
            all(who.inside and who.meeting.call == bob.meeting.call for who in (bob, cleo, eve))
            and bob.phase.is_host
        ),
        25_000,
    )
    call = bob.meeting.call
    for _ in range(15):
        for packet in kept[:20]:
            world.post(ada, cleo, packet.event)
        world.run(1_000)
    assert cleo.inside
    assert cleo.meeting.call == call


def test_an_old_proof_that_a_better_call_stands_moves_nobody(world, people):
    """Ada vouched for her call while it stood; the relay shows her words to those who followed Bob."""
    ada, bob, cleo, _ = people
    hail = ada.call._ground.door_box(HAIL, Hail(bytes(16)).encode())
    proof = ada.meeting.pen.lobby.vouch(ada.meeting.at, INSIDE, hail)
    world.hang_up(ada)
    ada.alive = False
    world.until(lambda: bob.inside and bob.phase.is_host and cleo.inside, 25_000)
    call = bob.meeting.call
    for _ in range(15):
        world.post(None, cleo, fx.Control(0, bytes((say.DOOR,)) + proof))
        world.run(1_000)
        assert cleo.inside
        assert cleo.meeting.call == call
    assert cleo.told("call-refused")


def test_the_pen_goes_to_another_member_who_then_admits(world, people):
    ada, bob, cleo, _ = people
    ada.do(fx.Handover(cleo.member))
    world.run(1_000)
    assert cleo.phase.is_host
    assert not ada.phase.is_host
    late = world.join(hospital().enrol("Late"))
    world.until(lambda: cleo.lobby.waiting)
    cleo.do(fx.Admit(cleo.lobby.waiting[0].knock))
    world.until(lambda: late.inside)
    world.run(2_500)
    assert late.names() == ada.names() == ["Ada", "Bob", "Cleo", "Eve", "Late"]
    late.send(b"hello")
    world.run(100)
    assert bob.heard(b"hello")
    assert not any(who.troubles for who in (ada, bob, cleo))


def test_a_host_who_leaves_gives_the_pen_to_the_next(world, people):
    ada, bob, cleo, _ = people
    ada.do(fx.Leave())
    world.run(6_000)
    assert ada.phase.reason == "left"
    assert bob.phase.is_host
    assert cleo.names() == ["Bob", "Cleo", "Eve"]


def test_the_end_is_the_end_for_all(world, people):
    people[0].do(fx.Leave(end=True))
    world.run(500)
    assert [who.phase.reason for who in people] == ["ended"] * 4


def test_a_relay_that_dies_costs_nobody_the_seat(world, people):
    members = [who.member for who in people]
    world.crash_relay(2_500)
    world.run(500)
    assert all(who.inside for who in people)
    assert [who.member for who in people] == members
    people[1].send(b"still here")
    world.run(100)
    assert people[2].heard(b"still here")
    assert not any(who.troubles for who in people)


def test_a_machine_that_slept_comes_back_with_new_keys(world, people):
    _, bob, cleo, _ = people
    member = bob.member
    bob.alive = False
    world.run(12_000)
    bob.alive = True
    world.until(lambda: bob.inside and bob.member not in (b"", member))
    world.run(2_500)
    assert len(cleo.roster.people) == 4
    bob.send(b"awake")
    world.run(100)
    assert cleo.heard(b"awake")


def test_somebody_silent_for_half_a_minute_leaves_the_roster(world, people):
    _, bob, cleo, _ = people
    world.hang_up(bob)
    bob.alive = False
    world.run(8_000)
    assert not cleo.sees_live(bob)
    world.run(35_000)
    assert cleo.names() == ["Ada", "Cleo", "Eve"]
