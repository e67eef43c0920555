"""A site's own table of codes: how it lies over the program's, what a bad one does, and that desk, gateway and IT read it alike."""

from __future__ import annotations

import asyncio
import json

import pytest

from app.admin.__main__ import main
from app.interop import mapping
from app.interop.feed import Feed
from app.interop.flow import Flow
from app.interop.frames import Frame
from app.interop.intake import incoming_of
from app.interop.state import Options
from app.interop.understand import understand
from app.monitoring import words
from app.patients.flow import care
from storage.monitoring.records import Questionnaire, Symptom
from storage.patients.facts import Key
from tests.harness.er7 import NOW_MS, message, msh, pid
from tests.harness.postal import until

SITE = {
    "version": 1,
    "symptoms": {"mood": {"fr": "Moral", "en": "Mood", "codes": ["LOCAL|X12"]}},
    "texts": {
        "PRO-CTCAE|DIARRHEA-F": {"fr": "À quelle fréquence… ?", "en": "How often…?"},
        "LOCAL|X12": {"fr": "Comment va le moral ?"},
    },
}
RAW = message(msh("ORU^R01"), pid(), "OBR|1||Q1^S|Z9^Suivi", "OBX|1|NM|X12^Moral bas^LOCAL||3||||||F")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(SITE), encoding="utf-8")
    return path


def test_codes_of_the_site_are_understood_beside_the_own_ones(file):
    table, fault = mapping.of_site(str(file))
    assert fault == ""
    assert table.item("x12", "local") == ("mood", "grade")
    assert table.item("DIARRHEA-F", "PRO-CTCAE") == ("diarrhea", "frequency")
    assert (table.label("mood", "en"), table.label("nausea", "fr")) == ("Mood", "Nausées")


def test_texts_of_the_questionnaire_come_from_the_file_only(file):
    table, _ = mapping.of_site(str(file))
    assert table.text("diarrhea", "frequency", "en") == "How often…?"
    assert table.text("mood", "grade", "en") == "Comment va le moral ?"  # a language that the file lacks
    assert table.text("nausea", "frequency", "fr") == ""
    assert mapping.own().texts == {}


@pytest.mark.parametrize(
    "data",
    [
        "{",
        '{"version": 1, "symptoms": {"a": {"fr": "A"}}}',
        '{"version": 1, "texts": {"NOBODY|KNOWS": {"fr": "?"}}}',
        '{"version": 1, "texts": {"": {"fr": "?"}}}',
        "\x00",
    ],
)
def test_a_bad_file_leaves_the_own_table_and_says_so(tmp_path, data):
    path = tmp_path / "mapping.json"
    path.write_text(data)
    assert mapping.of_site(str(path)) == (mapping.own(), "wrong")


def test_a_file_that_is_not_there_or_too_large_leaves_the_own_table(tmp_path):
    assert mapping.of_site(str(tmp_path / "none.json")) == (mapping.own(), "unread")
    assert mapping.of_site("bad\x00path") == (mapping.own(), "unread")
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (mapping.MAX_BYTES + 1))
    assert mapping.of_site(str(large)) == (mapping.own(), "wrong")


def test_an_answer_stands_beside_the_sites_own_question(file):
    table, _ = mapping.of_site(str(file))
    diarrhea = Symptom("diarrhea", "Diarrhée", 2, answers=(("frequency", "3"),))
    told = Questionnaire("Q1", b"a" * 16, Key("A", "1"), 1, "S", 1, 1, symptoms=(diarrhea,))
    shown = [words.answers(told, told.symptoms, each)[0].detail for each in (table, mapping.own())]
    assert shown[0].startswith("À quelle fréquence… ?")
    assert "quelle fréquence" not in shown[1]


def test_the_site_decides_what_a_questionnaire_is(file):
    table, _ = mapping.of_site(str(file))
    plain = understand(RAW, arrived_ms=NOW_MS).facts
    (fact,) = understand(RAW, arrived_ms=NOW_MS, table=table).facts
    assert type(plain[0].content).__name__ == "Report"
    assert [(one.symptom, one.value) for one in fact.content.items] == [("mood", "3")]


def test_listener_and_follower_read_by_the_sites_table(file, vault):
    """What the listener understood and what is read again from the inbox are the same."""
    table, _ = mapping.of_site(str(file))

    async def story(fresh):
        flow = Flow(vault, lambda: NOW_MS, table=table)
        if fresh:
            await flow._take([Frame(RAW)])
        flow.follow()

        async def applied():
            return await asyncio.wrap_future(vault.patients.applied()) >= 1

        await until(applied)
        await flow.stop()

    asyncio.run(story(fresh=True))
    first = vault.answers.last().result()
    vault.patients.clear().result()
    asyncio.run(story(fresh=False))
    assert vault.answers.last().result() == first
    assert first[0].symptoms[0].code == "mood"


def test_what_is_wrong_with_the_file_stands_above_the_settings(vault, tmp_path):
    (tmp_path / "mapping.json").write_text("{")
    vault.inbox.keep(incoming_of(RAW, understand(RAW, arrived_ms=5), 5)).result()

    async def story():
        tasks = []
        feed = Feed(
            lambda work, _done, _failed: tasks.append(asyncio.ensure_future(work)) or tasks[-1],
            lambda: NOW_MS,
        )
        feed.open(vault, Options(mapping=str(tmp_path / "mapping.json")))
        await until(lambda: feed.state.mapping == "wrong")
        assert feed.table is mapping.own()
        told = [str(one.title) for one in care(feed.state, NOW_MS)]
        feed.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        return told

    assert "La table de codes du site contient une erreur" in asyncio.run(story())


def test_it_sees_with_the_sites_table_and_where_the_file_is_wrong(file, tmp_path, capsys):
    hl7 = tmp_path / "one.hl7"
    hl7.write_bytes(RAW.replace(b"||3|", b"||9|"))
    assert main(["hl7", "check", str(hl7)]) == 0
    assert "grade_range" not in capsys.readouterr().out
    assert main(["hl7", "check", "--mapping", str(file), str(hl7)]) == 0
    assert "grade_range" in capsys.readouterr().out
    file.write_text('{"version": 1, "symptoms": {"a": {"fr": 1}}}')
    assert main(["hl7", "check", "--mapping", str(file), str(hl7)]) != 0
    assert "symptoms" in capsys.readouterr().err
