"""Desks that write to each other without a window: real vaults, a real relay process, real sockets; the clock is passed in."""

from __future__ import annotations

import asyncio
import os
import shutil

import pytest

from app.config import ACCEPT_MB
from app.messages.ports import CROWD, Outgoing, Refused
from media.mail.types import Type
from storage.messages.records import FileState, PatientLink, State, ThreadKind
from tests.harness.correspondents import Desk, with_desks
from tests.harness.postal import until
from tests.unit.papers.test_press import SMALL

TWO, THREE = ("Alice Aubry", "Bruno Bel"), ("Alice Aubry", "Bruno Bel", "Chloé Cot")
DAY_MS = 86_400_000


def test_a_text_goes_from_the_desk_to_read(tmp_path):
    async def story(_clinic, alice, bruno):
        message = await alice.messages.send(await alice.direct(bruno), "Bonjour")
        await alice.reaches(message, State.DELIVERED)
        came = await bruno.hears("Bonjour")
        assert came.author == alice.user
        assert not came.read
        assert came.warning == ""
        await bruno.messages.read(came.thread, came.order)
        await alice.reaches(message, State.READ)
        (receipt,) = await alice.messages.receipts(message)
        assert receipt.user == bruno.user
        assert 0 < receipt.relay_ms <= receipt.delivered_ms <= receipt.read_ms
        assert await alice.parcels() == 0

    with_desks(tmp_path, TWO, story)


def test_both_write_in_one_thread_whoever_begins(tmp_path):
    async def story(_clinic, alice, bruno):
        there, here = await alice.direct(bruno), await bruno.direct(alice)
        await asyncio.gather(alice.messages.send(there, "un"), bruno.messages.send(here, "deux"))
        await alice.hears("deux")
        await bruno.hears("un")
        assert len(await alice.messages.threads()) == len(await bruno.messages.threads()) == 1

    with_desks(tmp_path, TWO, story)


def test_a_text_is_quoted_corrected_withdrawn_and_taken_in_charge(tmp_path):
    async def story(_clinic, alice, bruno):
        thread = await alice.direct(bruno)
        first = await alice.messages.send(thread, "Potassium à 6,1")
        came = await bruno.hears("Potassium à 6,1")
        answer = await bruno.messages.send(came.thread, "Vu", quote=came.msg_id)
        assert (await alice.hears("Vu")).quote == came.msg_id

        await alice.messages.correct(first, "Potassium à 6,2")
        corrected = await bruno.hears("Potassium à 6,2")
        assert corrected.edited_ms
        assert [text for _, text in await bruno.messages.versions(corrected.id)] == ["Potassium à 6,1"]

        await bruno.messages.take(came.id)

        async def taken():
            return (await alice.messages.around(first))[0].taken

        assert (await until(taken))[0].user == bruno.user

        await bruno.messages.withdraw(answer)

        async def withdrawn():
            return any(one.withdrawn_ms and not one.text for one in await alice.messages.page(thread))

        await until(withdrawn)

    with_desks(tmp_path, TWO, story)


def test_only_its_author_may_change_a_message_and_only_for_a_day(tmp_path):
    async def story(_clinic, alice, bruno):
        own = await alice.messages.send(await alice.direct(bruno), "à moi")
        came = await bruno.hears("à moi")
        for act in (bruno.messages.withdraw(came.id), bruno.messages.correct(came.id, "à toi")):
            with pytest.raises(Refused, match="not-own"):
                await act
        alice.clock.ahead_ms = 2 * DAY_MS
        with pytest.raises(Refused, match="late"):
            await alice.messages.withdraw(own)

    with_desks(tmp_path, TWO, story)


def test_who_was_removed_from_a_team_reads_nothing_more(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        about = PatientLink("1.2.250.1.71.4.2.7", "8001", "TESSIER Irène, née le 02/02/1950")
        team = await alice.messages.gather("RCP thorax", (bruno.user, chloe.user), about)
        await alice.messages.send(team, "Pour tous")
        there = await chloe.hears("Pour tous")
        thread = await chloe.thread()
        assert (thread.kind, thread.title, thread.patient) == (ThreadKind.TEAM, "RCP thorax", about)
        assert set(thread.members) == {alice.user, bruno.user}

        await alice.messages.remove(team, chloe.user)

        async def left():
            return (await chloe.thread()).left

        await until(left)
        await alice.messages.send(team, "Sans elle")
        heard = await bruno.hears("Sans elle")
        await bruno.messages.send(heard.thread, "Sans elle non plus")
        await alice.hears("Sans elle non plus")
        seen = len(chloe.told)
        await alice.messages.send(await alice.direct(chloe), "à vous seule")
        await chloe.hears("à vous seule")  # what was said before this would have come before it
        assert [one.type for one in chloe.told[seen:]].count(Type.TEXT) == 1
        assert "Sans elle" not in await chloe.texts(there.thread)
        with pytest.raises(Refused, match="no-recipient"):
            await chloe.messages.send(there.thread, "Je suis encore là ?")

    with_desks(tmp_path, THREE, story)


def test_a_team_is_renamed_joined_timed_and_left(tmp_path):
    async def story(_clinic, alice, bruno, chloe):
        team = await alice.messages.gather("Équipe", (bruno.user,))
        await alice.messages.rename(team, "Équipe mobile")
        await alice.messages.add(team, chloe.user)
        await alice.messages.set_timer(team, 3600)

        async def as_said():
            thread = await chloe.thread()
            return thread.title == "Équipe mobile" and thread.expire_s == 3600

        await until(as_said)
        thread = await bruno.thread()
        await bruno.messages.remove(thread.id, bruno.user)

        async def without():
            return bruno.user not in (await alice.messages.threads())[0].members

        await until(without)
        page = await alice.messages.page(team)
        assert [one.event for one in page] == ["created", "renamed", "joined", "timer", "left"]
        assert page[1].text == "Équipe mobile"

    with_desks(tmp_path, THREE, story)


def test_what_was_written_offline_goes_once_desk_and_relay_are_back(tmp_path):
    async def story(clinic, alice, bruno):
        thread = await alice.direct(bruno)
        clinic.relay.kill()
        await until(lambda: not alice.post.line.online)
        message = await alice.messages.send(thread, "Hors ligne")
        assert (await alice.messages.page(thread))[-1].state is State.QUEUED
        await alice.close()
        clinic.relay.start()
        await alice.reopen()
        await alice.reaches(message, State.DELIVERED)
        await bruno.hears("Hors ligne")

    with_desks(tmp_path, TWO, story)


def test_a_relay_that_forgot_everything_gets_the_message_sealed_again(tmp_path):
    async def story(clinic, alice, bruno):
        thread = await alice.direct(bruno)
        first = await alice.messages.send(thread, "avant")
        await alice.reaches(first, State.DELIVERED)
        await bruno.close()
        lost = await alice.messages.send(thread, "perdu au relais")
        await alice.reaches(lost, State.AT_RELAY)
        clinic.relay.kill()
        for path in clinic.relay.folder.rglob("*"):
            if path.is_file() and path.name.startswith("queues"):
                path.unlink()
        shutil.rmtree(next(clinic.relay.folder.rglob("blobs"), tmp_path / "none"), ignore_errors=True)
        clinic.relay.start()
        await bruno.reopen()
        await bruno.online()
        await until(lambda: alice.post.line.online)
        alice.clock.ahead_ms = DAY_MS + 60_000
        alice.post.wake()
        came = await bruno.hears("perdu au relais")
        await alice.reaches(lost, State.DELIVERED)
        assert (await bruno.texts(came.thread)).count("perdu au relais") == 1

    with_desks(tmp_path, TWO, story)


def test_without_a_receipt_in_three_days_it_is_said(tmp_path):
    async def story(_clinic, alice, bruno):
        thread = await alice.direct(bruno)
        await bruno.close()
        message = await alice.messages.send(thread, "Êtes-vous là ?")
        await alice.reaches(message, State.AT_RELAY)
        alice.clock.ahead_ms = 3 * DAY_MS + 60_000
        alice.post.wake()
        await alice.reaches(message, State.UNDELIVERED)

    with_desks(tmp_path, TWO, story)


def test_days_without_a_relay_are_none_of_the_three_in_which_it_is_tried_again(tmp_path):
    async def story(clinic, alice, bruno):
        thread = await alice.direct(bruno)
        await bruno.close()
        await asyncio.to_thread(clinic.relay.kill)
        await until(lambda: not alice.post.line.online)
        message = await alice.messages.send(thread, "Êtes-vous là ?")
        alice.clock.ahead_ms = 4 * DAY_MS
        clinic.relay.start()
        await alice.reaches(message, State.AT_RELAY)
        alice.clock.ahead_ms += DAY_MS + 60_000
        alice.post.wake()

        async def sealed_again():
            parcels = await asyncio.wrap_future(alice.vault.mail.read(lambda rows: rows.outbox.parcels(1)))
            return parcels[0].state is State.AT_RELAY and parcels[0].next_ms > alice.clock.now_ms()

        await until(sealed_again)
        alice.clock.ahead_ms += 2 * DAY_MS
        alice.post.wake()
        await alice.reaches(message, State.UNDELIVERED)

    with_desks(tmp_path, TWO, story)


def test_a_changed_key_holds_the_message_until_it_is_compared(tmp_path):
    async def story(clinic, alice, bruno):
        await alice.verify(bruno)
        other = await clinic.desk("Bruno Bel", bruno.user)
        clinic.organisation.revoke(bruno.post.desk.book.own, clinic.now_s)
        await other.open()
        await other.online()
        await alice.renew()
        thread = await alice.direct(bruno)
        message = await alice.messages.send(thread, "Retenu")
        await alice.reaches(message, State.HELD)
        assert (await alice.messages.page(thread))[-1].held == "key-changed"
        assert (await alice.messages.threads())[0].held == 1
        await alice.messages.release(thread)
        await alice.reaches(message, State.HELD)  # nothing was compared: it is held again
        await alice.verify(other)
        await alice.reaches(message, State.DELIVERED)
        await other.hears("Retenu")

    with_desks(tmp_path, TWO, story)


def test_a_second_device_of_one_person_sees_both_sides(tmp_path):
    async def story(clinic, alice, bruno):
        second = await clinic.desk("Alice Aubry", alice.user)
        await second.open()
        await second.online()
        for desk in (alice, bruno):
            await desk.renew()
        await alice.verify(second)
        thread = await alice.direct(bruno)
        await alice.messages.send(thread, "Du bureau")
        await bruno.hears("Du bureau")
        mine = await second.hears("Du bureau")
        assert mine.own
        answer = await bruno.messages.send((await bruno.thread()).id, "Bien reçu")
        await alice.hears("Bien reçu")
        theirs = await second.hears("Bien reçu")
        assert not theirs.own
        assert theirs.thread == mine.thread
        await bruno.reaches(answer, State.DELIVERED)

    with_desks(tmp_path, TWO, story)


def test_an_author_who_is_newer_than_the_directory_waits_for_it(tmp_path):
    async def story(clinic, alice, bruno):
        newcomer = await clinic.desk("Denis Dor")
        await newcomer.open()  # the others have not read of it
        await newcomer.online()
        await newcomer.messages.send(await newcomer.messages.direct(bruno.user), "Je viens d'arriver")
        await newcomer.messages.send(await newcomer.messages.direct(alice.user), "Bonjour")
        await until(lambda: not newcomer.post.desk.wake.is_set())
        await alice.renew()
        await alice.hears("Bonjour")
        assert not [one for one in bruno.told if one.by.user == newcomer.user]
        await bruno.renew()
        await bruno.hears("Je viens d'arriver")

    with_desks(tmp_path, TWO, story)


def test_a_revoked_device_is_refused_and_sends_no_more(tmp_path):
    async def story(clinic, alice, bruno):
        thread = await bruno.direct(alice)
        await alice.direct(bruno)
        clinic.organisation.revoke(bruno.post.desk.book.own, clinic.now_s)
        await alice.renew()
        await until(lambda: alice.post.desk.session.trust.revoked)
        await bruno.messages.send(thread, "Encore moi")  # has not heard of it yet
        await until(lambda: "certificate-revoked" in alice.refused)
        await bruno.renew()
        await until(lambda: bruno.post.desk.book.revoked)
        held = await bruno.messages.send(thread, "Et encore")
        await bruno.reaches(held, State.HELD)
        assert not await alice.texts((await alice.messages.threads())[0].id)

    with_desks(tmp_path, TWO, story)


def test_files_arrive_whole_and_ephemeral_ones_are_opened_once(tmp_path):
    async def story(_clinic, alice, bruno):
        data = os.urandom(700_000)
        place = tmp_path / "Compte rendu.bin"
        place.write_bytes(data)
        files = (
            Outgoing(place, place.name),
            Outgoing(None, "collé.png", data=b"picture" * 99),
            Outgoing(None, "une fois.png", SMALL, open_within_s=60, shown_for_s=10),
        )
        bruno.config.choose(ACCEPT_MB, 0)
        sent = await alice.messages.send(await alice.direct(bruno), "Voici", files=files)
        whole, pasted, once = (await bruno.hears("Voici")).files
        await alice.reaches(sent, State.DELIVERED)
        assert whole.state is FileState.OFFERED
        await bruno.messages.fetch(whole.id)
        await bruno.messages.fetch(pasted.id)
        await _here(bruno, whole.id)
        await _here(bruno, pasted.id)
        assert await bruno.messages.content(whole.id) == data
        assert await bruno.messages.content(pasted.id) == b"picture" * 99
        target = tmp_path / "gardé.bin"
        await bruno.messages.save(whole.id, target)
        assert target.read_bytes() == data
        alice.clock.ahead_ms += 30_000 - (alice.clock.now_ms() - (await _sent_ms(alice, sent)))
        heard = []
        alice.messages.changed.subscribe(heard.append)
        shown = await bruno.messages.open_once(once.id)
        assert shown.data == SMALL
        await until(lambda: any(heard))  # the author's page reads anew who opened it
        assert (await alice.messages.around(sent))[0].files[2].opened_by == bruno.user
        with pytest.raises(Refused, match="opened"):
            await bruno.messages.open_once(once.id)
        with pytest.raises(Refused, match="opened"):
            await bruno.messages.content(once.id)

    with_desks(tmp_path, TWO, story)


def test_an_ephemeral_document_is_refused_after_its_time_by_its_authors_clock(tmp_path):
    async def story(_clinic, alice, bruno):
        once = Outgoing(None, "scan.txt", data=b"x" * 5000, open_within_s=10, shown_for_s=10)
        sent = await alice.messages.send(await alice.direct(bruno), "Vite", files=(once,))
        (file,) = (await bruno.hears("Vite")).files
        alice.clock.ahead_ms += 10_100 - (alice.clock.now_ms() - (await _sent_ms(alice, sent)))
        with pytest.raises(Refused, match="expired"):
            await bruno.messages.open_once(file.id)

    with_desks(tmp_path, TWO, story)


def test_an_author_whose_clock_is_set_back_gives_no_reader_more_time(tmp_path):
    async def story(_clinic, alice, bruno):
        thread = await alice.direct(bruno)
        once = Outgoing(None, "scan.txt", data=b"x" * 5000, open_within_s=10, shown_for_s=10)
        sent = await alice.messages.send(thread, "Vite", files=(once,))
        (file,) = (await bruno.hears("Vite")).files
        alice.clock.ahead_ms += 10_100 - (alice.clock.now_ms() - (await _sent_ms(alice, sent)))
        alice.clock.set_back_ms = 60_000
        with pytest.raises(Refused, match="expired"):
            await bruno.messages.open_once(file.id)

    with_desks(tmp_path, TWO, story)


def test_an_author_whose_clock_is_put_forward_takes_no_reader_s_time(tmp_path):
    async def story(_clinic, alice, bruno):
        thread = await alice.direct(bruno)
        once = Outgoing(None, "scan.txt", data=b"x" * 5000, open_within_s=60, shown_for_s=10)
        await alice.messages.send(thread, "Vite", files=(once,))
        (file,) = (await bruno.hears("Vite")).files
        alice.clock.set_back_ms = -120_000
        assert (await bruno.messages.open_once(file.id)).data == b"x" * 5000

    with_desks(tmp_path, TWO, story)


def moved(tmp_path, size):
    """Send a file of *size* bytes, interrupting it twice on its way up and twice on its way down."""

    async def story(clinic, alice, bruno):
        place = tmp_path / "grand.bin"
        place.write_bytes(os.urandom(1 << 20) * (size >> 20))
        sent = await alice.messages.send(
            await alice.direct(bruno), "Grand", files=(Outgoing(place, "grand.bin"),)
        )
        (own,) = (await alice.messages.around(sent))[0].files
        await _under_way(alice, own.id, size // 8)
        clinic.relay.kill()
        await until(lambda: not alice.post.line.online)
        clinic.relay.start()
        await _under_way(alice, own.id, size // 2)
        await alice.close()
        await alice.reopen()
        (file,) = (await bruno.hears("Grand")).files
        await bruno.messages.fetch(file.id)
        await _under_way(bruno, file.id, size // 8)
        await bruno.messages.pause(file.id)
        await bruno.messages.fetch(file.id)
        await _under_way(bruno, file.id, size // 2)
        await bruno.close()
        await bruno.reopen()
        await _here(bruno, file.id)
        out = tmp_path / "reçu.bin"
        await bruno.messages.save(file.id, out)
        assert out.read_bytes() == place.read_bytes()

    with_desks(tmp_path, TWO, story)


def test_a_file_of_20_mb_interrupted_twice_each_way_arrives(tmp_path):
    moved(tmp_path, 20 << 20)


@pytest.mark.long
def test_a_file_of_200_mb_interrupted_twice_each_way_arrives(tmp_path):
    moved(tmp_path, 200 << 20)


def test_a_message_goes_away_on_both_sides_when_its_timer_is_over(tmp_path):
    async def story(_clinic, alice, bruno):
        thread = await alice.direct(bruno)
        await alice.messages.set_timer(thread, 60)
        await alice.messages.send(thread, "Éphémère")
        came = await bruno.hears("Éphémère")
        for desk in (alice, bruno):
            desk.clock.ahead_ms = 61_000
            await desk.messages._efface()
        for desk, place in ((alice, thread), (bruno, came.thread)):
            (one,) = [row for row in await desk.messages.page(place) if not row.event]
            assert (one.text, bool(one.gone_ms)) == ("", True)
            assert await desk.messages.search("Éphé") == ()
        bruno.clock.ahead_ms = -DAY_MS
        assert "Éphémère" not in await bruno.texts(came.thread)

    with_desks(tmp_path, TWO, story)


def test_a_crowd_is_written_to_only_when_confirmed(tmp_path):
    async def story(_clinic, alice, bruno):
        team = await alice.messages.gather(
            "Tous", (bruno.user, *(bytes([n]) * 16 for n in range(1, CROWD + 1)))
        )
        with pytest.raises(Refused, match="crowd"):
            await alice.messages.send(team, "À tous")
        await alice.messages.send(team, "À tous", confirmed=True)
        await bruno.hears("À tous")

    with_desks(tmp_path, TWO, story)


def test_who_read_a_message_about_a_patient_stands_in_the_trail(tmp_path):
    async def story(_clinic, alice, bruno):
        about = PatientLink("1.2.250.1.71.4.2.7", "8001", "TESSIER Irène")
        team = await alice.messages.gather("", (bruno.user,), about)
        await alice.messages.send(team, "Résultat", patient=about)
        came = await bruno.hears("Résultat")
        await bruno.messages.read(came.thread, came.order)
        subject = b"patient:1.2.250.1.71.4.2.7|8001"

        async def traced(desk):
            rows = await asyncio.wrap_future(desk.vault.audit.about(subject))
            return [(row.action, row.reason) for row in rows]

        code = came.msg_id.hex()[:12]
        assert await until(lambda: traced(bruno)) == [("message-read", code)]
        assert await until(lambda: traced(alice)) == [("message-sent", code)]

    with_desks(tmp_path, TWO, story)


async def _here(desk: Desk, file: int) -> None:
    async def found():
        return (await _file(desk, file)).state is FileState.HERE

    await until(found, 120)


async def _under_way(desk: Desk, file: int, least: int) -> None:
    async def found():
        one = await _file(desk, file)
        return one.done >= least or one.state in {FileState.SENT, FileState.HERE}

    await until(found, 120)


async def _file(desk: Desk, file: int):
    return await asyncio.wrap_future(desk.vault.mail.read(lambda rows: rows.files.get(file)))


async def _sent_ms(desk: Desk, message: int) -> int:
    return (await asyncio.wrap_future(desk.vault.mail.read(lambda rows: rows.messages.get(message)))).sent_ms
