"""Whatever a message tells, the cache takes it, shows it and finds it without an error."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import checkup
from storage.database import Database
from storage.patients.facts import (
    Allergies,
    Document,
    Fact,
    Identity,
    Key,
    Merge,
    Movement,
    Observation,
    Professional,
    Receipt,
    Report,
    Stamp,
    Transfer,
)
from storage.patients.store import Patients

words = st.text(max_size=30) | st.sampled_from(
    ["", "1.2.250.1.213.1.4.10", "279035121518989", "A03", "CANCEL", "19540314", "\x00"]
)
moments = st.integers(-(2**40), 2**50)
keys = st.builds(Key, words, words)
units = st.tuples(words, words)
people = st.lists(st.builds(Professional, words, words, words), max_size=3).map(tuple)
observations = st.builds(
    Observation, words, words, words, words, st.lists(words, max_size=3).map(tuple), status=words, sub_id=words
)  # fmt: skip
contents = st.one_of(
    st.builds(
        Identity,
        st.dictionaries(
            st.sampled_from(["birth_name", "used_name", "given_name", "birth", "reliability", "ins", "ins_oid", "dead", "attributes"])
            | words,
            words | st.none(),
        ),
    ),
    st.builds(
        Movement, words, words, words, moments, visit=words, file=words, patient_class=words, care_unit=units, medical_unit=units,
        place=st.lists(words, max_size=3).map(tuple), professionals=people, discharged_ms=moments,
    ),
    st.builds(Merge, keys, words),
    st.builds(Transfer, keys, words, words),
    st.builds(Allergies, st.lists(st.tuples(words, words, words, words), max_size=3).map(tuple), st.booleans()),
    st.builds(Report, words, words, words, moments, observations=st.lists(observations, max_size=4).map(tuple), file=words),
    st.builds(Document, words, words, words, words, moments, replaces=words, file=words),
    st.builds(Receipt, words, words, moments, st.booleans()),
)  # fmt: skip
facts = st.builds(Fact, keys, st.builds(Stamp, moments, words), contents)


@pytest.fixture(scope="module")
def patients(tmp_path_factory):
    path, key = tmp_path_factory.mktemp("cache") / "cache.db", secrets.token_bytes(32)
    checkup.create(path, key)
    database = Database(path)
    database.open(key)
    yield Patients(database)
    database.close()


def _takes_everything(patients, batches):
    patients.clear().result()
    for seq, batch in enumerate(batches, 1):
        patients.apply([(seq, batch)]).result()
    everybody = patients.every(limit=1_000).result()
    assert len(everybody) == patients.count().result()
    for one in everybody:
        assert patients.by_ipp(one.authority, one.ipp).result() == one
        assert patients.get(one.id).result() == one
        for name in (one.birth_name, one.given_name, one.ipp, one.ins):
            patients.search(name).result()
        patients.homonyms(one.id).result()
    patients.forget(2**60).result()
    assert patients.count().result() == 0


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(facts, max_size=4), max_size=5))
def test_any_facts(patients, batches):
    _takes_everything(patients, batches)


@pytest.mark.long
@settings(deadline=None, max_examples=5_000, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(facts, max_size=6), max_size=10))
def test_any_facts_for_long(patients, batches):
    _takes_everything(patients, batches)
