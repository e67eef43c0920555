"""Relays that forget, disks that are full, desks put back and clocks set wrong, between real desks: nothing is lost that can be had."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil

import pytest

from app import trust
from app.config import ACCEPT_MB
from app.messages.ports import Outgoing
from media.errors import LinkRefused
from media.keys.sign import Signer
from media.mail import convs
from media.mail.again import Laid, Wanted
from media.mail.types import Type
from storage.errors import StorageError
from storage.messages.records import FileState, State
from tests.harness.correspondents import Clinic, with_desks
from tests.harness.disk import small_disk
from tests.harness.postal import until

TWO = ("Alice Aubry", "Bruno Bel")
DAY_MS = 86_400_000


def wipe(clinic) -> None:
    """Let the relay lose its disk; it is down afterwards."""
    if clinic.relay.process.poll() is None:
        clinic.relay.kill()
    for path in sorted(clinic.relay.folder.rglob("*"), reverse=True):
        if path.is_file() and ("queues" in path.name or "blobs" in path.parts):
            path.unlink()


def rows(desk, act):
    return asyncio.wrap_future(desk.vault.mail.read(act))


async def squat(desk, queue) -> None:
    """Make a queue under somebody else's name, where its writer may write as before and its owner reads nothing."""
    writer = Signer(queue.writer_seed).public if queue.writer_seed else b""
    await desk.post.mailbox.make_queue(queue.queue, Signer(os.urandom(32)).public, writer)


def test_queues_whose_names_were_taken_at_a_wiped_relay_are_made_under_others(tmp_path):
    async def story(clinic, alice, bruno):
        thread = await alice.direct(bruno)
        await alice.reaches(await alice.messages.send(thread, "avant"), State.DELIVERED)
        queues = await rows(bruno, lambda m: m.peers.queues())
        await bruno.close()
        wipe(clinic)
        await until(lambda: not alice.post.line.online)
        clinic.relay.start()
        await until(lambda: alice.post.line.online)
        for queue in queues:
            await squat(alice, queue)
        await bruno.reopen()
        await bruno.online()
        kept = {one.queue for one in await rows(bruno, lambda m: m.peers.queues())}
        assert len(kept) == len(queues)
        assert not kept & {one.queue for one in queues}
        swallowed = await alice.messages.send(thread, "avalé")
        await alice.reaches(swallowed, State.AT_RELAY)
        alice.clock.ahead_ms = DAY_MS + 60_000
        alice.post.wake()
        await bruno.hears("avalé")
        await alice.reaches(swallowed, State.DELIVERED)
        after = await alice.messages.send(thread, "après")
        await alice.reaches(after, State.DELIVERED)

    with_desks(tmp_path, TWO, story)


def test_what_waited_in_an_older_copy_is_sent_once_the_desk_is_enrolled_anew(tmp_path):
    async def story(clinic, alice, bruno):
        thread = await alice.direct(bruno)
        before = await rows(alice, secrets)
        await asyncio.wrap_future(alice.vault.mail.opened(1 << 20, restored=True))
        await alice.close()
        await alice.reopen()
        held = await alice.messages.send(thread, "d'avant")
        await alice.reaches(held, State.HELD)
        await enrol_anew(clinic, alice)
        bruno.refreshes = True
        await alice.online()
        await alice.reaches(held, State.FAILED)
        assert not before & await rows(alice, secrets)
        await bruno.renew()
        await alice.messages.again(held)
        came = await bruno.hears("d'avant")
        await alice.reaches(held, State.AT_RELAY)
        await alice.messages.again(held)
        await asyncio.wait_for(_empty(alice), 30)
        assert (await bruno.texts(came.thread)).count("d'avant") == 1

    with_desks(tmp_path, TWO, story)


def test_what_was_said_about_messages_in_an_older_copy_is_shown_as_unsaid_and_said_when_asked_for(tmp_path):
    async def story(clinic, alice, bruno):
        thread = await alice.direct(bruno)
        wrong, rash = [await alice.messages.send(thread, text) for text in ("faux", "trop tôt")]
        await alice.reaches(rash, State.DELIVERED)
        await bruno.messages.send(await bruno.direct(alice), "qui s'en charge ?")
        asked = await alice.hears("qui s'en charge ?")
        await asyncio.wrap_future(alice.vault.mail.opened(1 << 20, restored=True))
        await alice.close()
        await alice.reopen()
        await alice.messages.correct(wrong, "juste")
        await alice.messages.withdraw(rash)
        await alice.messages.take(asked.id)
        await enrol_anew(clinic, alice)
        bruno.refreshes = True
        await bruno.renew()
        await alice.online()
        unsaid = {one.id: one.unsaid for one in await alice.messages.page(thread) if one.unsaid}
        assert unsaid == {wrong: (Type.CORRECT,), rash: (Type.WITHDRAW,), asked.id: (Type.TAKEN,)}
        assert await bruno.texts((await bruno.thread()).id) == ["faux", "trop tôt", "qui s'en charge ?"]
        for message in unsaid:
            await alice.messages.again(message)
        await bruno.hears("juste")

        async def all_heard():
            page = [one for one in await bruno.messages.page((await bruno.thread()).id) if not one.event]
            return [bool(one.withdrawn_ms) for one in page] == [False, True, False] and page[2].taken

        await until(all_heard)
        assert not any(one.unsaid for one in await alice.messages.page(thread))

    with_desks(tmp_path, TWO, story)


def secrets(m) -> set[bytes]:
    """Return the seeds of a desk's pre-keys and queues."""
    return {one.seed for one in m.prekeys.all()} | {one.owner_seed for one in m.peers.queues()}


async def enrol_anew(clinic, desk) -> None:
    """Give the device of an open desk new keys, as its owner does after a backup was put back."""
    desk.task.cancel()
    await asyncio.gather(desk.task, return_exceptions=True)
    keys, certificate = clinic.certify("Alice Aubry", desk.user)
    enrolment = clinic.organisation.enrolment(certificate, clinic.now_s)
    await trust.enrol(desk.vault, keys, enrolment, clinic.relay.relay, clinic.now_s)
    await desk.open()


async def _empty(desk) -> None:
    while await desk.parcels():  # noqa: ASYNC110 -- it looks at what happened
        await asyncio.sleep(0.02)


def test_a_file_whose_blobs_the_relay_lost_on_the_way_is_brought_again(tmp_path):
    async def story(clinic, alice, bruno):
        place = tmp_path / "grand.bin"
        place.write_bytes(os.urandom(1 << 20) * 20)
        sent = await alice.messages.send(
            await alice.direct(bruno), "Grand", files=(Outgoing(place, place.name),)
        )
        (own,) = (await alice.messages.around(sent))[0].files

        async def one_whole():
            blobs = await rows(alice, lambda m: m.files.blobs(own.id))
            return blobs and blobs[0].done

        await until(one_whole)
        wipe(clinic)
        await until(lambda: not alice.post.line.online)
        clinic.relay.start()
        (file,) = (await bruno.hears("Grand")).files
        await bruno.messages.fetch(file.id)
        await until(lambda: _at(bruno, file.id, FileState.HERE))

    with_desks(tmp_path, TWO, story)


async def lose(clinic, *desks) -> None:
    """Wipe the relay, and wait until everybody is there again."""
    wipe(clinic)
    for desk in desks:
        await until(lambda one=desk: not one.post.line.online)
    clinic.relay.start()
    for desk in desks:
        await desk.online()


async def send_file(desk, thread: int, place, text: str, *readers) -> int:
    """Send a file that *readers* do not fetch by themselves, wait until the message is with everybody; return the message."""
    for reader in readers:
        reader.config.choose(ACCEPT_MB, 0)
    sent = await desk.messages.send(thread, text, files=(Outgoing(place, place.name),))
    await desk.reaches(sent, State.DELIVERED)
    return sent


def test_a_file_that_the_relay_lost_before_it_was_fetched_is_asked_for_and_laid_out_again(tmp_path):
    async def story(clinic, alice, bruno):
        place = tmp_path / "scanner.bin"
        place.write_bytes(os.urandom(3 << 20))
        await send_file(alice, await alice.direct(bruno), place, "Le scanner", bruno)
        (file,) = (await bruno.hears("Le scanner")).files
        await lose(clinic, alice, bruno)
        await bruno.messages.fetch(file.id)
        await until(lambda: _at(bruno, file.id, FileState.HERE))
        assert await bruno.messages.content(file.id) == place.read_bytes()
        assert await bruno.texts((await bruno.thread()).id) == ["Le scanner"]

    with_desks(tmp_path, TWO, story)


def test_a_lost_file_that_its_sender_has_no_longer_is_said_to_be_gone(tmp_path):
    async def story(clinic, alice, bruno):
        place = tmp_path / "scanner.bin"
        place.write_bytes(os.urandom(100_000))
        sent = await send_file(alice, await alice.direct(bruno), place, "Le scanner", bruno)
        (file,) = (await bruno.hears("Le scanner")).files
        (own,) = (await alice.messages.around(sent))[0].files
        kept = await rows(alice, lambda m: m.files.kept(own.id))
        alice.vault.mail.shelf.drop((kept.shelf,))
        await alice.close()
        await alice.reopen()  # it looks at its shelf
        await lose(clinic, alice, bruno)
        await bruno.messages.fetch(file.id)
        await until(lambda: _at(bruno, file.id, FileState.GONE))

    with_desks(tmp_path, TWO, story)


def test_nobody_but_its_recipients_has_a_file_laid_out_again(tmp_path):
    async def story(clinic, alice, bruno, chloe):
        place = tmp_path / "scanner.bin"
        place.write_bytes(os.urandom(100_000))
        sent = await send_file(alice, await alice.direct(bruno), place, "Pour Bruno", bruno)
        message = (await alice.messages.around(sent))[0]
        await lose(clinic, alice, bruno, chloe)
        conv = convs.direct(alice.user, chloe.user)
        for number in (0, 1):
            body = Wanted(message.msg_id, number).encode()
            await chloe.post.say(Type.WANTED, conv, (alice.user,), body)
        answers: list[Laid] = []

        def told():
            answers[:] = [one.body for one in chloe.told if one.type is Type.LAID]
            return len(answers) == 2

        await until(told)
        assert not any(one.there for one in answers)
        blob, *_ = await rows(alice, lambda m: m.files.blobs(message.files[0].id))
        with pytest.raises(LinkRefused, match="blob-unknown"):
            await alice.post.mailbox.blob_size(blob.blob)

    with_desks(tmp_path, (*TWO, "Chloé Cot"), story)


def test_who_was_removed_from_a_team_has_none_of_its_files_laid_out_again(tmp_path):
    async def story(clinic, alice, bruno, chloe):
        place = tmp_path / "scanner.bin"
        place.write_bytes(os.urandom(100_000))
        team = await alice.messages.gather("RCP", (bruno.user, chloe.user))
        await bruno.thread()
        await send_file(alice, team, place, "Pour la RCP", bruno, chloe)
        files = [(desk, (await desk.hears("Pour la RCP")).files[0].id) for desk in (bruno, chloe)]
        await alice.messages.remove(team, chloe.user)
        await lose(clinic, alice, bruno, chloe)
        for desk, file in files:
            await desk.messages.fetch(file)
        await until(lambda: _at(*files[0], FileState.HERE))
        await until(lambda: _at(*files[1], FileState.GONE))

    with_desks(tmp_path, (*TWO, "Chloé Cot"), story)


async def _at(desk, file: int, state: FileState) -> bool:
    return (await rows(desk, lambda m: m.files.get(file))).state is state


def test_what_a_full_disk_could_not_take_comes_once_there_is_room(tmp_path):
    async def story(disk):
        clinic = Clinic(tmp_path)
        try:
            alice = await clinic.desk("Alice Aubry")
            clinic.folder = disk.folder
            bruno = await clinic.desk("Bruno Bel")
            await clinic.settle()
            thread = await alice.direct(bruno)
            await alice.reaches(await alice.messages.send(thread, "avant"), State.DELIVERED)
            disk.fill()
            texts = [f"{number} {'plein ' * 300}" for number in range(40)]
            sent = [await alice.messages.send(thread, text, confirmed=True) for text in texts]
            await alice.reaches(sent[-1], State.AT_RELAY)
            await until(lambda: bruno.vault.mail._database.failing)
            disk.free()
            for message in sent:
                await alice.reaches(message, State.DELIVERED)
            assert await bruno.texts((await bruno.thread()).id) == ["avant", *texts]
        finally:
            await clinic.end()

    with small_disk(tmp_path / "disk") as disk:
        asyncio.run(story(disk))


def test_a_file_for_which_the_disk_has_no_room_halts_and_goes_on_once_there_is_some(tmp_path):
    async def story(disk):
        clinic = Clinic(tmp_path)
        try:
            alice = await clinic.desk("Alice Aubry")
            clinic.folder = disk.folder
            bruno = await clinic.desk("Bruno Bel")
            await clinic.settle()
            place = tmp_path / "scanner.bin"
            place.write_bytes(os.urandom(2 << 20))
            thread = await alice.direct(bruno)
            await send_file(alice, thread, place, "Le scanner", bruno)
            (file,) = (await bruno.hears("Le scanner")).files
            disk.fill()
            with contextlib.suppress(StorageError):
                await bruno.messages.fetch(file.id)
            await until(lambda: bruno.vault.mail._database.failing)
            disk.free()

            async def here():
                state = (await rows(bruno, lambda m: m.files.get(file.id))).state
                if state in {FileState.PAUSED, FileState.OFFERED}:
                    with contextlib.suppress(StorageError):
                        await bruno.messages.fetch(file.id)
                return state is FileState.HERE

            await until(here)
            assert await bruno.messages.content(file.id) == place.read_bytes()
            await alice.reaches(await alice.messages.send(thread, "après"), State.DELIVERED)
        finally:
            await clinic.end()

    with small_disk(tmp_path / "disk") as disk:
        asyncio.run(story(disk))


def test_a_desk_of_which_a_copy_runs_is_told_of_by_whoever_hears_both(tmp_path):
    async def story(clinic, alice, bruno):
        thread = await alice.direct(bruno)
        await alice.reaches(await alice.messages.send(thread, "avant"), State.DELIVERED)
        await alice.close()
        copied = tmp_path / "copy"
        shutil.copytree(alice.folder, copied)
        twin = type(alice)(clinic, alice.vault, copied)
        clinic.desks.append(twin)
        await alice.reopen()
        await alice.reaches(await alice.messages.send(thread, "de l'un"), State.DELIVERED)
        await twin.reopen()
        await twin.messages.send(thread, "de l'autre")
        told = await bruno.hears("de l'autre")
        assert told.warning == "fork"
        assert (await bruno.hears("de l'un")).warning == ""

    with_desks(tmp_path, TWO, story)


def test_what_a_relay_without_room_refused_is_sent_once_there_is_some(tmp_path):
    async def story(disk):
        clinic = Clinic(tmp_path, caps="disk_reserve_mb = 0")
        try:
            alice, bruno = await clinic.desk("Alice Aubry"), await clinic.desk("Bruno Bel")
            await clinic.settle()
            thread = await alice.direct(bruno)
            await alice.reaches(await alice.messages.send(thread, "avant"), State.DELIVERED)
            await bruno.close()
            disk.fill()
            texts = [f"message {number}" for number in range(20)]
            sent = [await alice.messages.send(thread, text, confirmed=True) for text in texts]

            async def refused():
                return any(one.attempts for one in await rows(alice, lambda m: m.outbox.due(1 << 60)))

            await until(refused)
            disk.free()
            await bruno.reopen()
            alice.clock.ahead_ms = 60_000
            alice.post.wake()
            for message in sent:
                await alice.reaches(message, State.DELIVERED)
            assert await bruno.texts((await bruno.thread()).id) == ["avant", *texts]
        finally:
            await clinic.end()

    with small_disk(tmp_path / "relay") as disk:
        asyncio.run(story(disk))


def test_a_clock_set_wrong_effaces_nothing_for_good_and_one_that_is_right_effaces_in_time(tmp_path):
    async def story(_clinic, alice, bruno):
        thread = await alice.direct(bruno)
        await alice.messages.set_timer(thread, 4 * 86_400)
        await alice.reaches(await alice.messages.send(thread, "d'abord"), State.DELIVERED)
        place = (await bruno.hears("d'abord")).thread
        bruno.clock.ahead_ms = 365 * DAY_MS
        await bruno.messages._efface()
        bruno.clock.ahead_ms = -30 * DAY_MS
        before = len(bruno.told)
        await alice.messages.send(thread, "ensuite")
        await until(lambda: len(bruno.told) > before)
        await bruno.messages._efface()
        bruno.clock.ahead_ms = 30 * DAY_MS
        before = len(bruno.told)
        await alice.messages.send(thread, "encore")
        await until(lambda: len(bruno.told) > before)
        bruno.clock.ahead_ms = 0
        await bruno.messages._efface()
        assert await bruno.texts(place) == ["d'abord", "ensuite", "encore"]
        alice.clock.ahead_ms = bruno.clock.ahead_ms = 5 * DAY_MS
        await alice.reaches(await alice.messages.send(thread, "plus tard"), State.DELIVERED)
        await bruno.messages._efface()
        assert await bruno.texts(place) == ["", "", "", "plus tard"]
        gone = await rows(bruno, lambda m: [bool(one.gone_ms) for one in m.messages.page(place)])
        assert gone[-4:] == [True, True, True, False]

    with_desks(tmp_path, TWO, story)


def test_a_clock_a_year_ahead_makes_no_card_that_nobody_takes(tmp_path):
    async def story(_clinic, alice, bruno):
        thread = await alice.direct(bruno)
        bruno.clock.ahead_ms = 365 * DAY_MS
        card = await bruno.post._open.prekeys.card(b"q" * 16)
        assert card.verify(bruno.post.desk.book.own.public.ed25519, -1, alice.post.desk.today)
        before = set(bruno.post._open.prekeys.keys)
        bruno.clock.ahead_ms = 400 * DAY_MS
        await bruno.post._open.prekeys.card(b"q" * 16)
        assert before <= set(bruno.post._open.prekeys.keys)
        bruno.clock.ahead_ms = 0
        await alice.messages.send(thread, "toujours joignable")
        await bruno.hears("toujours joignable")

    with_desks(tmp_path, TWO, story)
