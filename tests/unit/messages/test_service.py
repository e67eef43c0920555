"""The service of messages at a desk whose relay is away: everything but the carrying works."""

from __future__ import annotations

import asyncio
import threading

import pytest

from app.messages.ground import subject
from app.messages.ports import CROWD_A_MINUTE, Outgoing, Refused, Standing, Unwritable
from app.patients.service import Patients
from app.scenes import wards
from app.scenes.stills import NOW_MS
from media.mail.texts import MAX_CHARACTERS
from resources.demo.patients import AUTHORITY
from storage.messages.records import FileState, PatientLink, State
from tests.harness.correspondents import Clinic
from tests.harness.postal import until


def offline(tmp_path, story) -> None:
    """Run *story* at an open desk, with the user id of a colleague, without a relay."""

    async def run() -> None:
        clinic = Clinic(tmp_path)
        try:
            alice, bruno = await clinic.desk("Alice Aubry"), await clinic.desk("Bruno Bel")
            clinic.relay.kill()
            await alice.open()
            await story(alice, clinic.organisation.certificates[-1].user)
            await alice.close()
            await asyncio.to_thread(bruno.vault.lock)
        finally:
            clinic.close()

    asyncio.run(run())


def test_what_is_written_stands_there_at_once_and_waits(tmp_path):
    async def story(alice, bruno):
        thread = await alice.messages.direct(bruno)
        assert await alice.messages.direct(bruno) == thread
        message = await alice.messages.send(thread, "Bonjour")
        (row,) = await alice.messages.page(thread)
        assert (row.id, row.text, row.state, row.own) == (message, "Bonjour", State.QUEUED, True)
        await until(lambda: alice.messages.standing.waiting == 1)
        assert not alice.messages.standing.online
        (hit,) = await alice.messages.search("bonj")
        assert (hit.message, hit.match) == (message, "Bonjour")

    offline(tmp_path, story)


def test_a_count_that_the_lock_overtakes_says_nothing_any_more(tmp_path):
    async def story(alice, bruno):
        await alice.messages.send(await alice.messages.direct(bruno), "Bonjour")
        await until(lambda: alice.messages.standing.waiting == 1)
        disk = threading.Event()
        alice.vault.mail.read(lambda _rows: disk.wait(60))
        alice.messages.changed.fire(frozenset())
        await asyncio.sleep(0)
        alice.task.cancel()
        await asyncio.wait({alice.task}, timeout=5)
        answered = alice.vault.mail.read(lambda _rows: None)
        disk.set()
        await asyncio.wrap_future(answered)
        await asyncio.sleep(0)
        assert alice.messages.standing == Standing()

    offline(tmp_path, story)


def test_a_direct_thread_about_a_patient_begins_with_one_line(tmp_path):
    async def story(alice, bruno):
        link = PatientLink("1.2.250.1.71.4.2.7", "80421937", "LEMAÎTRE Odile")
        thread = await alice.messages.direct(bruno, link, 86_400)
        (line,) = await alice.messages.page(thread)
        assert line.event == "linked"
        (row,) = await alice.messages.threads()
        assert (row.patient, row.expire_s) == (link, 86_400)
        assert await alice.messages.direct(bruno, link, 86_400) == thread
        assert len(await alice.messages.page(thread)) == 1

    offline(tmp_path, story)


def test_each_patient_s_page_shows_their_own_messages_though_the_thread_was_relinked(tmp_path):
    async def story(alice, bruno):
        vault = alice.vault
        await asyncio.wrap_future(vault.patients.apply(wards.facts(NOW_MS)))
        patients = Patients(alice.config, alice.clock.now_ms, alice.trail)
        patients.follow(alice.messages)
        patients.begin(alice.session, vault)
        odile, simone = [
            await asyncio.wrap_future(vault.patients.by_ipp(AUTHORITY, ipp))
            for ipp in ("80421937", "80366510")
        ]
        about = [PatientLink(one.authority, one.ipp, one.birth_name) for one in (odile, simone)]
        thread = await alice.messages.direct(bruno, about[0])
        await alice.messages.send(thread, "hémoglobine à 7", patient=about[0])
        await alice.messages.link(thread, about[1])
        for number in range(70):
            await alice.messages.send(thread, f"{number}", patient=about[1], confirmed=True)
        told = (await patients.talks(odile)).talks
        assert [one.message.text for one in told] == ["hémoglobine à 7"]
        told = (await patients.talks(simone)).talks
        assert [one.message.text for one in told] == [str(number) for number in range(69, 9, -1)]

    offline(tmp_path, story)


def test_a_message_is_about_whom_its_author_had_in_sight_and_the_thread_says_who_it_was_about(tmp_path):
    async def story(alice, bruno):
        odile, simone = (
            PatientLink("1.2.250.1", ipp, name) for ipp, name in (("1", "LEMAÎTRE"), ("2", "DUMAS"))
        )
        thread = await alice.messages.direct(bruno, odile)
        await alice.messages.link(thread, simone)
        place = tmp_path / "cliché.txt"
        place.write_bytes(b"x")
        await alice.messages.send(thread, "Odile", patient=odile)
        await alice.messages.send(thread, "fichier", files=(Outgoing(place, place.name),), patient=odile)
        await alice.messages.link(thread, None)
        first, second, *said, third = await alice.messages.page(thread)
        assert [one.patient for one in said] == [odile, odile]
        assert [(one.event, one.patient, one.was) for one in (first, second, third)] == [
            ("linked", odile, None),
            ("linked", simone, odile),
            ("linked", None, simone),
        ]

    offline(tmp_path, story)


def test_what_an_answer_quotes_is_read_of_its_own_thread_only(tmp_path):
    async def story(alice, bruno):
        thread = await alice.messages.direct(bruno)
        other = await alice.messages.gather("Ailleurs", (bruno,))
        await alice.messages.send(thread, "ici")
        await alice.messages.send(other, "ailleurs")
        (here,), (_created, there) = await alice.messages.page(thread), await alice.messages.page(other)
        wanted = (here.msg_id, there.msg_id, bytes(16))
        assert [one.text for one in await alice.messages.quoted(thread, wanted)] == ["ici"]

    offline(tmp_path, story)


def test_the_trail_says_which_message_and_which_file_and_nothing_of_what_they_say(tmp_path):
    async def story(alice, bruno):
        odile = PatientLink("1.2.250.1", "1", "LEMAÎTRE")
        thread = await alice.messages.direct(bruno, odile)
        two = (Outgoing(None, "un secret", b"1"), Outgoing(None, "un autre", b"2"))
        await alice.messages.send(thread, "secret", files=two, patient=odile)
        message = (await alice.messages.page(thread))[-1]
        await alice.messages.content(message.files[1].id)
        await alice.messages.save(message.files[0].id, tmp_path / "copie")

        async def traced():
            rows = await asyncio.wrap_future(alice.vault.audit.about(subject(odile)))
            return {row.action: row.reason for row in rows} if len(rows) == 4 else {}

        rows = await until(traced)
        code = message.msg_id.hex()[:12]
        assert rows == {
            "message-linked": "",
            "message-sent": code,
            "file-read": f"{code}/2",
            "file-saved": f"{code}/1",
        }

    offline(tmp_path, story)


def test_drafts_pins_and_mutes_stay_with_the_thread(tmp_path):
    async def story(alice, bruno):
        thread = await alice.messages.direct(bruno)
        odile = PatientLink("1.2.250.1", "1", "LEMAÎTRE")
        await alice.messages.keep_draft(thread, "à moitié", odile)
        await alice.messages.pin(thread, True)
        await alice.messages.mute(thread, True)
        (row,) = await alice.messages.threads()
        assert (row.draft, row.draft_patient, row.pinned, row.muted) == ("à moitié", odile, True, True)
        await alice.messages.send(thread, "entier")
        (row,) = await alice.messages.threads()
        assert (row.draft, row.draft_patient) == ("", None)

    offline(tmp_path, story)


def test_what_cannot_be_sent_is_refused_and_nothing_is_kept(tmp_path):
    async def story(alice, bruno):
        thread = await alice.messages.direct(bruno)
        far = tmp_path / "n'existe pas.pdf"
        refused = (
            ("too-long", alice.messages.send(thread, "x" * (MAX_CHARACTERS + 1))),
            ("unknown", alice.messages.send(thread, "  ")),
            ("unknown", alice.messages.send(thread + 7, "à personne")),
            ("unknown", alice.messages.send(thread, "", files=(Outgoing(far, far.name),))),
            ("too-many", alice.messages.send(thread, "", files=(Outgoing(None, "a", b"a"),) * 33)),
            ("no-recipient", alice.messages.direct(alice.user)),
            ("no-recipient", alice.messages.gather("Seule", (alice.user,))),
            ("too-many", alice.messages.gather("Trop", tuple(n.to_bytes(16) for n in range(70)))),
        )
        for code, act in refused:
            with pytest.raises(Refused, match=code):
                await act
        assert await alice.messages.page(thread) == ()

    offline(tmp_path, story)


def test_the_thirty_first_message_of_a_minute_is_asked_about(tmp_path):
    async def story(alice, bruno):
        thread = await alice.messages.direct(bruno)
        for number in range(CROWD_A_MINUTE):
            await alice.messages.send(thread, f"n° {number}")
        with pytest.raises(Refused, match="often"):
            await alice.messages.send(thread, "encore un")
        await alice.messages.send(thread, "encore un", confirmed=True)
        alice.clock.ahead_ms = 61_000
        await alice.messages.send(thread, "une minute après")

    offline(tmp_path, story)


def test_a_file_that_changed_before_it_was_sealed_is_not_sent_and_can_be_sent_again(tmp_path):
    async def story(alice, bruno):
        place = tmp_path / "compte rendu.txt"
        place.write_bytes(b"x" * 4_000)
        wanted = await until(lambda: alice.messages._freight)
        wanted._next = _nothing  # the file changes before its turn comes
        message = await alice.messages.send(
            await alice.messages.direct(bruno), "", files=(Outgoing(place, place.name),)
        )
        place.write_bytes(b"x" * 10)
        del wanted._next
        await alice.reaches(message, State.FAILED)
        (row,) = await alice.messages.around(message)
        assert (row.held, row.files[0].state) == ("file-unreadable", FileState.REFUSED)
        place.write_bytes(b"x" * 4_000)
        await alice.messages.again(message)

        async def sealed():
            kept = await asyncio.wrap_future(
                alice.vault.mail.read(lambda rows: rows.files.kept(row.files[0].id))
            )
            return kept.manifest

        await until(sealed)
        assert (await alice.messages.around(message))[0].state is State.DRAWN

    offline(tmp_path, story)


def test_a_locked_desk_answers_nobody(tmp_path):
    async def story(alice, bruno):
        thread = await alice.messages.direct(bruno)
        alice.task.cancel()
        await asyncio.gather(alice.task, return_exceptions=True)
        for act in (
            alice.messages.send(thread, "x"),
            alice.messages.threads(),
            alice.messages.pin(thread, True),
        ):
            with pytest.raises(Unwritable):
                await act

    offline(tmp_path, story)


async def _nothing() -> None:
    """Seal nothing."""
