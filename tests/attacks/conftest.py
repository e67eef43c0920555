from __future__ import annotations

import pytest

from tests.harness.hospital import hospital
from tests.harness.world import World


@pytest.fixture
def devices():
    """Ada (first host), Bob (second host), Cleo and Eve."""
    return [hospital().enrol(name) for name in ("Ada", "Bob", "Cleo", "Eve")]


@pytest.fixture
def world(devices):
    return World(devices[:2])


@pytest.fixture
def people(world, devices):
    """All four in one call that Ada hosts."""
    return world.gather(*devices)
