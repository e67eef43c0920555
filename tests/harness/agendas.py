"""The agenda of a desk without a window, tied to its post office as the window ties it."""

from __future__ import annotations

import asyncio

from app.meeting.agenda.convening import Convening
from app.meeting.agenda.planning import Planning
from tests.harness.postal import until


def agenda(desk) -> Planning:
    """Give a desk that was opened its agenda, as the window does."""
    desk.planning = Planning(desk.clock.now_ms)
    desk.convening = Convening(desk.planning, desk.post, desk.clock.now_ms)
    desk.planning.sign_in(desk.session)
    desk.alerts = []
    desk.convening.came.subscribe(lambda _: desk.alerts.append("invited"))
    return desk.planning


async def known(desk) -> list:
    return await asyncio.wrap_future(desk.vault.meetings.upcoming(0))


async def gets(desk, true=lambda _one: True):
    """Wait for the one meeting of a desk's agenda to be so."""

    async def found():
        rows = await known(desk)
        return rows[0] if len(rows) == 1 and true(rows[0]) else None

    return await until(found)
