"""Questionnaires of platforms that are broken or hostile: all of it stands in the queue, with a grade of 0 to 5 or none, and nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.interop.mapping import own
from app.interop.understand import understand
from app.monitoring import looks
from app.monitoring.memory import Memory
from app.monitoring.ports import List, Who
from app.monitoring.rules import STANDARD
from app.monitoring.sheets import labels, weeks, weight
from app.monitoring.standing import Service
from media.mail.policy import Delay, LocalRule, Policy
from storage.monitoring.answers import alert_id, fold
from storage.monitoring.records import NO_GRADE
from storage.patients.facts import Questionnaire
from storage.patients.told import Told
from tests.harness.er7 import IPP, NOW_MS, message, msh, pid

OTHER = "09000022^^^CH-FICTIF&510999999&N^PI"
RULES = (
    *(one.expression for one in STANDARD),
    "vital(8310-5) + 1 >= 38.3 or answer(diarrhea, frequency) > 2",
)
POLICY = Policy(
    "ONCO1",
    "Oncologie",
    1,
    delays=(Delay(120, working=True),) * 6,
    rules=tuple(LocalRule(str(at), one, on=True) for at, one in enumerate(RULES)),
)
codes = st.sampled_from(
    [
        *("DIARRHEA^Diarrhée^CTCAE", "DIARRHEA-F^^PRO-CTCAE", "DIARRHEA-G^^PRO-CTCAE", "PAIN^Douleur^CTCAE"),
        *("ALERT^^EPRO", "TEXT^^EPRO", "NEXT^^EPRO", "STATUS^^EPRO", "PHONE^^EPRO", "TREATMENT^^EPRO"),
        *("8310-5^T^LN", "29463-7^Poids^LN", "X1^Moral^LOCAL", "^Sans code^LOCAL", "-^^PRO-CTCAE", "^^"),
    ]
)
values = st.sampled_from(
    [
        *(
            "0",
            "3",
            "5",
            "3.5",
            "3.0",
            "0x3",
            "٣",
            "NaN",
            "-1",
            "inf",
            "1e400",
            "9" * 400,
            "",
            '""',
            "Y",
            "N",
        ),
        *("3~4", "3^sévère^CTCAE", "ACTIVE", "PAUSED", "38,9", "1_0", "\u202eabc", "a\\.br\\b", "\\X00\\"),
    ]
)
times = st.sampled_from(
    ("", "20260301105600", "00010101", "99991231235959", "99991231235959-1200", "20991231", "19700101", "x")
)
line = st.builds(
    "OBX|1|{}|{}||{}|kg|||||{}".format,
    st.sampled_from(("NM", "CE", "ST", "TX", "TS", "")),
    codes,
    values | times,
    st.sampled_from("FCDXW"),
)
order = st.builds(
    lambda number, at, sent, status, lines: [
        f"OBR|1||{number}|EPRO^Questionnaire^L|||{at}|||||||||||||||{sent}|||{status}",
        *lines,
    ],
    st.sampled_from(("Q1", "Q2^SUIVI", "")),
    times,
    times,
    st.sampled_from("FCX"),
    st.lists(line, max_size=8),
)
sent = st.builds(
    lambda at, patient, orders: message(
        msh("ORU^R01", at=at), pid(patient), "PV1|1|O|ONCO1", *(one for each in orders for one in each)
    ),
    times,
    st.sampled_from((IPP, OTHER)),
    st.lists(order, min_size=1, max_size=3),
)


def stand(messages: list[bytes]) -> Memory:
    """Take messages as a desk does: read, folded by patient, judged."""
    by_key: dict[object, list[Told[Questionnaire]]] = {}
    for seq, raw in enumerate(messages):
        for place, fact in enumerate(understand(raw, arrived_ms=NOW_MS).facts):
            if isinstance(fact.content, Questionnaire):
                told = Told(fact.stamp.recorded_ms, fact.stamp.control_id, place, fact.key, seq, fact.content)
                by_key.setdefault(fact.key, []).append(told)
    memory = Memory(b"m" * 16)
    memory.rule({"ONCO1": Service(POLICY)})
    for person, (key, words) in enumerate(by_key.items(), 1):
        who = Who(person, key, "MOREAU Odile", "19540314", "F", "VIDE")
        memory.answer(person, fold(person, words), who)
    return memory


def tell(memory: Memory) -> None:
    """Say all that a queue and a sheet say."""
    memory.counts(NOW_MS)
    for which in List:
        for sort in ("grade", "time", "name", "arrival"):
            for item in memory.queue(which, NOW_MS, sort):
                assert item.grade == NO_GRADE or 0 <= item.grade <= 5
                looks.sentence(item, "", NOW_MS, own())
                looks.share(item.due, NOW_MS)
                assert memory.case(item.alert, NOW_MS) is not None
    for person in memory.persons():
        told = memory.weeks(person, 1 << 62)
        assert len(weeks(told, NOW_MS, "Europe/Paris")) == 12
        labels(told)
        found = weight(told)
        assert found is None or 0 < found.kg < 1000


@given(st.lists(sent, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_whatever_a_platform_sends_stands_in_the_queue(messages):
    tell(stand(messages))


@pytest.mark.long
@given(st.lists(sent, min_size=1, max_size=6))
@settings(max_examples=5_000, deadline=None)
def test_whatever_a_platform_sends_stands_in_the_queue_at_length(messages):
    tell(stand(messages))


@given(st.lists(sent, min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_one_number_at_two_patients_is_two_alerts(messages, chance):
    memory = stand(messages)
    for alert, told in memory.asked.items():
        assert alert == alert_id(told.key, told.platform, told.id)
        assert {one.key for one in memory.weeks(told.person, 1 << 62)} == {told.key}
    chance.shuffle(messages)
    assert stand(messages).asked.keys() == memory.asked.keys()


def test_fifty_thousand_lines_and_megabytes_of_text_are_cut_and_said():
    """A label or a value is shown beside a patient's name, and held in memory for each desk of the service."""
    lines = [f"OBX|{at}|NM|S{at}^{'x' * 300}^LOCAL||3||||||F" for at in range(9_000)]
    lines += [f"OBX|9|ST|Y{at}^Long^LOCAL||{'y' * 60_000}||||||F" for at in range(100)]
    raw = message(msh("ORU^R01"), pid(), "OBR|1||Q1|EPRO^Questionnaire^L", *reversed(lines))
    memory = stand([raw])
    (told,) = memory.asked.values()
    assert "cut" in told.warnings
    assert len(told.symptoms) <= 500
    assert (
        sum(len(text) for one in told.symptoms for text in (one.code, one.label, *sum(one.answers, ())))
        < 1_000_000
    )
    raw = message(msh("ORU^R01"), pid(), "OBR|1||Q1|EPRO^Questionnaire^L", *lines * 6)
    assert not understand(raw, arrived_ms=NOW_MS).facts, "refused, with a place and no patient data"


@pytest.mark.parametrize("long", ["Q" * 70_000, "é" * 40_000, "Q1^" + "G" * 70_000])
def test_a_number_or_name_as_long_as_a_book_is_no_reason_to_fail(long):
    raw = message(
        msh("ORU^R01").replace("|GAM|", f"|{long.replace('^', '')}|"),
        pid(),
        f"PV1|1|O|{long}",
        f"OBR|1||{long}|EPRO^Questionnaire^L",
        "OBX|1|NM|DIARRHEA^^CTCAE||3||||||F",
        f"OBX|2|ST|TREATMENT^^EPRO||{long}||||||F",
        f"OBX|3|ST|PHONE^^EPRO||{long}||||||F",
    )
    memory = stand([raw])
    tell(memory)
    (told,) = memory.asked.values()
    assert max(map(len, (told.id, told.platform, told.unit, told.treatment, told.phone))) <= 500


def test_a_patients_number_as_long_as_a_book_is_no_reason_to_fail():
    for numbers in (IPP.replace("09000011", "9" * 70_000), IPP.replace("CH-FICTIF", "C" * 70_000)):
        raw = message(
            msh("ORU^R01"), pid(numbers), "OBR|1||Q1|EPRO^Q^L", "OBX|1|NM|DIARRHEA^^CTCAE||3||||||F"
        )
        tell(stand([raw]))
