"""Ephemeral documents where something breaks at the author's desk: what was opened is known to be, also after a restart."""

from __future__ import annotations

from app.messages.ports import Outgoing
from storage.errors import DiskTrouble
from tests.harness.correspondents import with_desks

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
        once = Outgoing(None, "scan.png", data=b"x" * 5000, open_within_s=60, shown_for_s=10)
        sent = await alice.messages.send(await alice.direct(bruno), "Vite", files=(once,))
        (file,) = (await bruno.hears("Vite")).files
        fill_disk_at_the_grant(alice.post.desk)
        assert (await bruno.messages.open_once(file.id)).data == b"x" * 5000
        await alice.close()
        await alice.reopen()
        assert (await alice.messages.around(sent))[0].files[0].opened_by == bruno.user

    with_desks(tmp_path, TWO, story)
