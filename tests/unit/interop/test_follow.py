"""The cache follows the inbox: from wherever it stands, past what cannot be applied, whoever kept the messages."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager, suppress

import pytest

from app.interop.follow import Follower
from app.interop.state import Progress
from storage.errors import DiskTrouble
from storage.inbox import Incoming, Reason
from storage.patients.ledger import Ledger
from tests.harness.adt import adt

NOW_MS = 1_775_000_000_000


def keep(vault, *numbers: int) -> list[int]:
    made = [Incoming("GAM|CH", f"M{n}", adt("A28^ADT_A05", f"M{n}", n, minute=n), NOW_MS) for n in numbers]
    return [one.result().seq for one in [vault.inbox.keep(message) for message in made]]


def names(vault) -> set[str]:
    return {one.birth_name for one in vault.patients.every().result()}


def expected(*numbers: int) -> set[str]:
    return {f"ESSAI{n}" for n in numbers}


@asynccontextmanager
async def following(vault):
    follower = Follower(vault.inbox, vault.patients, lambda: NOW_MS)
    task = asyncio.create_task(follower.run())
    try:
        yield follower
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(event, holds) -> None:
    told = asyncio.Event()
    leave = event.subscribe(lambda _value: told.set())
    async with asyncio.timeout(30):
        while not holds():
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), 0.1)
            told.clear()
    leave()


def test_it_catches_up_from_where_the_cache_stands_and_tells_how_far(vault):
    keep(vault, *range(600))
    seen: list[Progress] = []

    async def act():
        follower = Follower(vault.inbox, vault.patients, lambda: NOW_MS)
        follower.progress.subscribe(seen.append)
        await follower.catch_up()
        keep(vault, 600)
        await follower.catch_up()

    asyncio.run(act())
    assert vault.patients.count().result() == 601
    assert seen == [Progress(256, 600), Progress(512, 600), Progress(600, 600), Progress(1, 1)]
    assert vault.patients.applied().result() == vault.inbox.newest().result()


def test_it_tells_which_patients_changed(vault):
    told: list[frozenset[int]] = []

    async def act():
        async with following(vault) as follower:
            follower.changed.subscribe(told.append)
            keep(vault, 1)
            await until(follower.changed, lambda: told)
            keep(vault, 2)
            await until(follower.changed, lambda: len(told) > 1)

    asyncio.run(act())
    shown = {one.id: one.birth_name for one in vault.patients.every().result()}
    assert [{shown[n] for n in ids} for ids in told] == [{"ESSAI1"}, {"ESSAI2"}]


def test_a_cleared_cache_is_made_again_the_same(vault):
    keep(vault, *range(30))

    async def act():
        async with following(vault) as follower:
            await until(follower.progress, lambda: names(vault) == expected(*range(30)))
            vault.patients.clear().result()
            await until(follower.progress, lambda: names(vault) == expected(*range(30)))

    asyncio.run(act())


def test_a_message_that_cannot_be_applied_is_put_away_and_the_others_go_on(vault, monkeypatch):
    seqs = keep(vault, 1, 2, 3)
    note = Ledger.note
    broken = [True]

    def fails(ledger, seq, facts):
        if broken[0] and any(one.key.ipp == "00000002" for one in facts):
            raise KeyError("a fold that fails")
        return note(ledger, seq, facts)

    monkeypatch.setattr(Ledger, "note", fails)

    async def act():
        async with following(vault) as follower:
            await until(follower.progress, lambda: vault.inbox.waiting().result() == 1)
            await until(follower.progress, lambda: names(vault) == expected(1, 3))
            (put,) = vault.inbox.quarantined().result()
            assert (put.reason, put.detail, put.control_id) == (Reason.APPLY, "KeyError", "M2")
            broken[0] = False
            again = vault.inbox.replay(put.id, put.sender, put.control_id, NOW_MS).result()
            assert again > seqs[-1]
            await until(follower.progress, lambda: names(vault) == expected(1, 2, 3))

    asyncio.run(act())


def test_a_disk_that_refuses_loses_nothing(vault, monkeypatch):
    monkeypatch.setattr("app.interop.follow.AGAIN_AFTER_S", 0.05)
    keep(vault, 1)
    apply, refusals = vault.patients.apply, iter([DiskTrouble("cache.db"), DiskTrouble("cache.db")])

    def refuses(batch):
        error = next(refusals, None)
        if error is not None:
            raise error
        return apply(batch)

    monkeypatch.setattr(vault.patients, "apply", refuses)

    async def act():
        async with following(vault) as follower:
            await until(follower.progress, lambda: names(vault) == expected(1))

    asyncio.run(act())
    assert vault.inbox.waiting().result() == 0


def test_what_another_process_kept_is_seen(vault, folder):
    visitor = (
        "import sys; from pathlib import Path; from storage.inbox import Incoming; from storage.slots import KdfCost\n"
        "from storage.vault import Terms, Vault; from tests.harness.adt import adt\n"
        "vault = Vault.visit(Path(sys.argv[1]), 'mot de passe', Terms('off', cost=KdfCost(ops=1, mem_kib=8)))\n"
        "vault.inbox.keep(Incoming('GAM', 'V', adt('A28^ADT_A05', 'V', 77), 1)).result(); vault.lock()\n"
    )

    async def act():
        async with following(vault) as follower:
            done = await asyncio.to_thread(
                subprocess.run, [sys.executable, "-c", visitor, str(folder)], check=False, capture_output=True
            )
            assert done.returncode == 0, done.stderr.decode()
            async with asyncio.timeout(30):
                await until(follower.changed, lambda: names(vault) == expected(77))

    asyncio.run(act())


def test_an_inbox_begun_anew_gives_no_number_that_was_applied(vault, folder, reopen):
    keep(vault, *range(5))
    asyncio.run(Follower(vault.inbox, vault.patients, lambda: NOW_MS).catch_up())
    vault.lock()
    for part in ("", "-wal", "-shm"):
        (folder / f"inbox.db{part}").unlink(missing_ok=True)
    again = reopen()
    assert again.inbox_set_aside

    async def act():
        async with following(again) as follower:
            await until(follower.progress, lambda: True)
            await follower.number_on()
            keep(again, 100)
            await until(follower.changed, lambda: "ESSAI100" in names(again))

    asyncio.run(act())
    assert names(again) == expected(0, 1, 2, 3, 4, 100)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_killed_while_it_applies_it_reads_on_and_doubles_nothing(vault, folder, reopen):
    keep(vault, *range(400))
    before = vault.inbox.newest().result()
    vault.lock()
    victim = (
        "import asyncio, sys; from pathlib import Path; from app.interop.follow import Follower\n"
        "from storage.slots import KdfCost; from storage.vault import Terms, Vault\n"
        "import app.interop.follow as module; module.BATCH = 16\n"
        "vault = Vault.unlock(Path(sys.argv[1]), 'mot de passe', Terms('off', cost=KdfCost(ops=1, mem_kib=8)))\n"
        "follower = Follower(vault.inbox, vault.patients, lambda: 1)\n"
        "follower.progress.subscribe(lambda progress: print(progress.done, flush=True))\n"
        "asyncio.run(follower.catch_up())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", victim, str(folder)], stdout=subprocess.PIPE)
    with process:
        for _ in range(5):
            assert process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    again = reopen()
    assert 0 < again.patients.applied().result() < before
    asyncio.run(Follower(again.inbox, again.patients, lambda: NOW_MS).catch_up())
    assert names(again) == expected(*range(400))
    assert again.patients.count().result() == 400
