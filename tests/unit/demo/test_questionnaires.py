"""What the simulated telemonitoring platform says is understood as any other platform's messages, and becomes the alerts of the story."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hl7apy.parser import parse_message

from app.demo.questionnaires import NAME, Platform, alert, history, newest, questionnaire
from app.demo.record import Record
from app.interop.client import Client
from app.interop.documents import document_bytes
from app.interop.mapping import own
from app.interop.understand import understand
from resources.demo import monitoring as story
from storage.monitoring.answers import alert_id
from storage.patients.facts import Document, Questionnaire

BEGAN = datetime(2026, 11, 24, 11, 52, tzinfo=UTC).astimezone()
BEGAN_MS = int(BEGAN.timestamp() * 1000)


@pytest.fixture(scope="module")
def platform():
    return Platform(NAME, BEGAN)


@pytest.fixture(scope="module")
def understood(platform):
    return [(one, understand(one.message, arrived_ms=BEGAN_MS)) for one in history(platform)]


def questionnaires(understood):
    return [fact for _, one in understood for fact in one.facts if isinstance(fact.content, Questionnaire)]


def test_no_message_is_refused_and_only_the_grade_that_cannot_be_is_doubtful(understood):
    assert len(understood) > 150
    assert {one.refusal for _, one in understood} == {None}
    assert [one.warnings for _, one in understood if one.warnings] == [("grade_range",)]


def test_each_message_is_what_hl7_says_an_oru_is(understood):
    for sent, _ in understood[::20]:
        read = parse_message(sent.message.decode(), find_groups=False)
        assert read.msh.msh_9.value == "ORU^R01^ORU_R01"


def test_forty_answers_are_of_this_week_once_the_last_one_came(understood):
    assert sum(sent.newest for sent, _ in understood) + 1 == len(story.COURSES) == 40


def test_an_answer_says_when_it_came_whatever_the_zone_of_this_machine(understood):
    (solange,) = [fact for fact in questionnaires(understood) if alert_of(fact) == alert(story.SOLANGE)]
    assert BEGAN_MS - solange.stamp.recorded_ms == 56 * 60_000


def alert_of(fact):
    return alert_id(fact.key, fact.content.platform, fact.content.id)


def test_every_act_of_the_nurse_is_about_an_answer_that_came(understood, platform):
    late = understand(questionnaire(platform, story.LATE, BEGAN, newest(story.LATE)), arrived_ms=BEGAN_MS)
    known = {alert_of(fact) for fact in questionnaires([*understood, (None, late)])}
    acts = (*story.BEFORE, *story.DURING, story.CLOSING)
    assert [one for one in acts if alert(one.ipp, one.weeks) not in known] == []


def test_symptoms_are_known_to_the_mapping_and_what_is_not_is_kept_in_the_patients_words(understood):
    (solange,) = (
        fact.content for fact in questionnaires(understood) if alert_of(fact) == alert(story.SOLANGE)
    )
    known = [one for one in solange.items if one.symptom]
    assert {own().label(one.symptom, "fr") for one in known} > {"Diarrhée", "Mucite", "Température"}
    assert [(one.label, one.value) for one in solange.items if not one.symptom] == [
        (question, answer) for _, question, answer in story.COURSES[0].items
    ]


def test_a_correction_and_a_withdrawal_are_of_the_same_alert(platform):
    course = next(one for one in story.COURSES if one.ipp == story.FAURE)
    told = [
        questionnaire(platform, course, BEGAN, newest(course)),
        questionnaire(platform, course, BEGAN, newest(course, FATIGUE="2"), status="C", sent=BEGAN),
        questionnaire(platform, course, BEGAN, newest(course), status="X", sent=BEGAN),
    ]
    facts = [understand(raw, arrived_ms=BEGAN_MS).facts[0] for raw in told]
    assert len({alert_of(fact) for fact in facts}) == 1
    assert [fact.content.status for fact in facts] == ["F", "C", "X"]


def test_the_report_of_the_platform_can_be_read(understood):
    (paper,) = [
        (sent.message, fact.content)
        for sent, one in understood
        for fact in one.facts
        if isinstance(fact.content, Document)
    ]
    raw, document = paper
    assert document_bytes(raw, document.segment).startswith(b"%PDF")


def test_the_record_keeps_what_has_a_document_and_refuses_the_rest(platform):
    async def story_of_two():
        record = await Record.start()
        client = await Client.connect("127.0.0.1", record.port)
        with_report = next(one for one in story.COURSES if one.report)
        told = [questionnaire(platform, one, BEGAN, newest(one)) for one in (with_report, story.LATE)]
        codes = [(await client.send(raw))[-1].code for raw in told]
        await client.close()
        await record.close()
        return codes, len(record.kept)

    assert asyncio.run(story_of_two()) == (["AA", "AR"], 1)
