"""Files that a power cut tore on a reader's disk, which are fetched anew from there; and forged ones, which are refused."""

from __future__ import annotations

import asyncio
import os

import pytest

from app.config import ACCEPT_MB
from app.messages.ports import Outgoing, Refused
from media.link.mailbox import Mailbox
from storage.messages.records import FileState
from tests.harness.correspondents import with_desks
from tests.harness.postal import until
from tests.unit.papers.test_press import SMALL

TWO = ("Alice Aubry", "Bruno Bel")
SIZE = 3 << 20
TORN = SIZE // 2
"""What is behind comes in one window, the whole file does not."""
PAGE = 4096


def nulls(path):
    """Pages that were never written are nulls."""
    with path.open("r+b") as file:
        file.seek(TORN)
        file.write(bytes(PAGE))


def short(path):
    """What was behind never reached the disk."""
    os.truncate(path, TORN)


def hollow(path):
    """The length was written, and nothing of the rest."""
    size = path.stat().st_size
    os.truncate(path, TORN)
    os.truncate(path, size)


def empty(path):
    """Nothing but the name was written."""
    hollow(path)
    with path.open("r+b") as file:
        file.write(bytes(TORN))


async def fetched(desk, file: int) -> None:
    async def there():
        row = await asyncio.wrap_future(desk.vault.mail.read(lambda rows: rows.files.get(file)))
        return row.state is FileState.HERE

    await until(there)


async def cut_off(desk, file: int, tear) -> list[int]:
    """Take the power from a desk whose file was nearly there; return how far it is each time something of it comes after that."""
    kept = await asyncio.wrap_future(desk.vault.mail.read(lambda rows: rows.files.kept(file)))
    await asyncio.wrap_future(desk.vault.mail.write(lambda rows: rows.files.state(file, FileState.COMING)))
    await desk.close()
    (path,) = desk.folder.rglob(kept.shelf)
    tear(path)
    await desk.reopen()
    came: list[int] = []
    desk.messages.progress.subscribe(lambda moved: came.append(moved.done))
    return came


@pytest.fixture
def place(tmp_path):
    found = tmp_path / "scan.png"
    found.write_bytes(SMALL + os.urandom(SIZE - len(SMALL)))
    return found


def test_a_file_that_a_power_cut_tore_is_fetched_anew_from_there_and_arrives_whole(tmp_path, place):
    async def story(_clinic, alice, bruno):
        bruno.config.choose(ACCEPT_MB, 0)
        await alice.messages.send(await alice.direct(bruno), "Voici", files=(Outgoing(place, place.name),))
        (file,) = (await bruno.hears("Voici")).files
        await bruno.messages.fetch(file.id)
        await fetched(bruno, file.id)
        for tear in (nulls, short, hollow, empty):
            came = await cut_off(bruno, file.id, tear)
            await fetched(bruno, file.id)
            assert await bruno.messages.content(file.id) == place.read_bytes()
            await until(lambda told=came: SIZE in told)
            assert tear is empty or min(came) == SIZE, "what was whole is not fetched again"

    with_desks(tmp_path, TWO, story)


def test_an_ephemeral_document_that_was_torn_is_not_spent_on_nothing(tmp_path, place):
    async def story(_clinic, alice, bruno):
        once = Outgoing(place, place.name, open_within_s=3600, shown_for_s=10)
        await alice.messages.send(await alice.direct(bruno), "Vite", files=(once,))
        (file,) = (await bruno.hears("Vite")).files
        await bruno.messages.fetch(file.id)
        await fetched(bruno, file.id)
        await cut_off(bruno, file.id, nulls)
        await bruno.online()
        assert (await bruno.messages.open_once(file.id)).data == place.read_bytes()

    with_desks(tmp_path, TWO, story)


@pytest.mark.parametrize("shown_for_s", [0, 10])
def test_what_a_relay_forged_is_refused_though_it_was_fetched_anew(tmp_path, place, shown_for_s, monkeypatch):
    asked: list[int] = []
    honest = Mailbox.get

    async def forged(line, blob, offset, length):
        asked.append(offset)
        piece = await honest(line, blob, offset, length)
        return bytes((piece[0] ^ 1,)) + piece[1:]

    async def story(_clinic, alice, bruno):
        bruno.config.choose(ACCEPT_MB, 0)
        file = Outgoing(place, place.name, open_within_s=3600 if shown_for_s else 0, shown_for_s=shown_for_s)
        await alice.messages.send(await alice.direct(bruno), "Voici", files=(file,))
        (file,) = (await bruno.hears("Voici")).files
        await bruno.messages.fetch(file.id)
        await fetched(bruno, file.id)
        monkeypatch.setattr(Mailbox, "get", forged)
        await cut_off(bruno, file.id, nulls)

        async def refused():
            row = await asyncio.wrap_future(bruno.vault.mail.read(lambda rows: rows.files.get(file.id)))
            return row.state is FileState.REFUSED

        await until(refused)
        many = len(asked)
        assert many
        with pytest.raises(Refused, match="gone"):
            await bruno.messages.fetch(file.id)
        assert len(asked) == many

    with_desks(tmp_path, TWO, story)
