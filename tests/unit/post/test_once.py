"""Ephemeral documents where something breaks, at the author's desk or in the document: what was opened is known to be, and nothing is spent unseen."""

from __future__ import annotations

import pytest

from app.messages import filing
from app.messages.ports import Outgoing, Refused
from app.papers.slips import MAX_DOCUMENT
from storage.errors import DiskTrouble
from storage.messages.records import FileState
from tests.harness.correspondents import with_desks
from tests.unit.papers.test_press import locked

TWO = ("Alice Aubry", "Bruno Bel")


def fill_disk_at_the_grant(desk) -> None:
    """Let the transaction of the next answer to an ask be undone at its end, as by a full disk."""
    honest = desk.write

    def write(act):
        if "Once.asked" not in act.__qualname__:
            return honest(act)
        desk.write = honest

        def torn(rows):
            act(rows)
            raise DiskTrouble("full")

        return honest(torn)

    desk.write = write


def test_a_document_granted_at_the_second_try_stays_opened_over_a_restart(tmp_path):
    async def story(_clinic, alice, bruno):
        once = Outgoing(None, "scan.txt", data=b"x" * 5000, open_within_s=60, shown_for_s=10)
        sent = await alice.messages.send(await alice.direct(bruno), "Vite", files=(once,))
        (file,) = (await bruno.hears("Vite")).files
        fill_disk_at_the_grant(alice.post.desk)
        assert (await bruno.messages.open_once(file.id)).data == b"x" * 5000
        await alice.close()
        await alice.reopen()
        assert (await alice.messages.around(sent))[0].files[0].opened_by == bruno.user

    with_desks(tmp_path, TWO, story)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("lettre.docx", b"PK\x03\x04" + b"x" * 900),
        ("image.gif", b"GIF89a" + b"x" * 900),
        ("renommé.pdf", b"PK\x03\x04" + b"x" * 900),
        ("verrouillé.pdf", locked()),
        ("autre.xml", b"<a/>"),
        ("vide.txt", b""),
        ("grand.txt", b"x" * (MAX_DOCUMENT + 1)),
    ],
)
def test_what_nobody_could_be_shown_is_not_sent_to_be_seen_once(tmp_path, name, data):
    async def story(_clinic, alice, bruno):
        once = Outgoing(None, name, data=data, open_within_s=60, shown_for_s=10)
        thread = await alice.direct(bruno)
        with pytest.raises(Refused, match="once-unshown"):
            await alice.messages.send(thread, "", files=(once,))
        place = tmp_path / name
        place.write_bytes(data)
        with pytest.raises(Refused, match="once-unshown"):
            await alice.messages.hand_out(b"i" * 16, "RCP", (bruno.user,), place, 10)
        assert not await alice.messages.page(thread)

    with_desks(tmp_path, TWO, story)


def test_what_cannot_be_shown_here_is_refused_before_its_only_reading_is_spent(tmp_path, monkeypatch):
    async def unseen(_one, _new):
        """Send whatever somebody chose, as a desk without this check would."""

    monkeypatch.setattr(filing, "_try_to_show", unseen)

    async def story(_clinic, alice, bruno):
        once = Outgoing(None, "lettre.docx", data=b"x" * 900, open_within_s=60, shown_for_s=10)
        sent = await alice.messages.send(await alice.direct(bruno), "Vite", files=(once,))
        message = await bruno.hears("Vite")
        with pytest.raises(Refused, match="unshown"):
            await bruno.messages.open_once(message.files[0].id)
        (kept,) = (await bruno.messages.around(message.id))[0].files
        assert (kept.state, kept.opened_ms) == (FileState.OFFERED, 0)
        assert not (await alice.messages.around(sent))[0].files[0].opened_by

    with_desks(tmp_path, TWO, story)
