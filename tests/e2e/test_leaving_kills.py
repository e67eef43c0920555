"""A desk is killed (SIGKILL) while it gives documents to the record: what leaves is known to its author, what is known to leave leaves, once."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from storage.outgoing import Stage
from storage.vault import Vault
from tests.e2e.test_fanout import Desk, Site, send
from tests.harness.adt import adt
from tests.harness.cheap import CHEAP
from tests.harness.postal import PASSWORD, until
from tests.unit.fanout.test_documents import Ehr

if TYPE_CHECKING:
    from pathlib import Path

STEPS = tuple((step, when) for step in ("begin", "say", "given") for when in ("before", "after"))
COUNT = 12


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    made.close()


async def leave(folder: Path, step: str, when: str, first: int, count: int, kill_after: int = 0) -> set[int]:
    """Let the desk give documents in another process until that is dead; return those that it said were given."""
    command = (sys.executable, "-m", "tests.harness.leaver", str(folder), step, when, str(first), str(count))
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    said: set[int] = set()
    while (not kill_after or len(said) < kill_after) and (line := await process.stdout.readline()):
        said.add(int(line))
    if kill_after:
        process.kill()
    assert await process.wait() < 0, "it was to be killed"
    return said


def played(site: Site, story) -> None:
    """Let *story* leave documents of a desk; those that it returns, and all that the desk knows of, reach the record once."""

    async def run() -> None:
        async with Ehr() as ehr:
            port = site.start("--record", f"127.0.0.1:{ehr.port}")
            await send(port, adt("A28^ADT_A05", "1", 1))
            desk = await Desk.enrol(site, "Dr Essai Un", "2101")
            await site.house.refresh(desk.vault)
            await asyncio.to_thread(desk.vault.lock)
            folder = site.folder / "desk 1"
            kept = await story(folder)
            desk.vault = await asyncio.to_thread(Vault.unlock, folder, PASSWORD, CHEAP)
            await desk.open()

            async def settled():
                rows = await desk.out.every()
                return rows if {one.stage for one in rows} <= {Stage.ACCEPTED} else None

            rows = await until(settled, 150)
            known = {int.from_bytes(one.id, "little") for one in rows}
            titles = [raw.split(b"Lettre ")[1].split(b"|")[0].split(b"^")[0] for raw in ehr.got]
            assert kept <= known
            assert sorted(map(int, titles)) == sorted(known), "sent unseen, seen unsent, or sent twice"
            await desk.close()
            desk.vault.lock()

    asyncio.run(run())


def test_a_document_survives_a_kill_at_each_step(site):
    async def story(folder):
        for number, (step, when) in enumerate(STEPS):
            assert await leave(folder, step, when, number, 1) == set()
        return set(range(1, len(STEPS)))  # of the first nothing was kept

    played(site, story)


def at_random(site: Site, rounds: int, chance: random.Random) -> None:
    async def story(folder):
        kept: set[int] = set()
        for number in range(rounds):
            kept |= await leave(folder, "none", "", number * COUNT, COUNT, chance.randrange(1, COUNT))
        return kept

    played(site, story)


@pytest.mark.long
def test_documents_survive_kills_at_any_moment(site):
    at_random(site, 15, random.Random(11))
