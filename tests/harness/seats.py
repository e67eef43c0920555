"""A seat in a real meeting at a real relay, taken as the engine takes it from what the window hands it."""

from __future__ import annotations

import asyncio
import contextlib

from media.keys import invite
from media.room.plan import JoinPlan
from media.room.session import Session as RoomSession


@contextlib.asynccontextmanager
async def seated(session, made, signer, **more):
    """Join with the link; fails the test where nobody lets it in."""
    link = invite.Link.parse(made)
    relay = session.relays[0]

    async def sign(body):
        return signer(body)

    joined = RoomSession(
        JoinPlan(
            relay_host=link.host,
            relay_port=link.port,
            relay_pin=relay.pin,
            tag=link.tag,
            secret=link.secret,
            invite_hash=link.invite_hash,
            certificate=session.certificate,
            trust=session.trust,
            relay_key=session.relay_key,
            admit_certified=True,
            **more,
        ),
        sign,
    )
    phases = []
    joined.phase.subscribe(lambda phase: phases.append((phase.phase, phase.reason)))
    await joined.start()
    try:
        async with asyncio.timeout(60):
            while not any(phase == "in-call" for phase, _ in phases):
                await asyncio.sleep(0.02)
                assert not any(phase == "ended" for phase, _ in phases), phases
        yield joined
    finally:
        await joined.leave()
