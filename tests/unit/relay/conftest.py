from __future__ import annotations

import asyncio

import pytest

from tests.unit.relay.harness import Meeting, RelayProcess


@pytest.fixture
def relay(tmp_path):
    relay = RelayProcess(tmp_path).start()
    yield relay
    if relay.process.poll() is None:
        assert relay.stop() == 0


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
