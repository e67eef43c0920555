"""What a site calls a symptom stands in the queue, in what is asked of colleagues and on paper alike."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app import i18n
from app.interop import mapping
from app.monitoring import looks, referring, report
from app.monitoring.ports import Cause, Due, Item, Sheet, Trend, Who
from app.monitoring.queuemodel import QueueModel
from app.times import Site
from storage.monitoring.records import Life, Phase, Questionnaire, Record, Row, Step, Symptom
from storage.patients.facts import Key

NOON = 1_800_000_000_000
ALERT, NURSE, FIRST, NEXT = (letter * 16 for letter in (b"a", b"n", b"f", b"s"))
KEY = Key("1.2.250.1.999.51.1", "80417702")
MOOD = Symptom("mood", "Q12 HUMEUR", 2)
ITEM = Item(
    ALERT,
    Who(1, KEY, "DUMAS Solange", "19620907", "F", ""),
    2,
    Cause.SENDER,
    (MOOD,),
    Trend.SAME,
    Phase.NEW,
    NOON,
    Due(),
)
TOLD = Questionnaire("Q1", ALERT, KEY, 1, "SUIVI", NOON, NOON, (MOOD,))


@pytest.fixture
def table(tmp_path):
    labels = {"mood": {"fr": "Humeur", "en": "Mood", "codes": ["LOCAL|X12"]}}
    path = tmp_path / "site.json"
    path.write_text(json.dumps({"version": 1, "symptoms": labels}))
    yield mapping.load(path)
    i18n.set_language("fr")


@pytest.mark.parametrize(("language", "called"), [("fr", "Humeur"), ("en", "Mood")])
def test_the_site_s_own_words_stand_in_the_queue_in_messages_and_on_paper(table, language, called):
    i18n.set_language(language)
    sheet = Sheet(ITEM, TOLD, Life())
    assert f"{called} G2" in looks.sentence(ITEM, "", NOON, table)
    assert f"{called} G2" in referring.question(sheet, table)
    muted = Record(b"m" * 16, Step.MUTE, b"p" * 16, NOON, NURSE, symptom="mood", reason="connue")
    sheet = replace(sheet, life=Life(rows=(Row(muted),)))
    paper = report.summary(sheet, lambda _user: "K. Essai", NOON, table).plain
    assert paper.count(called) == 2
    assert "Q12" not in paper


def test_what_no_table_knows_keeps_the_sender_s_words(table):
    told = replace(TOLD, symptoms=(Symptom("L|X9", "Boit plus d'un litre", 1),))
    (grid,) = [one for one in report.questionnaire(told, Site(), table) if isinstance(one, report.Grid)]
    assert grid.rows[0][0] == "Boit plus d'un litre"


class Names:
    """A directory of two."""

    def of(self, user):
        return type("Colleague", (), {"me": False, "name": {FIRST: "Dr Un", NEXT: "Dr Deux"}[user]})()


def test_the_queue_names_whom_an_alert_asks_now(table):
    asked = replace(ITEM, phase=Phase.ESCALATED, escalated_to=(FIRST, NEXT))
    assert "Dr Deux" in QueueModel(Names(), lambda: NOON, lambda: table).holder(asked)
