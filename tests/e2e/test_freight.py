"""Several files on their way at once, and files that the relay or the disk refuses for now."""

from __future__ import annotations

import asyncio
import os

import pytest

from app.config import ACCEPT_MB
from app.messages.ports import Outgoing
from app.post import freight
from media.errors import LinkRefused
from media.link.mailbox import Mailbox
from storage.errors import DiskTrouble
from storage.messages.records import FileState, State
from storage.messages.shelf import Shelf
from tests.harness.correspondents import with_desks
from tests.harness.postal import until

TWO = ("Alice Aubry", "Bruno Bel")
LARGE = 12 << 20
SMALL_CLASSES = 1
"""The two smallest sizes of blobs, 64 KiB and 1 MiB."""


class Held:
    """Holds back whatever of a large blob goes one way, until it is let go."""

    def __init__(self, monkeypatch, way):
        self.gate, self.waits = asyncio.Event(), asyncio.Event()
        self._large = set()
        begin, move = Mailbox.begin_blob, getattr(Mailbox, way)

        async def begun(line, blob, size_class, *more):
            if size_class > SMALL_CLASSES:
                self._large.add(blob)
            return await begin(line, blob, size_class, *more)

        async def moved(line, blob, *more):
            if blob in self._large:
                self.waits.set()
                await self.gate.wait()
            return await move(line, blob, *more)

        monkeypatch.setattr(Mailbox, "begin_blob", begun)
        monkeypatch.setattr(Mailbox, way, moved)


def large(tmp_path):
    place = tmp_path / "coupes.bin"
    place.write_bytes(os.urandom(LARGE))
    return Outgoing(place, place.name)


async def here(desk, text):
    """Wait until all files of a message are here."""

    async def there():
        return {one.state for one in (await desk.hears(text)).files} == {FileState.HERE}

    await until(there)


def test_an_urgent_document_is_sent_while_a_large_file_is_on_its_way(tmp_path, monkeypatch):
    async def story(_clinic, alice, bruno):
        held = Held(monkeypatch, "put")
        thread = await alice.direct(bruno)
        await alice.messages.send(thread, "Coupes", files=(large(tmp_path),))
        await held.waits.wait()
        await alice.messages.send(thread, "Urgent", files=(Outgoing(None, "crp.txt", b"CRP 240"),))
        await here(bruno, "Urgent")
        held.gate.set()
        await bruno.hears("Coupes")

    with_desks(tmp_path, TWO, story)


def test_an_ephemeral_document_is_opened_while_a_large_file_is_fetched(tmp_path, monkeypatch):
    async def story(_clinic, alice, bruno):
        held = Held(monkeypatch, "get")
        bruno.config.choose(ACCEPT_MB, 0)
        thread = await alice.direct(bruno)
        await alice.messages.send(thread, "Coupes", files=(large(tmp_path),))
        (file,) = (await bruno.hears("Coupes")).files
        await bruno.messages.fetch(file.id)
        await held.waits.wait()
        once = Outgoing(None, "lame.txt", b"PD-L1 60 %", open_within_s=10, shown_for_s=10)
        await alice.messages.send(thread, "Vite", files=(once,))
        (file,) = (await bruno.hears("Vite")).files
        assert (await bruno.messages.open_once(file.id)).data == b"PD-L1 60 %"
        held.gate.set()
        await here(bruno, "Coupes")

    with_desks(tmp_path, TWO, story)


@pytest.mark.parametrize("code", ["quota", "busy"])
def test_what_the_relay_has_no_room_for_says_so_and_is_sent_once_there_is_some(tmp_path, monkeypatch, code):
    full, begin = [True], Mailbox.begin_blob

    async def refused(line, *more):
        if full:
            raise LinkRefused(code)
        return await begin(line, *more)

    monkeypatch.setattr(Mailbox, "begin_blob", refused)

    async def story(_clinic, alice, bruno):
        thread = await alice.direct(bruno)
        sent = await alice.messages.send(thread, "Scanner", files=(Outgoing(None, "tdm.txt", b"TDM"),))

        async def said():
            return await alice.messages.halted() == {thread: code}

        await until(said)
        (message,) = await alice.messages.around(sent)
        assert (message.state, message.files[0].halted) == (State.DRAWN, code)
        full.clear()
        alice.clock.ahead_ms += freight.RARELY_MS
        await here(bruno, "Scanner")
        assert await alice.messages.halted() == {}

    with_desks(tmp_path, TWO, story)


def test_what_failed_is_tried_ever_more_rarely_and_at_once_by_a_click(tmp_path, monkeypatch):
    asked, looks, now = [], [], [0]

    async def refused(_line, *_more):
        asked.append(1)
        raise LinkRefused("quota")

    waits = freight.Freight._waits
    monkeypatch.setattr(Mailbox, "begin_blob", refused)
    monkeypatch.setattr(freight.Freight, "_waits", lambda one, file: looks.append(1) or waits(one, file))
    monkeypatch.setattr(freight, "LOOK_S", 0.01)

    async def tried(times):
        await until(lambda: len(asked) == times)
        seen = len(looks)
        await until(lambda: len(looks) > seen + 20)
        assert len(asked) == times, "it was looked at, and left alone"

    async def story(_clinic, alice, bruno):
        moving = await until(lambda: alice.messages._freight)
        moving._steady_ms = lambda: now[0]
        thread = await alice.direct(bruno)
        sent = await alice.messages.send(thread, "Scanner", files=(Outgoing(None, "tdm.txt", b"TDM"),))
        for times, after_ms in enumerate((0, freight.SOON_MS, 2 * freight.SOON_MS, 4 * freight.SOON_MS), 1):
            now[0] += after_ms
            await tried(times)
        await alice.messages.again(sent)
        await tried(5)

    with_desks(tmp_path, TWO, story)


def test_a_disk_without_room_says_so_on_the_file_and_goes_on_once_there_is_some(tmp_path, monkeypatch):
    full, write = [], Shelf.write

    def torn(shelf, *more):
        if full:
            raise DiskTrouble("full")
        return write(shelf, *more)

    monkeypatch.setattr(Shelf, "write", torn)

    async def story(_clinic, alice, bruno):
        bruno.config.choose(ACCEPT_MB, 0)
        thread = await alice.direct(bruno)
        sent = await alice.messages.send(thread, "Scanner", files=(Outgoing(None, "tdm.txt", b"TDM"),))
        (file,) = (await bruno.hears("Scanner")).files
        await alice.reaches(sent, State.DELIVERED)
        full.append(True)
        await bruno.messages.fetch(file.id)

        async def said():
            return set((await bruno.messages.halted()).values()) == {"disk"}

        await until(said)
        full.clear()
        bruno.clock.ahead_ms += freight.RARELY_MS
        await here(bruno, "Scanner")

    with_desks(tmp_path, TWO, story)
