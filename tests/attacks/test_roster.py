"""The one-writer chain under a lying relay and a lying member."""

from __future__ import annotations

from media.keys.sign import signed
from media.room import controls as say
from media.room import effects as fx
from media.room.messages import ADD, LOCK, REKEY, REMOVE, UNLOCK, Op, digest
from media.room.senderkeys import ratchet
from tests.harness.hospital import hospital


def cut(world, *people):
    """Let the relay drop everything from and to these people."""
    world.rule(lambda packet: [] if packet.by in people or packet.to in people else [packet])


def forged_link(writer, ops, joins=(), by=None):
    """A link as *writer* would sign it."""
    link = writer.meeting.roster.draft(ops, joins)
    if by is not None:
        object.__setattr__(link, "by", by)
    body = link.encode()
    return say.News(signed(body, writer.meeting.keys.cs.sign(body)), tuple(joins)).encode()


def tell(world, by, payload, to=fx.EVERYONE):
    """Let *by* say a control payload of any content."""
    by.meeting._say_payload(payload, to)
    world.feed(by, fx.Tick())


def test_a_link_by_somebody_else_than_the_host_is_refused_and_shown(world, people):
    ada, bob, cleo, eve = people
    claimed = forged_link(bob, [Op(REMOVE, eve.member, eve.call.slot)], by=ada.member)
    tell(world, bob, claimed)
    world.run(1_000)
    assert ada.told("link-forged")
    assert cleo.told("link-forged")
    assert len(cleo.roster.people) == 4
    assert eve.inside


def test_a_host_that_adds_a_ghost_without_a_request_is_refused(world, people):
    ada, bob, *_ = people
    ghost = forged_link(ada, [Op(LOCK)])
    link = ada.meeting.roster.draft([Op(LOCK)], [])
    object.__setattr__(link, "ops", (Op(ADD, digest(b"nobody"), 40),))
    body = link.encode()
    ghost = say.News(signed(body, ada.meeting.keys.cs.sign(body)), ()).encode()
    tell(world, ada, ghost)
    world.run(500)
    assert bob.told("ghost")
    assert len(bob.roster.people) == 4


def test_a_host_that_brings_back_an_old_request_is_refused(world, people):
    """False attendance: Eve left, the host writes her back in with her old request."""
    ada, bob, cleo, eve = people
    old = ada.meeting.roster.seats[eve.call.slot].obj
    eve.do(fx.Leave())
    world.run(8_000)
    tell(world, ada, forged_link(ada, [Op(ADD, digest(old), 40)], [old]))
    world.run(2_000)
    assert bob.told("ghost")
    assert cleo.told("ghost")


def test_two_links_of_one_number_stop_both_halves_in_red(world, people):
    ada, bob, cleo, eve = people
    one, two = forged_link(ada, [Op(LOCK)]), forged_link(ada, [Op(LOCK), Op(UNLOCK)])
    tell(world, ada, one, bob.call.slot)
    tell(world, ada, two, cleo.call.slot)
    world.run(1_000)
    for who in (bob, cleo):
        assert who.told("fork")
        assert who.phase.reason == "fork"
        assert not who.send(b"no more")
    assert eve.inside


def test_two_links_with_fresh_keys_are_found_out_as_well(world, people):
    ada, bob, cleo, _ = people
    one, two = forged_link(ada, [Op(REKEY)]), forged_link(ada, [Op(REKEY), Op(LOCK)])
    tell(world, ada, one, bob.call.slot)
    tell(world, ada, two, cleo.call.slot)
    world.run(1_000)
    assert bob.told("fork")
    assert cleo.told("fork")


def test_a_removal_withheld_stops_the_one_it_is_withheld_from(world, people):
    ada, bob, _, eve = people
    world.rule(lambda packet: [] if packet.control and (packet.by, packet.to) == (ada, bob) else [packet])
    ada.do(fx.Remove(eve.member))
    world.run(4_500)
    assert bob.told("link-missing")
    assert bob.phase.phase == "reconnecting"
    assert not bob.send(b"Eve would hear this")
    world.obey()
    world.until(lambda: bob.inside)
    assert bob.names() == ["Ada", "Bob", "Cleo"]


def test_a_link_lost_on_the_way_is_asked_for_and_nobody_leaves(world, people):
    ada, bob, _, eve = people
    member = bob.member
    world.rule(lambda packet: [] if packet.control and packet.to is bob else [packet])
    ada.do(fx.Remove(eve.member))
    world.run(300)
    world.obey()
    world.run(4_000)
    assert bob.inside
    assert bob.member == member
    assert bob.names() == ["Ada", "Bob", "Cleo"]
    bob.send(b"back")
    ada.send(b"good")
    world.run(200)
    assert ada.heard(b"back")
    assert bob.heard(b"good")


def test_control_delayed_by_a_minute_stops_its_receiver(world, people):
    ada, bob, *_ = people
    world.rule(lambda packet: [packet.later(60_000)] if packet.control and packet.to is bob else [packet])
    world.run(7_000)
    assert not bob.sees_live(ada)
    world.until(lambda: bob.phase.phase == "reconnecting", 5_000)
    assert not bob.send(b"to whom?")


def test_thirty_joins_while_one_is_cut_off_leave_everybody_together(world, people):
    _, bob, *_ = people
    cut(world, bob)
    crowd = [world.join(hospital().enrol(f"Guest {number}")) for number in range(30)]
    world.until(lambda: all(who.inside for who in crowd))
    world.run(1_000)
    assert not any(who.heard(b"x") for who in crowd)
    world.obey()
    world.until(lambda: bob.inside and len(bob.roster.people) == 34, 8_000)
    world.run(4_000)
    bob.send(b"here again")
    crowd[7].send(b"welcome")
    world.run(200)
    assert all(who.heard(b"here again") for who in crowd)
    assert bob.heard(b"welcome")


def test_an_evicted_member_opens_nothing_that_is_said_afterwards(world, people):
    """The relay forgets to evict Eve and shows her everything; her keys were never taken from her."""
    ada, bob, cleo, eve = people
    inside, world.relay.obeys_evictions = eve.meeting, False
    overheard = []

    @world.rule
    def show_eve(packet):
        if packet.by is not eve and packet.to is cleo and packet.by:
            overheard.append(packet)
        return [packet]

    ada.do(fx.Remove(eve.member))
    world.run(20)
    overheard.clear()
    bob.send(b"she is gone")
    bob.do(fx.Say("at last"))
    world.run(3_000)
    assert cleo.heard(b"she is gone")
    inside.out.clear()
    inside.outcome = None
    step = bob.meeting.own.step
    for peer in inside._peers.values():
        peer._set(step.n, ratchet(peer._bases[step.n - 1], inside.call, step))
    for packet in overheard:
        if packet.media:
            inside.frame(world.now_ms, *packet.event)
        else:
            inside.control(world.now_ms, packet.event.slot, packet.event.data)
    inside.tick(world.now_ms + 5_000)
    shown = [effect for effect in inside.out if type(effect).__name__ in ("MediaFrame", "ChatLine")]
    assert shown == []


def test_a_certificate_is_asked_for_once_and_a_member_without_one_is_never_hidden(world, people):
    ada, bob, *_ = people
    new = world.join(hospital().enrol("New"))
    world.rule(
        lambda packet: (
            [] if packet.control and packet.by is ada and packet.event.data[0] == say.LETTER else [packet]
        )
    )
    world.until(lambda: new.inside)
    world.run(400)
    assert "?" in bob.names()
    world.obey()
    world.run(3_000)
    assert "New" in bob.names()
    assert not bob.told("ghost")
