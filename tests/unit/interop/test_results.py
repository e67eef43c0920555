"""Reports, observations and the documents of ORU; receipts."""

from __future__ import annotations

import base64

import pytest

from app.interop.documents import DocumentError, document_bytes
from app.interop.understand import understand
from storage.patients.facts import Document, Key, Observation, Person, Receipt, Report
from tests.harness.er7 import INS, IPP, NOW_MS, message, msh, pid

ORC = "ORC|NW|P1^GAM|F1^LABO"
OBR = "OBR|1|P1^GAM|F1^LABO|58410-2^NFS^LN|||20260301080000|||||||||||||||20260301090000||LAB|F|||||||7&DURAND&Anne"
AT = 1_772_348_400_000
NAMED = Person("MOREAU", "", "Odile", "19540314", "F")


def raw_of(*segments, kind="ORU^R01"):
    return message(msh(kind), pid(), *segments)


def read(*segments, kind="ORU^R01"):
    return understand(raw_of(*segments, kind=kind), arrived_ms=NOW_MS)


def one(line):
    return read(ORC, OBR, line).facts[0].content.observations[0]


def ed(data=b"%PDF-1.7", kind="^application^pdf^Base64", status="F", code="11502-2^CR^LN"):
    return f"OBX|1|ED|{code}||{kind}^{base64.b64encode(data).decode()}||||||{status}"


def test_a_report_whole():
    facts = read(
        ORC,
        OBR,
        "OBX|1|NM|718-7^Hb^LN||13.5|g/dL^gram^UCUM|12 - 16|H~A|||F|||20260301081500",
        "NTE|1||contrôlé",
    ).facts
    assert [each.content for each in facts] == [
        Report(
            id="F1@LABO",
            code="58410-2",
            label="NFS",
            at_ms=AT,
            status="F",
            order="P1",
            author="DURAND Anne",
            file="D1",
            about=(NAMED,),
            observations=(
                Observation(
                    code="718-7",
                    label="Hb",
                    system="LN",
                    kind="NM",
                    values=("13.5",),
                    unit="g/dL",
                    range="12 - 16",
                    flags=("H", "A"),
                    status="F",
                    at_ms=AT + 900_000,
                    notes=("contrôlé",),
                ),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("OBX|1|SN|1||>^100", ("> 100",)),
        ("OBX|1|SN|1||^1^:^128", ("1:128",)),
        ("OBX|1|SN|1||^5^-^10", ("5 - 10",)),
        ("OBX|1|CE|1||A^Positif^L", ("Positif",)),
        ("OBX|1|CWE|1||A^^L", ("A",)),
        ("OBX|1|CWE|1||^^^^^^^^texte libre", ("texte libre",)),
        ("OBX|1|CWE|1||^^^B^Autre^L", ("Autre",)),
        ("OBX|1|DT|1||20260301", ("2026-03-01",)),
        ("OBX|1|TS|1||20260301184300+0100", ("2026-03-01 18:43",)),
        ("OBX|1|TX|1||ligne 1~ligne 2", ("ligne 1", "ligne 2")),
        ("OBX|1|FT|1||un\\.br\\deux", ("un\ndeux",)),
        ("OBX|1|XPN|1||MOREAU^Odile", ("MOREAU Odile",)),
        ('OBX|1|NM|1||""', ()),
        ("OBX|1||1", ()),
        ("OBX|1|NM|1||1~2~3", ("1", "2", "3")),
    ],
)
def test_values_as_people_read_them(line, values):
    assert one(line).values == values


def test_an_observation_takes_the_time_of_its_report_where_it_has_none():
    assert one("OBX|1|NM|1||1").at_ms == AT


def test_several_orders_each_with_its_own():
    other = OBR.replace("F1^LABO", "F2^LABO")
    facts = read(ORC, OBR, "OBX|1|NM|A||1", other, "NTE|1||sur tout", "OBX|1|NM|B||2").facts
    assert [(each.content.id, [obx.code for obx in each.content.observations]) for each in facts] == [
        ("F1@LABO", ["A"]),
        ("F2@LABO", ["NTE", "B"]),
    ]
    assert facts[1].content.observations[0].values == ("sur tout",)


def test_several_patients_each_with_their_own():
    facts = understand(
        message(msh("ORU^R01"), pid(), OBR, "OBX|1|NM|A||1", pid("12^^^CHU^PI"), OBR, "OBX|1|NM|B||2"),
        arrived_ms=NOW_MS,
    ).facts
    assert [(each.key, each.content.observations[0].code) for each in facts] == [
        (Key("510999999", "09000011"), "A"),
        (Key("CHU", "12"), "B"),
    ]


@pytest.mark.parametrize(
    ("segments", "place"),
    [([], "OBR"), (["NTE|1||x"], "OBR")],
)
def test_a_result_without_a_result_is_refused(segments, place):
    refusal = read(*segments).refusal
    assert (refusal.error, refusal.place) == ("100", place)


def test_a_document_and_what_is_wanted_of_it():
    facts = read(
        ORC,
        OBR,
        ed(),
        "PRT||UC||SB^^participation|801^Durand^Anne",
        "OBX|2|CE|MASQUE_PS^Masqué^MetaDMPMSS||Y^^x||||||F",
        "OBX|3|CE|DESTDMP^DMP^MetaDMPMSS||N^^x||||||F",
        "OBX|4|ED|CORPSMAIL_PS^Corps^MetaDMPMSS||^TEXT^^Base64^QQ==||||||F",
    ).facts
    assert [each.content for each in facts] == [
        Document(
            id="F1@LABO:11502-2",
            act="new",
            code="11502-2",
            label="CR",
            at_ms=AT,
            media="application/pdf",
            segment=4,
            bytes=8,
            author="Durand Anne",
            status="F",
            shown=("MASQUE_PS",),
            masked=True,
            file="D1",
            about=(NAMED,),
        )
    ]


def test_two_documents_of_one_order_have_two_names():
    ids = [each.content.id for each in read(ORC, OBR, ed(), ed()).facts]
    assert ids == ["F1@LABO:11502-2", "F1@LABO:11502-2:2"]


@pytest.mark.parametrize(
    ("control", "status", "act", "warned"),
    [
        ("NW", "F", "new", False),
        ("RO", "C", "replace", False),
        ("CA", "D", "delete", False),
        ("", "F", "new", False),
        ("SC", "C", "replace", False),
        ("SC", "W", "delete", False),
        ("NW", "D", "delete", True),
        ("CA", "F", "replace", True),
        ("NW", "C", "replace", True),
        ("CA", "", "delete", False),
        ("", "", "new", False),
    ],
)
def test_new_replaced_deleted(control, status, act, warned):
    understood = read(f"ORC|{control}|P1|F1", OBR, ed(status=status))
    assert understood.facts[0].content.act == act
    assert ("document_act" in understood.warnings) == warned


@pytest.mark.parametrize(
    ("kind", "data", "media"),
    [
        ("^application^pdf^Base64", b"%PDF-1.7", "application/pdf"),
        ("^TEXT^XML^Base64", b"<ClinicalDocument/>", "text/xml"),
        ("^text^^Base64", b"abc", "text/plain"),
        ("^IM^JPEG^Base64", b"\xff\xd8", "image/jpeg"),
        ("^image^png^Base64", b"\x89PNG", "image/png"),
        ("^application^octet-stream^Base64", b"%PDF-1.4", "application/pdf"),
        ("^^^Base64", b"<?xml version='1.0'?>", "text/xml"),
        ("^application^msword^Base64", b"\xd0\xcf", "application/msword"),
        ("^^^Base64", b"\x00\x01", "application/octet-stream"),
    ],
)
def test_what_a_document_is_and_its_bytes(kind, data, media):
    raw = raw_of(ORC, OBR, ed(data, kind))
    document = understand(raw, arrived_ms=NOW_MS).facts[0].content
    assert (document.media, document.bytes) == (media, len(data))
    assert document_bytes(raw, document.segment) == data


def test_base64_as_senders_write_it():
    data = bytes(range(256)) * 9
    text = base64.encodebytes(data).decode()
    for written in (
        text,
        text.replace("\n", "\\.br\\"),
        text.replace("\n", "").rstrip("="),
        text.replace("\n", "\r\n"),
    ):
        raw = raw_of(ORC, OBR, f"OBX|1|ED|1||^application^pdf^Base64^{written}||||||F", "OBX|2|NM|2||5")
        assert document_bytes(raw, 4) == data
        assert understand(raw, arrived_ms=NOW_MS).facts[0].content.observations[0].values == ("5",)


@pytest.mark.parametrize("written", ["QUJ$", "QQ==QQ==", "QUJDQ", "Q===", "=AAA"])
def test_what_is_no_base64_is_refused_when_opened(written):
    with pytest.raises(DocumentError):
        document_bytes(raw_of(ORC, OBR, f"OBX|1|ED|1||^application^pdf^Base64^{written}||||||F"), 4)


@pytest.mark.parametrize("segment", [-1, 0, 2, 99])
def test_what_is_no_document_is_refused(segment):
    with pytest.raises(DocumentError):
        document_bytes(raw_of(ORC, OBR, ed()), segment)


def test_hexadecimal_and_plain_text():
    assert document_bytes(raw_of(OBR, "OBX|1|ED|1||^text^plain^Hex^414243||||||F"), 3) == b"ABC"
    assert document_bytes(raw_of(OBR, "OBX|1|ED|1||^text^plain^A^é\\T\\à||||||F"), 3) == "é&à".encode()


def test_an_empty_document_and_one_that_is_no_base64_are_said():
    assert "document_empty" in read(OBR, "OBX|1|ED|1||^application^pdf^Base64^||||||F").warnings
    assert "document_encoding" in read(OBR, "OBX|1|ED|1||^application^pdf^Base64^é$$||||||F").warnings


def test_a_text_too_long_for_a_row_is_a_document():
    raw = raw_of(ORC, OBR, f"OBX|1|TX|1^Compte rendu||{'mot ' * 20_000}||||||F")
    document = understand(raw, arrived_ms=NOW_MS).facts[0].content
    assert (document.media, document.act, document.label) == ("text/plain", "new", "Compte rendu")
    assert document_bytes(raw, document.segment) == b"mot " * 19_999 + b"mot"


@pytest.mark.parametrize(("event", "kind"), [("Z01", "dmp"), ("Z02", "received"), ("Z03", "read")])
def test_receipts(event, kind):
    raw = message(
        msh(f"ZAM^{event}"),
        "EVN||20260301080000",
        "OBX|1|CWE|ACK_RECEPTION_DMP^x^y|015|N^^z",
        "ERR|||207^Erreur|E|DMPClosed^DMP fermé^C",
    )
    assert understand(raw, arrived_ms=NOW_MS).facts[0].content == Receipt(
        "015", kind, AT, accepted=False, detail="DMP fermé"
    )


def test_receipts_that_say_nothing_are_refused():
    assert understand(message(msh("ZAM^Z01")), arrived_ms=NOW_MS).refusal.error == "101"
    assert understand(message(msh("ZAM^Z09")), arrived_ms=NOW_MS).refusal.error == "201"


@pytest.mark.parametrize(("status", "kept"), [("VALI", "279035121518989"), ("PROV", "")])
def test_whom_a_result_names_carries_the_ins_only_where_it_may_be_used(status, kept):
    who = pid(f"{IPP}~{INS}", "MOREAU^Odile^^^^^L~BRUN^Odile^^^^^D", status=status)
    (fact,) = understand(message(msh("ORU^R01"), who, ORC, OBR), arrived_ms=NOW_MS).facts
    (named,) = fact.content.about
    assert (named.birth_name, named.used_name, named.ins) == ("MOREAU", "BRUN", kept)


def test_a_pid_with_a_number_only_names_nobody():
    (fact,) = understand(message(msh("ORU^R01"), f"PID|||{IPP}", ORC, OBR), arrived_ms=NOW_MS).facts
    assert fact.content.about == ()
