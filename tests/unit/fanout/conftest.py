from __future__ import annotations

import pytest

from tests.harness.feeds import Site


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    made.close()
