"""The glue alone: what a session says when its call cannot go on, without a relay."""

from __future__ import annotations

import asyncio

from media.errors import TrustError
from media.patience import within
from media.room.session import Session
from tests.harness.hospital import Appointment, hospital


def session() -> Session:
    device = hospital().enrol("Ada")

    async def sign(body: bytes) -> bytes:
        return device.signer.sign(body)

    plan = Appointment([device]).plan(device, relay_host="127.0.0.1", relay_port=9)
    return Session(plan, sign)


def test_a_relay_that_is_not_there_is_told_once_and_left_at_once():
    async def scenario():
        ada, phases, told = session(), [], asyncio.Event()
        ada.phase.subscribe(phases.append)
        ada.phase.subscribe(lambda phase: phase.reason and told.set())
        await ada.start()
        await within(30, told.wait())
        await asyncio.sleep(0.7)  # it tries again, and says no more of it
        await ada.leave()
        return [(phase.phase, phase.reason) for phase in phases]

    told = asyncio.run(scenario())
    assert told == [("connecting", ""), ("connecting", "unreachable"), ("ended", "left")]


def test_a_call_that_fails_ends_and_says_so():
    class Broken:
        ended = False

        def feed(self, *_):
            raise TrustError("ghost")

    ada, phases = session(), []
    ada.phase.subscribe(phases.append)
    ada._call = Broken()
    ada.chat("anybody?")
    assert [(phase.phase, phase.reason) for phase in phases] == [("ended", "internal")]
    ada.send(1, 2, b"no more")
    ada.chat("nobody")
    assert len(phases) == 1


def test_secrets_are_not_printed():
    plan = session()._plan
    for secret in (plan.secret, plan.invitation_secret, plan.relay_key):
        assert repr(secret) not in repr(plan)
