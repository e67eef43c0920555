"""A desk and the relay are killed (SIGKILL) at any moment while messages go: none that was kept is lost, none is shown twice."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys

import pytest

from tests.harness.correspondents import Clinic
from tests.harness.postal import until

COUNT = 40


def killed(tmp_path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)

    async def run() -> None:
        clinic = Clinic(tmp_path)
        try:
            bruno = await clinic.desk("Bruno Bel")
            alice = await clinic.desk("Alice Aubry")
            clinic.desks = [bruno, alice]
            await clinic.settle()
            await alice.close()
            kept: list[str] = []
            for number in range(rounds):
                kept += await _mail_until_killed(alice, bruno, f"tour {number}", chance)
                if chance.random() < 0.5:
                    clinic.relay.kill()
                    clinic.relay.start()
            await alice.reopen()
            await alice.online()
            await bruno.hears(kept[-1])

            async def empty():
                return not await alice.parcels()

            await until(empty, 90)
            await _all_there(bruno, kept)
        finally:
            await clinic.end()

    asyncio.run(run())


async def _mail_until_killed(alice, bruno, prefix: str, chance: random.Random) -> list[str]:
    """Start the mailer, kill it after some of its messages; return what it said was kept."""
    command = [
        sys.executable,
        "-m",
        "tests.harness.mailer",
        str(alice.folder),
        bruno.user.hex(),
        prefix,
        str(COUNT),
    ]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    said, last = [], chance.randrange(1, COUNT)
    while len(said) < last and (line := await process.stdout.readline()):
        said.append(line.decode().strip())
    process.kill()
    await process.wait()
    return said


async def _all_there(bruno, kept: list[str]) -> None:
    thread = await bruno.thread()

    async def found():
        page = await bruno.messages.page(thread.id, limit=10_000)
        return page if set(kept) <= {one.text for one in page} else None

    page = await until(found, 90)
    texts = [one.text for one in page]
    assert len(texts) == len(set(texts)), "shown twice"
    assert [text for text in texts if text in set(kept)] == kept, "another order than was written"
    assert {one.warning for one in page} == {""}, "a gap where nothing was lost"


def test_nothing_that_was_kept_is_lost_or_doubled(tmp_path):
    killed(tmp_path, rounds=3, seed=5)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_nothing_that_was_kept_is_lost_or_doubled_however_often(tmp_path, seed):
    killed(tmp_path, rounds=12, seed=seed)
