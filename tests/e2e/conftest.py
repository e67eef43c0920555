from __future__ import annotations

import pytest

from tests.e2e.house import ROOM
from tests.sound import Pulse


@pytest.fixture
def pulse(tmp_path_factory):
    """The sound of two desks, on a server of their own."""
    server = Pulse(tmp_path_factory.mktemp("pulse"), ROOM)
    yield server
    server.close()
