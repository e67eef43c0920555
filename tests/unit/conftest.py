from __future__ import annotations

import time

import pytest

from app import i18n
from tests.unit.relay.harness import RelayProcess


@pytest.fixture
def relay(tmp_path):
    """A relay process; what is left of it must end in order."""
    relay = RelayProcess(tmp_path).start()
    yield relay
    if relay.process.poll() is None:
        assert relay.stop() == 0


@pytest.fixture
def paris(monkeypatch):
    """The machine's clock is set to Paris, and it speaks French."""
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    i18n.set_language("fr")
    yield
    monkeypatch.undo()
    time.tzset()
    i18n.set_language("fr")
