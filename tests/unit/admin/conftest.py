from __future__ import annotations

import pytest

from storage.slots import KdfCost
from tests.harness.cheap import CHEAP


@pytest.fixture(autouse=True, scope="module")
def _cheap():
    """IT's commands run in the test's own process: its passwords cost nothing. What one costs on a site is held in tests/unit/storage."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KdfCost.__init__, "__defaults__", (CHEAP.cost.ops, CHEAP.cost.mem_kib))
        yield
