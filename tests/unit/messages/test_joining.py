"""A file of a message on its way to the patient's record: who may give it, once, traced, and what becomes of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from app.fanout.outgoing import NotSent
from app.messages.ports import Outgoing, Refused
from storage.messages.records import FileState, PatientLink
from storage.outgoing import Leaving, Stage
from tests.harness.correspondents import with_desks
from tests.harness.postal import until

TWO = ("Alice Aubry", "Bruno Bel")
ODILE = PatientLink("1.2.250", "80421937", "LEMAITRE Odile, née le 14/03/1954")


@dataclass
class Record:
    """What stands for the way to the record: it remembers what it was given, by number."""

    reachable: bool = True
    broken: bool = False
    given: dict = field(default_factory=dict)
    stages: dict = field(default_factory=dict)

    async def send(self, code, title, media, patient, data, *, text="", number=b""):
        if self.broken:
            raise NotSent("no-gateway")
        self.given[number] = (title, media, patient.ipp, data)
        self.stages[number] = Leaving(number, b"", Stage.QUEUED, 0)

    async def known(self, numbers):
        return {one: self.stages[one] for one in numbers if one in self.stages}

    def stuck(self, _one):
        return False


async def given(desk, text):
    (file,) = (await desk.hears(text)).files
    return file


async def sent_about(alice, bruno, name="cr.txt", patient=ODILE):
    """Have Bruno get a file in a message about *patient*."""
    bruno.messages.outward = lambda: bruno.record
    bruno.record = Record()
    thread = await alice.messages.direct(bruno.user, patient)
    await alice.messages.send(thread, "CR", files=(Outgoing(None, name, b"TDM normal"),), patient=patient)

    async def here():
        return (await given(bruno, "CR")).state is FileState.HERE

    await until(here)
    return await given(bruno, "CR")


def test_a_file_joins_the_record_once_and_says_how_far_it_is(tmp_path):
    async def story(_clinic, alice, bruno):
        file = await sent_about(alice, bruno)
        await bruno.messages.join(file.id)
        ((number, what),) = bruno.record.given.items()
        assert what == ("cr.txt", "text/plain", "80421937", b"TDM normal")
        assert (await given(bruno, "CR")).joined == Stage.QUEUED
        with pytest.raises(Refused, match="joined"):
            await bruno.messages.join(file.id)
        rows = await asyncio.wrap_future(bruno.vault.audit.newest())
        assert [row.action for row in rows].count("document-out") == 1
        for stage, code in ((Stage.SENT, ""), (Stage.REFUSED, "902")):
            bruno.messages.left(Leaving(number, b"", stage, 0, code))

            async def stands(stage=stage, code=code):
                one = await given(bruno, "CR")
                return (one.joined, one.joined_code) == (stage, code)

            await until(stands)
        await bruno.messages.join(file.id)
        assert len(bruno.record.given) == 2, "another document, after a refusal"

    with_desks(tmp_path, TWO, story)


def test_nothing_leaves_without_a_gateway_a_patient_or_a_kind_that_the_record_takes(tmp_path):
    async def story(_clinic, alice, bruno):
        file = await sent_about(alice, bruno)
        bruno.record.reachable = False
        with pytest.raises(Refused, match="no-gateway"):
            await bruno.messages.join(file.id)
        bruno.record.reachable, bruno.record.broken = True, True
        with pytest.raises(Refused, match="no-gateway"):
            await bruno.messages.join(file.id)
        assert (await given(bruno, "CR")).joined == "", "it can be given once there is one"
        thread = await alice.direct(bruno)
        for text, name, patient in (("Sans nom", "a.txt", None), ("Tableur", "a.xlsx", ODILE)):
            await alice.messages.send(thread, text, files=(Outgoing(None, name, b"x"),), patient=patient)

            async def here(text=text):
                return (await given(bruno, text)).state is FileState.HERE

            await until(here)
            with pytest.raises(Refused, match="unjoinable"):
                await bruno.messages.join((await given(bruno, text)).id)
        assert not bruno.record.given

    with_desks(tmp_path, TWO, story)


def test_what_a_crash_cut_off_is_given_under_its_number_and_what_was_missed_is_caught_up(tmp_path):
    async def story(_clinic, alice, bruno):
        file = await sent_about(alice, bruno)
        number = b"n" * 16
        await asyncio.wrap_future(bruno.vault.mail.write(lambda rows: rows.files.join(file.id, number)))
        await bruno.messages.settle()
        assert set(bruno.record.given) == {number}
        bruno.record.stages[number] = Leaving(number, b"", Stage.ACCEPTED, 0)
        await bruno.messages.settle()
        assert (await given(bruno, "CR")).joined == Stage.ACCEPTED
        await bruno.messages.settle()

    with_desks(tmp_path, TWO, story)
