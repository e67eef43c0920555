from __future__ import annotations

from media.room import effects as fx
from tests.harness.hospital import guest, hospital
from tests.harness.world import World


def test_a_host_alone_opens_the_room_and_is_in():
    house = hospital()
    world = World([house.enrol("Ada")])
    host = world.join(world.appointment.organiser)
    world.run(500)
    assert host.inside
    assert host.phase.is_host
    assert host.names() == ["Ada"]


def test_three_meet_hear_each_other_and_chat():
    house = hospital()
    ada, bob, eve = (house.enrol(name) for name in ("Ada", "Bob", "Eve"))
    world = World([ada])
    a, b, c = world.gather(ada, bob, eve)
    assert a.names() == b.names() == c.names() == ["Ada", "Bob", "Eve"]
    for who in (a, b, c):
        who.send(who.name.encode())
        who.do(fx.Say(f"bonjour de {who.name}"))
    world.run(200)
    for who in (a, b, c):
        for other in (a, b, c):
            assert who is other or who.heard(other.name.encode())
        assert len(who.chat) == 3
        assert who.troubles == []


def test_what_is_said_and_asked_in_the_moment_of_a_join_reaches_the_newcomer():
    house = hospital()
    ada, bob, eve = (house.enrol(name) for name in ("Ada", "Bob", "Eve"))
    world = World([ada])
    a, b = world.gather(ada, bob)
    c = world.join(eve)
    world.until(lambda: len(a.names()) == 3)
    a.do(fx.Say("bienvenue"))
    a.do(fx.AskCode())
    world.run(3_000)
    assert [line.text for line in c.chat] == ["bienvenue"]
    digits = {who.codes[-1].digits for who in (a, b, c)}
    assert len(digits) == 1
    assert digits != {""}


def test_a_guest_waits_for_the_click():
    house = hospital()
    world = World([house.enrol("Ada")])
    host = world.join(world.appointment.organiser, admit_certified=True)
    world.run(500)
    visitor = world.join(guest("Dr Nobody"))
    world.run(3_000)
    assert visitor.phase.phase == "waiting"
    [waiting] = host.lobby.waiting
    assert (waiting.name, waiting.trust) == ("Dr Nobody", "guest")
    host.do(fx.Admit(waiting.knock))
    world.until(lambda: visitor.inside, 3_000)
    assert host.lobby.waiting == []
