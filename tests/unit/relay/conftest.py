from __future__ import annotations

import asyncio

import pytest

from tests.unit.relay.harness import Meeting


@pytest.fixture
def call(relay):
    """Run a coroutine with a meeting at the relay; its links are closed in the end."""

    def run(scenario):
        async def whole():
            meeting = Meeting(relay)
            try:
                await asyncio.wait_for(scenario(meeting), 60)
            finally:
                await meeting.close()

        asyncio.run(whole())

    return run
