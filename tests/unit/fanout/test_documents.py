"""A document of a desk on its way to the hospital's record: kept, brought over a real socket, refused or tried again, and said."""

from __future__ import annotations

import asyncio
import base64
import re
from copy import copy
from types import SimpleNamespace

import pytest
from hl7apy.parser import parse_message

from app.fanout import document
from app.fanout.desk import Gateway
from app.fanout.outbox import Outbox, Record
from app.fanout.outgoing import MOST_BYTES, NotSent, Outgoing
from app.interop.documents import document_bytes
from app.interop.understand import understand
from media.mail.bodies import Patient
from media.mail.feeds import OutgoingAck
from media.mail.feeds import Stage as Said
from storage.errors import DiskTrouble
from storage.outgoing import Stage
from tests.harness.adt import adt
from tests.harness.feeds import MINUTE, Wire, person

PDF = b"%PDF-1.7 un compte rendu" * 50
AUTHORITY = "510999999"


class Ehr:
    """A record that answers as it is told: a code a message, None hangs up."""

    def __init__(self, *codes: str | None) -> None:
        self.codes, self.got = list(codes), []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader, writer) -> None:
        try:
            while True:
                frame = await reader.readuntil(b"\x1c\r")
                self.got.append(frame[1:-2])
                code = self.codes.pop(0) if self.codes else "AA"
                if code is None:
                    return
                number = frame.split(b"|")[9].decode()
                err = "\rERR|||207^x^HL70357|E" if code != "AA" else ""
                writer.write(
                    f"\x0bMSH|^~\\&|DPI||||1||ACK|1|P|2.5\rMSA|{code}|{number}{err}\r\x1c\r".encode()
                )
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


class Both:
    """A desk and a gateway, each with its vault; letters go over when `post` is called."""

    def __init__(self, site, record: Record | None) -> None:
        self.site, self.desk = site, site.desk()
        self.author = self.desk.by
        self.box = Outbox(site.vault, site.wire, record, site.clock, "Europe/Paris")
        gateway = Gateway(site.by.user, site.by.device_id)
        self.out = Outgoing(self.desk.vault, self.desk.wire, lambda: [gateway], site.clock)

    async def send(self, ipp: str = "00000001", media: str = "application/pdf") -> bytes:
        patient = Patient(AUTHORITY, ipp, "ESSAI1 Cleo")
        return await self.out.send("34794-8", "Compte rendu | RCP", media, patient, PDF)

    async def post(self) -> None:
        for letter in self.desk.wire.take():
            letter.told.by.name = "Dr Odile ESSAI"
            letter.told.msg_id = letter.msg_id
            await self.box.take(letter.told)
        while await self.box.step():
            pass
        for letter in self.site.wire.take():
            letter.told.by = self.site.by
            await self.out.take(letter.told)


def play(story):
    asyncio.run(story())


@pytest.mark.parametrize("form", document.FORMS)
def test_a_document_reaches_the_record_as_a_message_that_others_read(site, form):
    async def story():
        async with Ehr() as ehr:
            both = Both(site, Record("127.0.0.1", ehr.port, form=form))
            await site.receive(adt("A28^ADT_A05", "1", 1))
            number = await both.send()
            assert (await both.out.get(number)).stage is Stage.QUEUED
            await both.post()
            assert (await both.out.get(number)).stage is Stage.ACCEPTED
        [raw] = ehr.got
        understood = understand(raw, arrived_ms=site.clock(), zone="Europe/Paris")
        assert understood.refusal is None
        assert understood.warnings == ()
        [fact] = [one for one in understood.facts if type(one.content).__name__ == "Document"]
        paper = fact.content
        assert (fact.key.authority, fact.key.ipp) == (AUTHORITY, "00000001")
        assert (paper.code, paper.label, paper.media) == ("34794-8", "Compte rendu | RCP", "application/pdf")
        assert document_bytes(raw, paper.segment) == PDF
        assert form == "oru" or paper.author == "Dr Odile ESSAI"
        assert parse_message(raw.decode(), find_groups=True).validate() is True

    play(story)


def test_a_text_stands_beside_the_document_where_the_form_has_room_for_it():
    from storage.patients.records import Patient as Known
    from storage.patients.records import Status

    known = Known(1, AUTHORITY, "1", Status.QUALIFIED, birth_name="ESSAI", given_name="Cléo")
    paper = document.Paper(
        bytes(16), "75498-6", "Résumé", "application/pdf", "X", PDF, "Motif | ~\n\nMSH|^~\\&"
    )
    oru, mdm = (document.build(paper, known, 1, form=form, zone="UTC") for form in ("oru", "mdm"))
    assert b"\rOBX|2|TX|75498-6^R\xc3\xa9sum\xc3\xa9^LN|1|Motif \\F\\ \\R\\~~MSH\\F\\" in oru
    assert oru.count(b"MSH|") == mdm.count(b"OBX|") == 1
    assert b"CISIS" in mdm
    assert b"CISIS" not in oru, "its profile has one OBX only"
    assert parse_message(oru.decode(), find_groups=True).validate() is True


def test_a_document_given_again_under_its_id_is_the_same_and_leaves_no_more_once_it_is_settled(site):
    async def story():
        both, number = Both(site, None), bytes(16)
        patient = Patient(AUTHORITY, "1", "ESSAI1 Cleo")

        async def give():
            return await both.out.send("75498-6", "R", "application/pdf", patient, PDF, number=number)

        assert await give() == await give() == number
        assert len(await both.out.every()) == 1
        assert {letter.msg_id for letter in both.desk.wire.letters} == {number}
        assert not both.out.stuck(await both.out.get(number))
        site.clock.ms += 80 * 60 * MINUTE
        assert both.out.stuck(await both.out.get(number)), "nobody said that it came"
        await both.post()
        assert (await both.out.get(number)).stage is Stage.REFUSED
        await give()
        assert both.desk.wire.take() == []

    play(story)


def test_a_document_whose_gateway_is_gone_is_given_to_another_under_the_same_id(site):
    async def story():
        both, number = Both(site, None), bytes(16)
        patient, other = Patient(AUTHORITY, "1", "x"), Gateway(bytes(16), bytes(16))
        await both.out.send("75498-6", "R", "application/pdf", patient, PDF, number=number)
        both.out._gateways = lambda: [other]
        assert both.out.stuck(await both.out.get(number))
        await both.out.send("75498-6", "R", "application/pdf", patient, PDF, number=number)
        first, second = both.desk.wire.take()
        assert (first.device, second.device) == (site.by.device_id, other.device)
        assert first.msg_id == second.msg_id
        assert (await both.out.get(number)).author == other.device

    play(story)


def test_what_is_cut_off_before_its_letter_is_there_is_mended_also_on_its_way_to_another_gateway(
    site, monkeypatch
):
    async def story():
        both, number = Both(site, None), bytes(16)
        patient, other = Patient(AUTHORITY, "1", "x"), Gateway(bytes(16), bytes(16))

        async def give():
            await both.out.send("75498-6", "R", "application/pdf", patient, PDF, number=number)

        for gateway in (site.by, other):
            with monkeypatch.context() as dead:
                dead.setattr(both.desk.wire, "say", _full)
                with pytest.raises(DiskTrouble):
                    await give()
            left = await both.out.get(number)
            assert both.out.stuck(left)
            assert left.author == (gateway.device_id if gateway is site.by else gateway.device)
            await both.out.mend()
            (letter,) = both.desk.wire.take()
            assert (letter.device, letter.told.body.data) == (left.author, PDF)
            assert not both.out.stuck(await both.out.get(number))
            await both.out.mend()
            assert not both.desk.wire.take()
            both.out._gateways = lambda: [other]

    play(story)


def test_a_record_that_is_down_or_full_is_asked_again_with_the_same_id(site):
    async def story():
        async with Ehr(None, "AE", "AA") as ehr:
            both = Both(site, Record("127.0.0.1", ehr.port))
            await site.receive(adt("A28^ADT_A05", "1", 1))
            number = await both.send()
            stages = []
            for _ in range(4):
                await both.post()
                stages.append((await both.out.get(number)).stage)
                site.clock.ms += MINUTE
        assert stages == [Stage.QUEUED, Stage.QUEUED, Stage.ACCEPTED, Stage.ACCEPTED]
        assert len(ehr.got) == 3
        assert len(set(ehr.got)) == 1

    play(story)


def test_a_record_that_rejects_is_not_asked_again_and_the_author_hears_why(site):
    async def story():
        async with Ehr("AR") as ehr:
            both = Both(site, Record("127.0.0.1", ehr.port))
            await site.receive(adt("A28^ADT_A05", "1", 1))
            number = await both.send()
            await both.post()
            site.clock.ms += MINUTE
            await both.post()
            left = await both.out.get(number)
        assert (left.stage, left.code, len(ehr.got)) == (Stage.REFUSED, "207", 1)
        rows = site.vault.audit.newest().result()
        assert [(row.action, row.who) for row in rows] == [("document-out", both.author.user)]

    play(story)


def test_what_cannot_leave_is_refused_with_its_reason(site):
    async def story():
        both = Both(site, None)
        number = await both.send()
        await both.post()
        assert (await both.out.get(number)).code == "no-record"
        async with Ehr() as ehr:
            both.box = Outbox(
                site.vault, site.wire, Record("127.0.0.1", ehr.port), site.clock, "Europe/Paris"
            )
            await site.receive(adt("A28^ADT_A05", "1", 1))
            unknown, program = await both.send(ipp="404"), await both.send(media="application/x-msdownload")
            await both.post()
        assert (await both.out.get(unknown)).code == "902"
        assert (await both.out.get(program)).code == "media-refused"
        assert ehr.got == []

    play(story)


def test_the_same_document_twice_leaves_once_and_survives_a_restart(site):
    async def story():
        await site.receive(adt("A28^ADT_A05", "1", 1))
        both = Both(site, Record("127.0.0.1", 9))
        await both.send()
        [letter] = both.desk.wire.take()
        letter.told.msg_id, letter.told.by.name = letter.msg_id, "X"
        await both.box.take(letter.told)
        await both.box.take(letter.told)
        async with Ehr() as ehr:
            box = Outbox(site.vault, site.wire, Record("127.0.0.1", ehr.port), site.clock, "Europe/Paris")
            while await box.step():
                pass
        assert len(ehr.got) == 1

    play(story)


def test_another_gateways_word_on_a_document_is_not_believed(site):
    async def story():
        both = Both(site, None)
        number = await both.send()
        forged = SimpleNamespace(by=person("gateway"), body=OutgoingAck(number, Said.ACCEPTED))
        await both.out.take(forged)
        assert (await both.out.get(number)).stage is Stage.QUEUED

    play(story)


def test_too_much_and_nobody_to_give_it_to_are_said_at_once(site):
    async def story():
        both = Both(site, None)
        with pytest.raises(NotSent, match="too-big"):
            await both.out.send("1", "x", "application/pdf", Patient("A", "1", ""), bytes(MOST_BYTES + 1))
        lonely = Outgoing(both.desk.vault, Wire(both.author, site.clock), list, site.clock)
        with pytest.raises(NotSent, match="no-gateway"):
            await lonely.send("1", "x", "application/pdf", Patient("A", "1", ""), b"x")

    play(story)


def test_a_hostile_title_ends_no_segment_and_no_field():
    assert document.text("a\rMSH|^~\\&\n\x0b") == "a MSH\\F\\\\S\\\\R\\\\E\\\\T\\  "
    assert re.fullmatch(r"[A-Z2-7]{20}", document.control_id(bytes(16)))
    assert base64.b32encode(bytes(16)).decode().startswith(document.control_id(bytes(16)))


def test_no_document_leaves_untraced_though_the_disk_refuses_the_trail(site, monkeypatch):
    async def story():
        async with Ehr() as ehr:
            both = Both(site, Record("127.0.0.1", ehr.port))
            await site.receive(adt("A28^ADT_A05", "1", 1))
            await both.send()
            (letter,) = both.desk.wire.take()
            letter.told.by.name, letter.told.msg_id = "Dr Odile ESSAI", letter.msg_id
            with monkeypatch.context() as full:
                full.setattr(site.vault.audit, "record", _full)
                with pytest.raises(DiskTrouble):
                    await both.box.take(letter.told)
            while await both.box.step():
                pass
            assert ehr.got == []
            await both.box.take(letter.told)  # it was not acknowledged, and comes again
            while await both.box.step():
                pass
            assert len(ehr.got) == 1
        assert [row.action for row in site.vault.audit.newest().result()].count("document-out") == 1

    play(story)


def _full(*_arguments, **_named):
    raise DiskTrouble("full")


def test_who_takes_the_number_of_anothers_document_has_it_refused_and_not_lost(site):
    """The id of an alert's summary follows from the closing record, which the whole team knows before it leaves."""

    async def story():
        async with Ehr() as ehr:
            both = Both(site, Record("127.0.0.1", ehr.port))
            await site.receive(adt("A28^ADT_A05", "1", 1))
            number = await both.send()
            (letter,) = both.desk.wire.take()
            letter.told.by.name, letter.told.msg_id = "Dr Odile ESSAI", letter.msg_id
            other = copy(letter.told)
            other.by = copy(letter.told.by)
            other.by.user = b"m" * 16
            await both.box.take(other)
            await both.box.take(letter.told)
            [said] = site.wire.take()
            said.told.by = site.by
            await both.out.take(said.told)
            left = await both.out.get(number)
            assert (left.stage, left.code) == (Stage.REFUSED, "id-taken")
            await both.box.take(other)
            assert not site.wire.take(), "said again by its author it is no error"

    play(story)
