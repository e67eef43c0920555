"""Documents in a running meeting: for who is there, opened once within ten seconds, whoever is in the thread later."""

from __future__ import annotations

import pytest

from app.messages.ports import Refused
from media.mail import convs
from media.mail.bodies import Answer
from media.mail.onetime import Reading
from storage.messages.records import FileState, State
from tests.harness.correspondents import with_desks
from tests.harness.postal import until
from tests.unit.papers.test_press import SMALL

INVITE = b"i" * 16
THREE = ("Dr Alice Aubry", "Dr Bruno Bel", "Dr Chloé Caron")


async def _handed(desk, count=1):
    async def found():
        messages = await desk.messages.handed(INVITE, 0)
        return messages if len(messages) >= count else None

    return await until(found)


def test_a_document_goes_to_who_is_in_the_meeting_and_to_nobody_who_was(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        place = tmp_path / "Scanner.txt"
        place.write_bytes(b"T2 N0" * 1000)
        first = await alice.messages.hand_out(INVITE, "RCP Thorax", (bruno.user, chloe.user), place)
        (came,) = await _handed(bruno)
        assert (came.author, came.files[0].name) == (alice.user, "Scanner.txt")
        await bruno.messages.bring(came.files[0].id)
        assert await bruno.messages.content(came.files[0].id) == place.read_bytes()
        assert (await bruno.thread(convs.of_meeting(INVITE))).title == "RCP Thorax"
        await alice.reaches(first, State.DELIVERED)

        second = await bruno.messages.hand_out(INVITE, "RCP Thorax", (alice.user,), place)
        await bruno.reaches(second, State.DELIVERED)
        assert len(await _handed(alice, 2)) == 2
        assert [one.user for one in await bruno.messages.receipts(second)] == [alice.user]

        third = await alice.messages.hand_out(INVITE, "RCP Thorax", (bruno.user, chloe.user), place)
        await alice.reaches(third, State.DELIVERED)
        assert [one.author for one in await _handed(chloe, 2)] == [alice.user] * 2

    with_desks(tmp_path, THREE, story)


def test_who_came_after_an_offer_is_refused_its_key_and_who_was_there_has_ten_seconds(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        place = tmp_path / "Lame.png"
        place.write_bytes(SMALL)
        await alice.messages.hand_out(INVITE, "RCP", (bruno.user,), place, 10)
        (came,) = await _handed(bruno)
        await alice.messages.hand_out(INVITE, "RCP", (bruno.user, chloe.user), place)  # now in the thread
        thread = await alice.thread(convs.of_meeting(INVITE))
        assert set(thread.members) == {bruno.user, chloe.user}
        device = alice.post.desk.device
        grant, _ = await chloe.post.once._ask(Reading(came.msg_id, 0), alice.user, device)
        assert grant.answer is Answer.REFUSED
        shown = await bruno.messages.open_once(came.files[0].id)
        assert shown.data == place.read_bytes()

        await alice.messages.hand_out(INVITE, "RCP", (bruno.user,), place, 10)
        late = (await _handed(bruno, 3))[-1]
        offered = (await alice.messages.handed(INVITE, 0))[-1]
        alice.clock.ahead_ms += 10_100 - (alice.clock.now_ms() - offered.sent_ms)
        with pytest.raises(Refused, match="expired"):
            await bruno.messages.open_once(late.files[0].id)

    with_desks(tmp_path, THREE, story)


def test_who_of_several_opened_it_is_told_before_all_did_and_after_a_restart(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        place = tmp_path / "Lame.png"
        place.write_bytes(SMALL)
        sent = await alice.messages.hand_out(INVITE, "RCP", (bruno.user, chloe.user), place, 10)

        async def opened():
            return {one.user for one in await alice.messages.receipts(sent) if one.opened_ms}

        for desk, by in ((bruno, {bruno.user}), (chloe, {bruno.user, chloe.user})):
            (came,) = await _handed(desk)
            await desk.messages.open_once(came.files[0].id)
            assert await opened() == by
        await alice.close()
        await alice.reopen()
        assert await opened() == {bruno.user, chloe.user}

    with_desks(tmp_path, THREE, story)


def test_the_ten_seconds_begin_when_the_document_is_offered_not_when_it_was_chosen(tmp_path):
    async def story(_clinic, alice, bruno):
        place = tmp_path / "Lent.txt"
        place.write_bytes(b"x" * 5000)
        freight = alice.messages._freight
        freight._desk.line, line = None, freight._desk.line  # the relay is away while it is chosen
        await alice.messages.hand_out(INVITE, "RCP", (bruno.user,), place, 10)
        alice.clock.ahead_ms += 60_000
        freight._desk.line = line
        freight.look()
        (came,) = await _handed(bruno)
        assert (await bruno.messages.open_once(came.files[0].id)).data == place.read_bytes()
        (again,) = await _handed(bruno)
        assert again.files[0].state is FileState.GONE

    with_desks(tmp_path, THREE[:2], story)
