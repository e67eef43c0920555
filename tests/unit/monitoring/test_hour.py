"""The clock of deadlines over a real vault: what is done to the PC's clock while Consilium is closed, or months ahead."""

from __future__ import annotations

import asyncio

import pytest

from app.monitoring.hour import DAY_MS, Hour
from storage.vault import Vault
from tests.harness.cheap import CHEAP

PASSWORD = "mot de passe"
NOW = 1_772_359_200_000
HOUR_MS = 3_600_000


class Program:
    """One run of Consilium on a PC whose clocks a test sets."""

    def __init__(self, folder, wall_ms, signed_ms):
        self.wall, self.steady = wall_ms, 0
        self.vault = Vault.unlock(folder, PASSWORD, CHEAP)
        self.hour = Hour(lambda: self.wall, lambda: self.steady)
        asyncio.run(self.hour.begin(self.vault))
        self.hour.heard(signed_ms // 1000)
        self.keep()

    def keep(self):
        asyncio.run(self.hour.keep(self.vault))

    def passes(self, ms):
        self.wall, self.steady = self.wall + ms, self.steady + ms
        self.keep()
        return self.hour.now_ms()

    def close(self):
        self.vault.lock()


@pytest.fixture
def run(tmp_path):
    Vault.create(tmp_path / "profile", PASSWORD, CHEAP)[0].lock()
    made = []

    def start(wall_ms, signed_ms=NOW):
        for one in made:
            one.close()
        made[:] = [Program(tmp_path / "profile", wall_ms, signed_ms)]
        return made[0]

    yield start
    for one in made:
        one.close()


def test_a_clock_set_back_while_consilium_was_closed_gives_no_more_time(run):
    first = run(NOW)
    assert first.passes(HOUR_MS) == NOW + HOUR_MS
    again = run(NOW - 5 * HOUR_MS)
    assert again.hour.now_ms() == NOW + HOUR_MS
    assert again.hour.behind_ms() == 6 * HOUR_MS
    assert again.passes(HOUR_MS) == NOW + 2 * HOUR_MS
    third = run(NOW - 4 * HOUR_MS)
    assert third.hour.now_ms() == NOW + 2 * HOUR_MS, "what passed meanwhile was kept, too"
    right = run(NOW + 3 * HOUR_MS)
    assert (right.hour.now_ms(), right.hour.behind_ms()) == (NOW + 3 * HOUR_MS, 0)


def test_months_ahead_are_believed_while_they_last_and_freeze_nothing(run):
    ahead = run(NOW + 90 * DAY_MS)
    assert ahead.hour.now_ms() == NOW + 90 * DAY_MS
    ahead.passes(HOUR_MS)
    ahead.wall = NOW + 2 * HOUR_MS
    assert ahead.hour.now_ms() == NOW + 2 * HOUR_MS, "put right while it runs"
    mended = run(NOW + 3 * HOUR_MS)
    assert (mended.hour.now_ms(), mended.hour.behind_ms()) == (NOW + 3 * HOUR_MS, 0)


def test_hours_ahead_count_until_they_are_over_and_no_longer(run):
    run(NOW).passes(HOUR_MS)
    run(NOW + 10 * HOUR_MS).passes(HOUR_MS)
    mended = run(NOW + 2 * HOUR_MS)
    assert mended.hour.behind_ms() == 9 * HOUR_MS, (
        "nobody can tell this from a clock that was set back: it is said"
    )
    assert run(NOW + 12 * HOUR_MS).hour.behind_ms() == 0


def test_far_from_the_organisation_a_clock_set_back_still_stops_nothing(run):
    first = run(NOW, signed_ms=NOW - 5 * DAY_MS)
    assert first.hour.now_ms() == NOW, "offline for days the PC's clock is all there is"
    first.hour.heard(NOW // 1000)
    first.passes(HOUR_MS)
    assert run(NOW - DAY_MS).hour.now_ms() == NOW + HOUR_MS
