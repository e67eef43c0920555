from __future__ import annotations

import asyncio

import pytest

from tests.unit.mailbox.people import enter


@pytest.fixture
def meet(relay):
    """Run a scenario with two mailboxes at the relay."""

    def run(scenario):
        async def whole():
            mine, theirs = await enter(relay), await enter(relay)
            try:
                await asyncio.wait_for(scenario(mine, theirs), 60)
            finally:
                await mine.close()
                await theirs.close()

        asyncio.run(whole())

    return run
