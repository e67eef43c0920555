"""A new desk of the same person gets what was written so far: real vaults, a real relay, cut short wherever it hurts."""

from __future__ import annotations

import asyncio

import pytest

from media.errors import TrustError
from media.mail.types import Type
from storage.messages.posting import NewMessage
from storage.messages.records import PatientLink, State
from tests.harness.correspondents import with_desks
from tests.harness.postal import until

TWO = ("Alice Aubry", "Bruno Bel")
PATIENT = PatientLink("1.2.250.1.71.4.2.7", "8001", "TESSIER Irène, née le 02/02/1950")
HOUR_MS = 3_600_000


async def newcomer(clinic, old):
    """Enrol and open a second desk of somebody; neither desk has compared the other yet."""
    new = await clinic.desk("Alice Aubry", user=old.user)
    await new.open()
    await new.online()
    for desk in clinic.desks[:-1]:
        await desk.renew()
    return new


async def write_much(desk, thread, count, words="un mot parmi d'autres, "):
    """Put an older history into a vault: what was said before anybody had a second desk."""
    author, now_ms = desk.user, desk.clock.now_ms() - 30 * 24 * HOUR_MS

    def act(rows):
        for number in range(count):
            rows.messages.add(
                NewMessage(thread, number.to_bytes(16, "big"), author, own=True, sent_ms=now_ms + number,
                           at_ms=now_ms + number, state=State.READ, text=f"{words * 20}{number}")
            )  # fmt: skip

    await asyncio.wrap_future(desk.vault.mail.write(act))


async def everything(desk):
    """Return who said what in which thread, in order, as the vault has it."""

    def act(rows):
        convs = {one.id: one.conv for one in rows.threads.all()}
        return [
            (convs[m.thread], m.author, m.text, m.edited_ms, m.taken) for m in rows.messages.every(0, 100_000)
        ]

    return await asyncio.wrap_future(desk.vault.mail.read(act))


async def compare(one, other):
    """Compare the number of *other* at *one*, and wait until that counts there."""
    await one.verify(other)
    levels = lambda: {d.device_id: d.level for d in one.post.desk.book.living(other.user)}  # noqa: E731
    await until(lambda: levels().get(device(other)) == "verified")


async def transfer(desk, *, incoming=False):
    found = [one for one in await desk.post.histories.all() if one.incoming is incoming]
    return found[0] if found else None


async def done(desk, *, incoming=False):
    async def there():
        found = await transfer(desk, incoming=incoming)
        return found if found and found.done else None

    return await until(there, 60.0)


def device(desk):
    return desk.post.desk.device


def test_a_new_desk_shows_what_the_old_one_has_once_both_were_compared(tmp_path):
    async def story(clinic, alice, bruno):
        team = await alice.messages.gather("RCP thorax", (bruno.user,), PATIENT)
        await alice.messages.send(team, "Bilan demandé")
        there = await bruno.hears("Bilan demandé")
        await bruno.messages.take(there.id)
        await bruno.messages.send(there.thread, "Fait")
        await alice.hears("Fait")

        async def taken():
            return any(one[4] for one in await everything(alice))

        await until(taken)
        new = await newcomer(clinic, alice)
        with pytest.raises(TrustError, match="device-unexpected"):
            await alice.post.histories.begin(device(new))
        with pytest.raises(TrustError, match="device-unexpected"):
            await alice.post.histories.begin(device(bruno))
        await compare(alice, new)
        await alice.post.histories.begin(device(new))
        await bruno.messages.send(there.thread, "Vu en direct")  # comes to both, before the history does
        await new.hears("Vu en direct")
        await alice.hears("Vu en direct")
        assert "Bilan demandé" not in str(await everything(new))  # nobody compared the old desk over there

        await compare(new, alice)
        found = await done(alice)
        assert found.taken == found.total > 2
        assert sorted(await everything(new)) == sorted(await everything(alice))
        thread = await new.thread(there_conv := (await alice.thread()).conv)
        assert (thread.title, thread.patient, thread.unread) == ("RCP thorax", PATIENT, 1)
        came = await new.hears("Bilan demandé", there_conv)
        assert await new.messages.search("bilan")
        assert (await transfer(new, incoming=True)).done
        await compare(bruno, new)
        await new.messages.send(thread.id, "Du nouveau poste", quote=came.msg_id)
        await bruno.hears("Du nouveau poste")

    with_desks(tmp_path, TWO, story)


def test_a_long_history_is_neither_lost_nor_doubled_by_locks_and_a_relay_that_dies(tmp_path):
    async def story(clinic, alice, bruno):
        thread = await alice.direct(bruno)
        await write_much(alice, thread, 4_000)
        new = await newcomer(clinic, alice)
        await compare(alice, new)
        await compare(new, alice)
        await alice.post.histories.begin(device(new))

        async def some():
            return (await transfer(new, incoming=True)) is not None

        await until(some)
        await new.close()
        await alice.close()
        clinic.relay.kill()
        clinic.relay.start()
        await new.reopen()
        await alice.reopen()
        found = await done(alice)
        assert found.number > 1
        assert found.taken == found.total == 4_000
        assert await everything(new) == await everything(alice)
        assert (await done(new, incoming=True)).taken == 4_000

        await alice.messages.send(thread, "Depuis")
        await new.hears("Depuis")
        await alice.post.histories.begin(device(new))  # once more does no harm
        assert (await done(alice)).total == 4_001
        assert len(await everything(new)) == 4_001

    with_desks(tmp_path, TWO, story)


def test_what_was_withdrawn_on_the_way_stays_withdrawn(tmp_path):
    async def story(clinic, alice, bruno):
        await bruno.messages.send(await bruno.direct(alice), "À effacer")
        await alice.hears("À effacer")
        new = await newcomer(clinic, alice)
        await compare(alice, new)
        await alice.post.histories.begin(device(new))

        async def gone():
            found = await transfer(alice)
            return found.under_way == 1

        await until(gone)  # the piece is written, and waits for the comparison over there
        (message,) = [one for one in await bruno.messages.page((await bruno.thread()).id) if one.own]
        await bruno.messages.withdraw(message.id)

        async def heard():
            return any(one.type is Type.WITHDRAW for one in new.told)

        await until(heard)
        await compare(new, alice)
        await done(alice)
        assert "À effacer" not in str(await everything(new))
        assert len(await everything(new)) == 1

    with_desks(tmp_path, TWO, story)


def test_a_desk_that_stays_silent_is_said_and_gone_on_with(tmp_path):
    async def story(clinic, alice, bruno):
        await alice.messages.send(await alice.direct(bruno), "Avant")
        await bruno.hears("Avant")
        new = await newcomer(clinic, alice)
        await compare(alice, new)
        await compare(new, alice)
        there = device(new)
        await new.close()
        await alice.post.histories.begin(there)

        async def left():
            return (await transfer(alice)).under_way == 1 and await alice.parcels() == 0

        await until(left)
        alice.clock.ahead_ms = 73 * HOUR_MS
        alice.post.wake()

        async def stuck():
            return (await transfer(alice)).stuck

        await until(stuck)
        await new.reopen()
        await alice.post.histories.begin(there)
        await done(alice)
        assert len([one for one in await everything(new) if one[2] == "Avant"]) == 1

    with_desks(tmp_path, TWO, story)
