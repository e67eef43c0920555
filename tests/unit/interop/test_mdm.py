"""Documents of MDM: their life, their content, who wrote them."""

from __future__ import annotations

import pytest

from app.interop.documents import document_bytes
from app.interop.understand import understand
from storage.patients.facts import Document, Key, Person
from tests.harness.er7 import INS, NOW_MS, message, msh, pid

ANS = "2.1^CISIS_CDA_HL7_V2"
NAMED = Person("MOREAU", "", "Odile", "19540314", "F", "279035121518989", "1.2.250.1.213.1.4.10")
TXA = "TXA|1|34794-8^RCP|TEXT|20260301080000||||||||DOC2^X|DOC1^X||||AU"


def obx(status="F"):
    return f"OBX|1|ED|34794-8^CR de RCP^LN||^text^XML^Base64^PENsaW5pY2FsRG9jdW1lbnQvPg==||||||{status}"


def read(event, *segments, profile=ANS, who=None):
    return understand(
        message(msh(f"MDM^{event}", profile=profile), who or pid(), *segments), arrived_ms=NOW_MS
    )


def test_a_document_whole():
    found = read(
        "T02", "ORC|NW", TXA, obx(), "PRT||UC||SB^^x|801^Durand^Anne", who=pid(INS, status="VALI")
    ).facts
    assert found[0].key == Key("1.2.250.1.213.1.4.10", "279035121518989")
    assert found[0].content == Document(
        id="DOC2",
        act="new",
        code="34794-8",
        label="CR de RCP",
        at_ms=1_772_348_400_000,
        media="text/xml",
        segment=4,
        bytes=19,
        author="Durand Anne",
        replaces="DOC1",
        status="AU",
        file="D1",
        about=(NAMED,),
    )


@pytest.mark.parametrize(
    ("event", "control", "status", "profile", "act", "warned"),
    [
        ("T02", "NW", "F", ANS, "new", False),
        ("T04", "RO", "C", ANS, "replace", False),
        ("T10", "CA", "D", ANS, "delete", False),
        ("T10", "RO", "C", ANS, "replace", True),
        ("T10", "NW", "F", ANS, "replace", True),
        ("T04", "", "D", ANS, "delete", True),
        ("T10", "", "C", "2.0^CISIS_CDA_HL7_V2", "replace", False),
        ("T04", "", "D", "2.0^CISIS_CDA_HL7_V2", "delete", False),
        ("T04", "", "C", "2.0^CISIS_CDA_HL7_V2", "replace", True),
        ("T10", "", "", "", "replace", False),
        ("T11", "", "", "", "delete", False),
        ("T11", "", "F", "", "replace", True),
        ("T02", "", "D", ANS, "delete", True),
        ("T06", "", "F", "", "new", False),
        ("T08", "", "F", "", "replace", True),
        ("T10", "CA", "F", ANS, "delete", True),
    ],
)
def test_new_replaced_deleted(event, control, status, profile, act, warned):
    understood = read(event, f"ORC|{control}", TXA, obx(status), profile=profile)
    assert understood.facts[0].content.act == act
    assert ("document_act" in understood.warnings) == warned


def test_who_wrote_it():
    assert (
        read("T02", TXA.replace("||||||||DOC2", "|||||9^AUTEUR^Zoé|||DOC2"), obx()).facts[0].content.author
        == "AUTEUR Zoé"
    )
    assert read("T02", f"{TXA}|||||801^SIGNE^Léa", obx()).facts[0].content.author == "SIGNE Léa"
    assert read("T02", TXA, obx()).facts[0].content.author == "CH-FICTIF"


def test_the_body_of_a_mail_is_no_document():
    mail = "OBX|1|ED|1^XDM/1.0/DDM+CR x||^text^^Base64^QQ==||||||F"
    assert read("T02", TXA, mail, obx()).facts[0].content.segment == 4


def test_text_over_several_lines():
    raw = message(
        msh("MDM^T02"),
        pid(),
        TXA,
        "OBX|1|TX|A^Note||Première ligne",
        "NTE|1||x",
        "OBX|2|TX|A^Note||Deuxième~et troisième",
        "OBX|3|NM|B||5",
    )
    document = understand(raw, arrived_ms=NOW_MS).facts[0].content
    assert (document.media, document.segment) == ("text/plain", 3)
    assert document_bytes(raw, 3).decode() == "Première ligne\nDeuxième\net troisième"


def test_news_without_content():
    assert read("T01", TXA).facts[0].content.segment == -1
    understood = read("T03", TXA)
    assert (understood.facts, understood.warnings) == ((), ("document_missing",))


@pytest.mark.parametrize(
    ("event", "segments", "refused"),
    [
        ("T02", [obx()], ("100", "TXA")),
        ("T02", ["TXA|1|X", obx()], ("101", "TXA-12")),
        ("T99", [TXA], ("201", "MSH-9")),
    ],
)
def test_what_cannot_be_filed_is_refused(event, segments, refused):
    refusal = read(event, *segments).refusal
    assert (refusal.error, refusal.place) == refused
