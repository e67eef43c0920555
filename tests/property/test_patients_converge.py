"""Messages may come in any order, in any batches, twice, with a rebuild in between: the same patients come out."""

from __future__ import annotations

import dataclasses
import itertools
import secrets

import msgspec
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
    Person,
    Professional,
    Receipt,
    Report,
    Stamp,
    Transfer,
)
from storage.patients.store import Patients

TEST_OID = "1.2.250.1.213.1.4.10"
INS = ("279035121518989", "254039912345645")
KEYS = (
    [Key("GHT", str(number)) for number in range(5)]
    + [Key("LABO", "9"), Key("LABO", "10")]
    + [Key(TEST_OID, number) for number in INS]
)
FILES = ["", "F1", "F2", "F3"]
NOBODY = Key("", "")

keys = st.sampled_from(KEYS)
files = st.sampled_from(FILES)
times = st.integers(0, 40)


@st.composite
def identities(draw):
    traits = {"birth_name": draw(st.sampled_from(["MARTIN", "LE MAITRE", "DUPONT"])), "birth": "19540314"}
    if draw(st.booleans()):
        traits["used_name"] = draw(st.sampled_from(["BRUN", None, ""]))
    if draw(st.booleans()):
        traits["given_name"] = draw(st.sampled_from(["Marie", "Jeanne"]))
    if draw(st.booleans()):
        traits["phone"] = draw(st.sampled_from(["01", "02", None]))
    reliability = draw(st.sampled_from(["VALI", "VALI", "PROV", "", "skip"]))
    if reliability != "skip":
        traits["reliability"] = reliability
    if reliability == "VALI" and draw(st.booleans()):
        traits |= {"ins": draw(st.sampled_from(INS)), "ins_oid": TEST_OID}
    if draw(st.booleans()):
        traits["dead"] = draw(st.sampled_from("YN"))
    return Identity(traits)


movements = st.builds(
    lambda number, event, action, since, file, visit, unit: Movement(
        number, action, event, since, event, visit=visit, file=file, patient_class="I", care_unit=(unit, unit),
        professionals=(Professional(unit, f"DR {unit}", "AT"),),
    ),
    st.sampled_from(["MV1", "MV2", "MV3", "MV4"]),
    st.sampled_from(["A01", "A02", "A21", "A22", "A03", "A05"]),
    st.sampled_from(["INSERT", "INSERT", "UPDATE", "CANCEL"]),
    times, files, st.sampled_from(["", "V1", "V2"]), st.sampled_from(["2101", "2102"]),
)  # fmt: skip
observations = st.builds(
    lambda code, value, status: Observation(code, code, "LN", "NM", (value,), status=status),
    st.sampled_from(["718-7", "777-3"]), st.sampled_from("123"), st.sampled_from("FCDW"),
)  # fmt: skip
named = st.builds(
    lambda name, given, sex, ins: (Person(name, "", given, "19540314", sex, ins, TEST_OID if ins else ""),),
    st.sampled_from(["MARTIN", "LE MAITRE", "DUPONT", "BRUN"]),
    st.sampled_from(["", "Marie"]),
    st.sampled_from("FMU"),
    st.sampled_from(["", *INS]),
)
about = st.one_of(st.just(()), named, named)
contents = st.one_of(
    identities(),
    identities(),
    movements,
    movements,
    st.builds(Merge, keys, st.sampled_from(["merge", "rename"])),
    st.builds(Merge, keys, st.sampled_from(["merge", "rename"])),
    st.builds(Transfer, keys, st.sampled_from(FILES[1:]), files),
    st.builds(
        Allergies, st.sampled_from([(), (("1", "Pénicilline", "SV", ""),), (("2", "Latex", "", ""),)]), st.booleans()
    ),
    st.builds(
        lambda number, found, file, about: Report(
            number, "NFS", "NFS", 5, observations=tuple(found), file=file, about=about
        ),
        st.sampled_from(["R1", "R2", ""]), st.lists(observations, max_size=3), files, about,
    ),
    st.builds(
        lambda number, act, parent, file, about: Document(
            number, act, "34794-8", "RCP", 7, replaces=parent, file=file, about=about
        ),
        st.sampled_from(["D1", "D2", "D3"]), st.sampled_from(["new", "replace", "delete"]),
        st.sampled_from(["", "D1", "D2", "D3"]), files, about,
    ),
)  # fmt: skip


@st.composite
def histories(draw):
    """Messages of up to three facts; their ids are unique, their times are not."""
    messages = []
    for number in range(draw(st.integers(1, 14))):
        stamp = Stamp(draw(times), f"M{number + 8}")
        facts = [Fact(draw(keys), stamp, draw(contents)) for _ in range(draw(st.integers(1, 3)))]
        if draw(st.integers(0, 5)) == 0:
            facts = [Fact(NOBODY, stamp, Receipt(f"M{draw(st.integers(8, 21))}", "Z01", 1, accepted=True))]
        messages.append(facts)
    return messages


@pytest.fixture(scope="module")
def patients(tmp_path_factory):
    path = tmp_path_factory.mktemp("cache") / "cache.db"
    key = secrets.token_bytes(32)
    checkup.create(path, key)
    database = Database(path)
    database.open(key)
    yield Patients(database)
    database.close()


def told(patients, messages, cuts=()):
    """Return what is known after *messages*, applied in batches."""
    patients.clear().result()
    numbered = list(zip(itertools.count(1), messages, strict=False))
    for start, end in itertools.pairwise((0, *sorted(cuts), len(numbered))):
        patients.apply(numbered[start:end]).result()
    return dump(patients)


def dump(patients):
    """Return everybody, without what differs from desk to desk: ids, and places in the inbox."""
    everybody = patients.every(limit=1000).result()
    rows = {one.id: dataclasses.replace(one, id=0) for one in patients.search("", limit=1000).result()}
    assert rows.keys() == {one.id for one in everybody}
    for one in everybody:
        row = rows[one.id]
        assert (row.birth_name, row.ins, row.inside, row.status) == (
            one.birth_name,
            one.ins,
            one.inside,
            one.status,
        )
        assert (row.ipp, row.last_ms, row.dead) == (one.ipp, one.last_ms, one.dead)
        assert row.unit == next((name for _, name in one.units), "")
    whole = [dataclasses.replace(one, id=0, papers=tuple(map(placeless, one.papers))) for one in everybody]
    return sorted(whole, key=lambda one: (one.authority, one.ipp))


def placeless(paper):
    return dataclasses.replace(paper, seq=0, versions=tuple(map(placeless, paper.versions)))


SETTINGS = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
)


@SETTINGS
@given(histories(), st.randoms(use_true_random=False), st.data())
def test_any_order_any_batches_and_repeats_make_the_same_patients(patients, messages, random, data):
    expected = told(patients, messages)
    again = messages + [message for message in messages if random.random() < 0.3]
    random.shuffle(again)
    cuts = data.draw(st.sets(st.integers(0, len(again)), max_size=5))
    assert told(patients, again, cuts) == expected


@SETTINGS
@given(histories())
def test_one_by_one_is_the_same_as_at_once_and_nothing_is_taken_twice(patients, messages):
    expected = told(patients, messages)
    assert told(patients, messages, range(len(messages))) == expected
    assert patients.apply(list(zip(itertools.count(1), messages, strict=False))).result() == frozenset()
    assert dump(patients) == expected
    assert patients.applied().result() == len(messages)


@SETTINGS
@given(st.lists(st.tuples(times, movements, st.booleans()), min_size=2, max_size=12))
def test_the_row_kept_up_to_date_says_the_same_as_the_whole_history(patients, told_of):
    """Most movements come in order, a few do not: the short way and the long one lead to the same place."""
    patients.clear().result()
    for seq, (late, movement, in_order) in enumerate(told_of, 1):
        at = 100 * seq if in_order else late
        moved = msgspec.structs.replace(
            movement, since_ms=at, action="INSERT" if in_order else movement.action
        )
        patients.apply([(seq, [Fact(KEYS[0], Stamp(at, f"M{seq}"), moved)])]).result()
        dump(patients)
