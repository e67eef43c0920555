"""What the simulated GAM and laboratory say is understood as any other system's messages."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import pytest

from app.demo.hl7 import Desk, history, news
from app.interop.documents import document_bytes
from app.interop.understand import understand
from app.papers.cda.xml import parse
from resources.demo.patients import PATIENTS
from storage.patients.facts import Document, Identity

BEGAN = datetime(2026, 3, 24, 12, 17)  # noqa: DTZ001 -- the site's time, as HL7 writes it
ARRIVED_MS = 1_900_000_000_000


def told():
    gam, laboratory = Desk("GAM", BEGAN), Desk("SIL", BEGAN)
    return [one.message for one in (*history(gam, laboratory), *islice(news(gam, laboratory), 40))]


@pytest.fixture(scope="module")
def understood():
    return [(raw, understand(raw, arrived_ms=ARRIVED_MS, zone="Europe/Paris")) for raw in told()]


def test_no_message_is_refused_or_doubtful(understood):
    assert len(understood) > 100
    assert {(one.refusal, one.warnings) for _, one in understood} == {(None, ())}


def test_no_message_is_told_twice_under_one_number(understood):
    numbers = [one.envelope.control_id for _, one in understood]
    assert len(set(numbers)) == len(numbers)


def test_everybody_of_the_cast_is_introduced_with_the_ins_where_it_may_be_used(understood):
    known = {
        fact.key.ipp: fact.content.traits.get("ins")
        for _, one in understood
        for fact in one.facts
        if isinstance(fact.content, Identity) and one.envelope.event == "A28"
    }
    assert known == {sick.ipp: sick.ins or None for sick in PATIENTS}


def test_the_documents_can_be_read(understood):
    papers = [
        (raw, fact.content)
        for raw, one in understood
        for fact in one.facts
        if isinstance(fact.content, Document)
    ]
    contents = {paper.label: (paper.media, document_bytes(raw, paper.segment)) for raw, paper in papers}
    media, cda = contents["CR d’anatomopathologie"]
    assert media == "text/xml"
    parse(cda)
    assert "Adénocarcinome" in cda.decode()
    media, page = contents["TEP-TDM au 18F-FDG"]
    assert media == "application/pdf"
    assert page.startswith(b"%PDF-1.4")
    assert page.rstrip().endswith(b"%%EOF")
