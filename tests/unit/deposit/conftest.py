from __future__ import annotations

import pytest

from tests.unit.relay.harness import RelayProcess


@pytest.fixture
def relay(tmp_path):
    relay = RelayProcess(tmp_path).start()
    yield relay
    if relay.process.poll() is None:
        assert relay.stop() == 0
