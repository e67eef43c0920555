"""Records of a team's desks over a real relay: kept, passed on, verified, and never believed when they were touched."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from app.monitoring.sharing import Sharing, verify
from media.keys import cbor
from media.mail.bodies import Patient, Sheet
from media.mail.steps import AlertStep
from media.mail.types import Type
from tests.harness.correspondents import Clinic
from tests.harness.postal import until

ALERT = b"a" * 16
STEP = AlertStep("take", ALERT, 1_772_359_000_000, patient=Patient("1.2.250", "80417702", "DUMAS Solange"))


async def kept_by(desk):
    return await asyncio.wrap_future(desk.vault.mail.read(lambda rows: rows.trace.of([ALERT])))


def play(tmp_path, story, roles=("nurse", "nurse")):
    async def run():
        clinic = Clinic(tmp_path)
        try:
            desks = [await clinic.desk(f"Soignant {number}", role=role) for number, role in enumerate(roles)]
            await clinic.settle()
            for one in desks:
                one.sharing = Sharing(one.post)
                one.sharing.open(one.vault)
            await story(*desks)
        finally:
            await clinic.end()

    asyncio.run(run())


def test_what_one_nurse_does_is_on_the_others_disk_and_verifies(tmp_path):
    async def story(nurse, other):
        told = []
        other.sharing.came.subscribe(told.append)
        own = await nurse.sharing.say("ONCO1", [nurse.user, other.user], STEP)
        await until(lambda: told)
        (came,) = await kept_by(other)
        assert replace(came, came_ms=own.came_ms) == own
        certificate = nurse.post.desk.book.own
        assert verify(came, certificate)
        assert verify(own, certificate)
        for forged in touched(came):
            assert not verify(forged, certificate)
        assert not verify(came, other.post.desk.book.own)

    play(tmp_path, story)


def touched(kept):
    """Every way in which somebody with the vault's key could change what a row says."""
    step = replace(STEP, step="close", reason="resolved", grade=0)
    return (
        replace(kept, data=step.encode()),
        replace(kept, id=b"x" * 16),
        replace(kept, service=b"x" * 16),
        replace(kept, author=b"x" * 16),
        replace(kept, device=b"x" * 16),
        replace(kept, kind="policy"),
        replace(kept, box=kept.box[:-1] + bytes([kept.box[-1] ^ 1])),
        replace(kept, proof=kept.proof[:-1] + bytes([kept.proof[-1] ^ 1])),
        replace(kept, proof=b""),
    )


def test_a_record_waits_for_a_desk_whose_vault_is_shut_and_comes_once(tmp_path):
    async def story(nurse, other):
        other.sharing.close()
        await nurse.sharing.say("ONCO1", [other.user], STEP)
        await nurse.sharing.say("ONCO1", [other.user], replace(STEP, step="note", text="à rappeler"))
        assert await kept_by(other) == []
        await other.close()
        await other.reopen()
        other.sharing = Sharing(other.post)
        other.sharing.open(other.vault)

        async def both():
            return len(await kept_by(other)) == 2

        await until(both)

    play(tmp_path, story)


def test_a_kind_of_a_later_version_is_kept_and_what_is_not_of_its_kind_is_not(tmp_path):
    async def story(nurse, other):
        for kind, data in (("orders", b"later"), ("alert", cbor.encode(["CSL1/alert", "take"]))):
            body = Sheet(kind, data).encode()
            await nurse.post.say(Type.RECORD, b"\x00" * 16, [other.user], body)
        end = await nurse.sharing.say("ONCO1", [other.user], STEP)

        async def all_kept():
            return await asyncio.wrap_future(other.vault.mail.read(lambda rows: rows.trace.get(end.id)))

        await until(all_kept)
        kinds = [
            one.kind
            for one in await asyncio.wrap_future(
                other.vault.mail.read(lambda rows: rows.trace.of([b"", ALERT]))
            )
        ]
        assert kinds == ["orders", "alert"]

    play(tmp_path, story)


def test_a_room_is_no_person_and_signs_no_step(tmp_path):
    async def story(room, nurse):
        await room.sharing.say("ONCO1", [nurse.user], STEP)
        await until(lambda: nurse.refused)
        assert nurse.refused == ["type-role"]
        assert await kept_by(nurse) == []

    play(tmp_path, story, ("room", "nurse"))
