"""Records of alerts and policies: one form, limits, and nothing but ProtocolError for what is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.errors import ProtocolError
from media.keys import cbor
from media.mail.bodies import Patient
from media.mail.policy import Delay, LocalRule, Part, Policy, Protocol
from media.mail.steps import AlertStep

ID = b"i" * 16
STEP = AlertStep(
    "escalate",
    ID,
    1_772_359_000_000,
    (b"1" * 16, b"2" * 16),
    Patient("1.2.250", "80417702", "DUMAS Solange"),
    text="7 selles/j",
    grade=0,
    to=(b"z" * 16, b"a" * 16),
    places=((b"p" * 16, b"s" * 32),),
)
POLICY = Policy(
    "ONCO1",
    "Oncologie",
    2,
    ID,
    5,
    "délais revus",
    members=((ID, Part.NURSE), (b"d" * 16, Part.DOCTOR)),
    order=(b"d" * 16,),
    closed=(20261224,),
    rules=(LocalRule("fièvre", "vital(8310-5) >= 38.3", on=True),),
    protocols=(Protocol("diarrhea", 3, "Avis médical sous 2 h"),),
    reasons=(("resolved", "Résolu"),),
)


SAID = AlertStep("refused", ID, 0, (ID,), Patient("1.2", "8", "X"), reason="207", about=ID, version=2)


@pytest.mark.parametrize("one", [STEP, SAID, AlertStep("take", ID, 0), POLICY, Policy("U", "U", 1)])
def test_what_is_written_is_read(one):
    assert type(one).parse(one.encode()) == one


@pytest.mark.parametrize(
    "change",
    [
        {"step": ""},
        {"grade": 6},
        {"minutes": 1_441},
        {"text": "x" * 8_001},
        {"text": "a\u202eb"},
        {"parents": tuple(bytes([n]) * 16 for n in range(33))},
        {"about": b"short"},
        {"at_ms": 1 << 48},
    ],
)
def test_nobody_sends_a_step_beyond_its_limits(change):
    with pytest.raises(ProtocolError):
        AlertStep(**{"step": "take", "subject": ID, "at_ms": 0, **change}).encode()


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"delays": (Delay(1),)},
        {"members": ((ID, Part.NURSE), (ID, Part.DOCTOR))},
        {"protocols": (Protocol("", 6, "x"),)},
        {"rules": tuple(LocalRule(str(n), "1 > 0") for n in range(201))},
        {"before": b"x"},
        {"title": ""},
    ],
)
def test_nobody_sends_a_policy_beyond_its_limits(change):
    with pytest.raises(ProtocolError):
        Policy(**{"service": "U", "title": "U", "number": 1, **change}).encode()


values = st.recursive(
    st.integers(0, 2**64 - 1)
    | st.binary(max_size=40)
    | st.text(max_size=20).filter(lambda one: "\ud800" not in one),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=20,
)


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_a_field_of_anything_else_is_refused_or_read_to_the_same_bytes(data):
    kind = data.draw(st.sampled_from([STEP, SAID, POLICY]))
    row = cbor.decode(kind.encode(), max_bytes=1 << 20)
    row[data.draw(st.integers(0, len(row) - 1))] = data.draw(values)
    try:
        forged = cbor.encode(row)
        read = type(kind).parse(forged)
    except ProtocolError:
        return
    assert read.encode() == forged


@given(st.binary(max_size=200), st.integers(0, 400))
@settings(max_examples=400, deadline=None)
def test_bytes_of_strangers_raise_nothing_else(junk, at):
    for kind in (STEP, SAID, POLICY):
        whole = kind.encode()
        for forged in (junk, whole[:at] + junk, whole[:at] + junk + whole[at + len(junk) :]):
            try:
                read = type(kind).parse(forged)
            except ProtocolError:
                continue
            assert read.encode() == forged
