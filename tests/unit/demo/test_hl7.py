"""What the simulated GAM and laboratory say is understood as any other system's messages."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import pytest

from app.demo.day import history, news
from app.demo.hl7 import Desk
from app.interop.documents import document_bytes
from app.interop.understand import understand
from app.papers.cda.xml import parse
from resources.demo.monitoring import AT_HOME, FERREIRA
from resources.demo.patients import DOUBLE, PATIENTS, QUALIFIED
from storage.patients.facts import Document, Identity, Merge, Report

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
    assert known == {sick.ipp: sick.ins or None for sick in (*PATIENTS, *AT_HOME, FERREIRA, DOUBLE)}


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


def contents(understood, kind):
    return [
        (fact.key.ipp, fact.content)
        for _, one in understood
        for fact in one.facts
        if isinstance(fact.content, kind)
    ]


def test_while_one_watches_a_result_is_corrected_a_letter_replaced_and_a_double_merged(understood):
    corrected = [one for _, one in contents(understood, Report) if one.status == "C"]
    assert [one.observations[0].values for one in corrected] == [("10.7",)]
    earlier = {one.id for _, one in contents(understood, Report) if one.status == "F"}
    assert corrected[0].id in earlier
    letters = {one.id: one.replaces for _, one in contents(understood, Document) if one.code == "11506-3"}
    assert set(filter(None, letters.values())) < set(letters)
    assert (QUALIFIED.ipp, DOUBLE.ipp) in {(ipp, one.old.ipp) for ipp, one in contents(understood, Merge)}


def test_the_laboratory_never_finds_the_same_twice_in_one_sitting(understood):
    found = [one.observations for ipp, one in contents(understood, Report) if ipp == "80421937"]
    newest = [tuple(each.values for each in one) for one in found[-3:]]
    assert len(set(newest)) == 3


@pytest.mark.parametrize("hour", [2, 12, 23])
def test_what_was_before_is_told_at_hours_at_which_it_happens(hour):
    began = BEGAN.replace(hour=hour)
    told = history(Desk("GAM", began), Desk("SIL", began))
    assert all(one.when <= began for one in told)
    assert not [one for one in told if one.when.minute == began.minute and one.when.hour == hour]
