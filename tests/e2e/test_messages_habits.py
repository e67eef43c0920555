"""What is settled beforehand, at two real desks: files that come without a click, how long a new thread keeps its messages."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from app.config import ACCEPT_MB, THREAD_DAYS, Policy
from app.messages.ports import Outgoing, Refused
from storage.messages.records import FileState, ThreadKind
from tests.harness.correspondents import with_desks
from tests.harness.postal import until
from tests.unit.papers.test_press import SMALL

TWO = ("Alice Aubry", "Bruno Bel")
WEEK_S = 7 * 86_400


def outgoing(name, size):
    return Outgoing(None, name, os.urandom(size))


async def states(desk, text):
    return [one.state for one in (await desk.hears(text)).files]


def test_small_files_come_by_themselves_and_large_or_ephemeral_ones_are_asked_for(tmp_path):
    async def story(_clinic, alice, bruno):
        bruno.config.choose(ACCEPT_MB, 1)
        thread = await alice.direct(bruno)
        for text, sizes in (("Trop", (700_000, 400_000)), ("Peu", (600_000, 300_000))):
            files = tuple(outgoing(f"{n}.bin", size) for n, size in enumerate(sizes))
            await alice.messages.send(thread, text, files=files)
        once = Outgoing(None, "une fois.png", SMALL, open_within_s=86_400, shown_for_s=10)
        await alice.messages.send(thread, "Mêlé", files=(outgoing("note.txt", 900), once))

        async def here():
            return await states(bruno, "Peu") == [FileState.HERE, FileState.HERE]

        await until(here)
        await until(lambda: bruno.messages.standing.unread == 3)

        async def mixed():
            return await states(bruno, "Mêlé") == [FileState.HERE, FileState.OFFERED]

        await until(mixed)
        assert await states(bruno, "Trop") == [FileState.OFFERED] * 2

    with_desks(tmp_path, TWO, story)


def test_nothing_comes_by_itself_where_that_is_chosen_the_key_is_in_doubt_or_the_disk_is_full(tmp_path):
    async def story(_clinic, alice, bruno):
        thread = await alice.direct(bruno)
        heard = []
        bruno.post.told.subscribe(heard.append)
        bruno.config.choose(ACCEPT_MB, 0)
        await alice.messages.send(thread, "Un", files=(outgoing("un.bin", 900),))
        assert await states(bruno, "Un") == [FileState.OFFERED]
        await until(lambda: [one for one in heard if one.body is not None])
        told = next(one for one in heard if one.body is not None and getattr(one.body, "files", ()))
        bruno.config.choose(ACCEPT_MB, 10)
        bruno.messages._came(replace(told, warning="changed-key"))
        room, bruno.vault.mail.shelf.room = bruno.vault.mail.shelf.room, lambda: 1 << 20
        bruno.messages._came(told)
        await asyncio.gather(*(one for one in asyncio.all_tasks() if "_accept" in repr(one)))
        assert await states(bruno, "Un") == [FileState.OFFERED]
        bruno.vault.mail.shelf.room = room
        bruno.messages._came(told)

        async def here():
            return await states(bruno, "Un") == [FileState.HERE]

        await until(here)

    with_desks(tmp_path, TWO, story)


def test_a_new_thread_has_the_usual_timer_on_both_sides_and_it_can_be_changed(tmp_path):
    async def story(_clinic, alice, bruno):
        alice.config.choose(THREAD_DAYS, 7)
        direct = await alice.direct(bruno)
        await alice.messages.send(direct, "Bonjour")
        came = await bruno.hears("Bonjour")
        theirs = next(one for one in await bruno.messages.threads() if one.id == came.thread)
        assert theirs.expire_s == WEEK_S
        assert came.expires_ms > 0
        team = await alice.messages.gather("Équipe", (bruno.user,))
        other = await alice.messages.gather("Autre", (bruno.user,), None, 0)
        await alice.messages.set_timer(direct, 0)
        timers = {one.id: one.expire_s for one in await alice.messages.threads()}
        assert timers == {direct: 0, team: WEEK_S, other: 0}

    with_desks(tmp_path, TWO, story)


def test_a_timer_that_it_fixed_is_the_only_one(tmp_path):
    async def story(_clinic, alice, bruno):
        before = await alice.direct(bruno)
        alice.config.policy = Policy(forced={THREAD_DAYS.key: 7})
        with pytest.raises(Refused, match="by-it"):
            await alice.messages.set_timer(before, 86_400)
        with pytest.raises(Refused, match="by-it"):
            await alice.messages.gather("Équipe", (bruno.user,), None, 0)
        await alice.messages.gather("Équipe", (bruno.user,))
        await alice.messages.set_timer(before, WEEK_S)
        threads = await alice.messages.threads()
        assert {one.kind: one.expire_s for one in threads} == {
            ThreadKind.DIRECT: WEEK_S,
            ThreadKind.TEAM: WEEK_S,
        }

    with_desks(tmp_path, TWO, story)
