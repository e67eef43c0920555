"""Two hundred days of a platform, in any order, in any batches, told twice: the same questionnaires, the same queue."""

from __future__ import annotations

import itertools
import random
import secrets
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.interop.understand import understand
from app.monitoring.memory import Memory
from app.monitoring.ports import List
from app.monitoring.stock import who_of
from storage import checkup
from storage.database import Database
from storage.monitoring.answers import Answers
from storage.patients.store import Patients
from tests.harness.platform import admitted, asked, merged

DAY, MINUTE = 86_400_000, 60_000
NOW = 1_790_000_000_000
ME = b"m" * 16


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("cache") / "cache.db"
    key = secrets.token_bytes(32)
    checkup.create(path, key)
    made = Database(path)
    made.open(key)
    yield made
    made.close()


def days(chance):
    """Return what a platform says in two hundred days of four patients, two of whom turn out to be one."""
    made = [admitted(ipp, NOW - 201 * DAY) for ipp in "12"]
    for day in range(200):
        at, ipp, number = NOW - (200 - day) * DAY, str(chance.randint(1, 4)), f"Q{chance.randint(0, 150)}"
        grades = {"pain": chance.randint(-1, 6), "nausea": chance.randint(0, 3)}
        status = chance.choices("FCX", (80, 14, 6))[0]
        sent = at + chance.randint(0, 3) * MINUTE
        made.append(asked(ipp, number, at, control=f"C{day}", status=status, sent_ms=sent, **grades))
    return [*made, admitted("3", NOW - 5 * DAY), merged("2", "1", NOW - 3 * DAY)]


def queue(database, messages, cuts=()):
    """Return what the queue shows after *messages*, applied in batches; without ids, which differ from desk to desk."""
    patients, answers = Patients(database), Answers(database)
    patients.clear().result()
    told = [(seq, understand(raw, arrived_ms=NOW).facts) for seq, raw in enumerate(messages, 1)]
    places = (0, *sorted(cuts), len(told))
    for start, end in itertools.pairwise(places):
        patients.apply(told[start:end]).result()
    memory = Memory(ME)
    for last in answers.last().result():
        of = answers.of([last.person]).result()
        row = next(iter(patients.recent([last.person]).result()), None)
        memory.answer(last.person, of, who_of(row, of[-1].key) if row else None)
    shown = [one for which in List for one in memory.queue(which, NOW)]
    rows = {one.alert: replace(one, who=replace(one.who, id=0)) for one in shown}
    asked_of = {one.alert: replace(one, person=0, seqs=()) for one in answers.since(0).result()}
    return rows, asked_of, memory.counts(NOW)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 1 << 32), st.sets(st.integers(0, 200), max_size=4))
def test_any_order_of_two_hundred_days_ends_in_one_state(database, seed, cuts):
    chance = random.Random(seed)
    messages = days(chance)
    expected = queue(database, messages)
    assert len(expected[0]) > 50
    mixed = messages + chance.sample(messages, 20)
    chance.shuffle(mixed)
    assert queue(database, mixed, cuts) == expected


@pytest.mark.long
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 1 << 32), st.sets(st.integers(0, 200), max_size=8))
def test_any_order_of_two_hundred_days_ends_in_one_state_for_long(database, seed, cuts):
    chance = random.Random(seed)
    messages = days(chance)
    expected = queue(database, messages)
    mixed = messages + chance.sample(messages, 20)
    chance.shuffle(mixed)
    assert queue(database, mixed, cuts) == expected
