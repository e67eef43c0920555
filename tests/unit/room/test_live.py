"""Sessions in one process at the real relay process: keys, frames, removal, and a relay that is killed."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from media import wire
from media.keys import invite
from media.link import OrganisationProof, RelayAddress, put_blob
from media.room.callcode import MAX_ROUNDS
from media.room.session import Session
from tests.harness.hospital import Appointment, hospital
from tests.unit.relay.harness import PATIENCE_S, RelayProcess, soon

NAMES = ("Ada", "Bob", "Cleo", "Dan", "Eve")


class Seated:
    """A session and what it told."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.phases, self.codes, self.troubles, self.frames, self.rosters = [], [], [], [], []
        self.asked = []
        session.asked.subscribe(self.asked.append)
        session.phase.subscribe(self.phases.append)
        session.code.subscribe(self.codes.append)
        session.trouble.subscribe(self.troubles.append)
        session.frame.subscribe(self.frames.append)
        session.roster.subscribe(self.rosters.append)

    @property
    def inside(self) -> bool:
        return bool(self.phases) and self.phases[-1].phase == "in-call"

    @property
    def member(self) -> bytes:
        return next((person.member for person in self.session.people() if person.me), b"")

    def heard(self, payload: bytes) -> bool:
        return any(frame.payload == payload for frame in self.frames)


async def ask_code(host: Seated) -> None:
    """Ask for the call code until a round, of the three that there may be, is not void."""
    for _ in range(MAX_ROUNDS):
        before = len(host.codes)
        host.session.ask_code()
        await until(lambda before=before: {one.state for one in host.codes[before:]} & {"ready", "void"})
        if host.codes[-1].state == "ready":
            return


async def until(condition, seconds: float = PATIENCE_S) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- what is waited for are events of five sessions
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def meeting(relay: RelayProcess):
    """Five people in one call at *relay*; the first is the host."""
    house = hospital()
    devices = [house.enrol(name) for name in NAMES]
    plans = relay.appointment
    made = Appointment(devices[:2], relay=f"localhost:{relay.port}")
    made.relay_key = plans
    blob = invite.seal_blob(made.secret, made.tag, made.invite.signed, devices[0].certificate)
    address = RelayAddress("127.0.0.1", relay.port, relay.pin)
    await put_blob(address, OrganisationProof(plans.public, plans.sign), made.tag, blob)
    people = []
    for device in devices:

        async def sign(body: bytes, device=device) -> bytes:
            return device.signer.sign(body)

        place = {"relay_host": "127.0.0.1", "relay_port": relay.port, "relay_pin": relay.pin}
        session = Session(made.plan(device, admit_certified=True, **place), sign)
        people.append(Seated(session))
        await session.start()
        await until(lambda: people[0].inside)
    try:
        await until(lambda: all(len(one.session.people()) == len(NAMES) for one in people))
        yield people
    finally:
        for one in reversed(people):
            await one.session.leave()


@pytest.fixture
def relay(tmp_path):
    from media.keys.sign import Signer
    from tests.unit.relay.harness import ORGANISATION

    relay = RelayProcess(tmp_path)
    relay.appointment = Signer(bytes(ORGANISATION))
    relay.start()
    yield relay
    if relay.process.poll() is None:
        relay.stop()


def run(scenario, relay):
    async def whole():
        async with meeting(relay) as people:
            await scenario(people)

    asyncio.run(whole())


def test_five_meet_with_equal_codes_and_a_removed_one_hears_no_more(relay):
    async def scenario(people):
        host, *others = people
        await asyncio.sleep(0.7)
        await ask_code(host)
        await until(lambda: all(one.codes and one.codes[-1].state == "ready" for one in people))
        assert len({one.codes[-1].digits for one in people}) == 1
        for one in people:
            one.session.send(wire.VOICE, wire.FLAG_VOICE, one.member)
        await until(
            lambda: all(one.heard(other.member) for one in people for other in people if one is not other)
        )
        gone = others[-1]
        host.session.remove(gone.member)
        await until(lambda: gone.phases[-1].reason == "removed")
        await until(lambda: all(len(one.session.people()) == 4 for one in people[:-1]))
        host.session.send(wire.VOICE, wire.FLAG_VOICE, b"secret")
        await until(lambda: all(one.heard(b"secret") for one in others[:-1]))
        assert not gone.heard(b"secret")
        assert [one.troubles for one in people] == [[]] * 5

    run(scenario, relay)


def test_a_killed_relay_costs_three_seconds_and_nobody(relay):
    async def scenario(people):
        members = [one.member for one in people]
        relay.kill()
        await until(lambda: all(one.phases[-1].phase == "reconnecting" for one in people))
        relay.start()
        await soon(lambda: all(one.inside for one in people), 3)
        assert [one.member for one in people] == members
        people[1].session.send(wire.VOICE, wire.FLAG_VOICE, b"still here")
        await until(lambda: people[2].heard(b"still here"))
        assert [one.troubles for one in people] == [[]] * 5
        assert all(len(one.session.people()) == 5 for one in people)

    run(scenario, relay)


def test_hands_keep_their_order_over_a_killed_relay_and_a_handover_and_only_the_host_mutes(relay):
    def orders(people):
        hands = [{one.hand: one.name for one in who.session.people() if one.hand} for who in people]
        return [[up[number] for number in sorted(up)] for up in hands]

    async def scenario(people):
        ada, bob, cleo, dan, eve = people
        await asyncio.sleep(2.5)
        for number, who in enumerate((eve, cleo, dan), 1):
            who.session.raise_hand(True)
            await until(lambda number=number: all(len(one) == number for one in orders(people)))
        assert orders(people) == [["Eve", "Cleo", "Dan"]] * 5
        relay.kill()
        await until(lambda: all(one.phases[-1].phase == "reconnecting" for one in people))
        relay.start()
        await until(lambda: all(one.inside for one in people))
        ada.session.handover(bob.member)
        await until(lambda: bob.phases[-1].is_host)
        assert orders(people) == [["Eve", "Cleo", "Dan"]] * 5
        ada.session.ask_mute()
        bob.session.give_floor(eve.member)
        bob.session.ask_mute(cleo.member)
        await until(lambda: orders(people) == [["Cleo", "Dan"]] * 5)
        await until(lambda: cleo.asked)
        assert [one.asked for one in (ada, bob, dan)] == [[]] * 3
        assert [(one.asked[0].what, one.asked[0].name) for one in (cleo, eve)] == [
            ("mute", "Bob"),
            ("floor", "Bob"),
        ]

    run(scenario, relay)


@pytest.mark.long
def test_a_host_that_dies_is_followed_at_the_real_relay(relay):
    async def scenario(people):
        dead, heir, *others = people
        dead.session._ticker.cancel()
        await dead.session._link.close()
        await until(lambda: heir.inside and heir.phases[-1].is_host, 25)
        await until(lambda: all(one.inside and len(one.session.people()) == 4 for one in (heir, *others)), 15)
        for _ in range(20):
            heir.session.send(wire.VOICE, wire.FLAG_VOICE, b"on we go")
            await asyncio.sleep(0.05)
        await until(lambda: all(one.heard(b"on we go") for one in others))
        dead.session._call.ended = True

    run(scenario, relay)
