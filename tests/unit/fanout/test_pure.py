"""Who may follow what, what goes into which feed, how it is packed and how much of it a day: no vault, no wire."""

from __future__ import annotations

import os
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fanout import packing
from app.fanout.plan import Due, batches, plan
from app.fanout.rules import Asker, Rules, RulesError
from app.fanout.thrift import DAY_MS, LONGEST_MS, Thrift
from media.errors import ProtocolError
from media.mail.feeds import Packed
from storage.inbox import Incoming
from storage.patients.facts import Key
from storage.patients.wards import Cared
from tests.harness.adt import adt

ODILE, PAUL, ALIAS = Key("CH", "1"), Key("CH", "2"), Key("LABO", "77")
USER = bytes(range(16))
RULES = Rules.parse(
    b"""
[[rule]]
units = ["2101", "2102"]
roles = ["doctor", "nurse"]
specialties = ["Oncologie"]
[[rule]]
units = ["*"]
users = ["000102030405060708090a0b0c0d0e0f"]
[[rule]]
units = ["3000"]
roles = ["secretary"]
given = true
"""
)


def cared(*units: str, keys=(ODILE,)) -> tuple[Cared, ...]:
    return (Cared(tuple(keys), frozenset(units)),)


# --- rules ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asker", "asked", "granted"),
    [
        (Asker(b"x", "doctor", "oncologie"), ["2101", "9999"], {"2101"}),
        (Asker(b"x", "doctor", "Chirurgie"), ["2101"], set()),
        (Asker(b"x", "gateway", "Oncologie"), ["2101"], set()),
        (Asker(USER, "other", ""), ["2101", "9999"], {"2101", "9999"}),
        (Asker(USER, "other", ""), ["*"], set()),
        (Asker(b"x", "secretary", ""), [], {"3000"}),
        (Asker(b"x", "secretary", ""), ["2101"], set()),
        (Asker(b"x", "doctor", "Oncologie"), [], set()),
    ],
)
def test_a_rule_lets_follow_whom_it_names_and_nobody_else(asker, asked, granted):
    assert RULES.decide(asker, asked) == granted


def test_without_rules_nobody_follows_anything():
    assert Rules().decide(Asker(USER, "doctor", "Oncologie"), ["2101"]) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        '[[rule]]\nunits = ["*"]',
        '[[rule]]\nunits = ["1"]\nusers = ["zz"]',
        '[[rule]]\nunits = ["1"]\nusers = ["00"]',
        '[[rule]]\nunits = "1"\nroles = ["doctor"]',
        '[[rules]]\nunits = ["1"]',
        '[[rule]]\nunits = ["*"]\nroles = ["nurse"]\ngiven = true',
        "\x00",
    ],
)
def test_a_file_that_names_nobody_or_is_mistyped_is_refused_whole(text):
    with pytest.raises(RulesError):
        Rules.parse(text.encode())


# --- plan -----------------------------------------------------------------------------------------------


def test_a_message_goes_to_the_units_that_somebody_follows_and_to_no_other():
    made = plan({5: cared("2101", "2102")}, {"2101"}, {ODILE: {"2101"}})
    assert made.due == {"2101": [Due(5)]}


def test_who_comes_into_a_unit_brings_everything_along_once():
    made = plan({5: cared("2101"), 6: cared("2101")}, {"2101"}, {})
    assert made.due == {"2101": [Due(5, (ODILE,)), Due(6)]}
    assert made.carried == {("2101", ODILE)}


def test_a_number_that_became_somebodys_brings_its_own_history():
    made = plan({7: cared("2101", keys=(ODILE, ALIAS))}, {"2101"}, {ODILE: {"2101"}})
    assert made.due == {"2101": [Due(7, (ALIAS,))]}


def test_the_unit_that_somebody_left_hears_so_last_and_gets_everything_again_on_coming_back():
    made = plan({5: cared("2102"), 6: cared("2101")}, {"2101", "2102"}, {ODILE: {"2101"}})
    assert made.due == {"2101": [Due(5), Due(6, (ODILE,))], "2102": [Due(5, (ODILE,)), Due(6)]}
    assert made.lost == {("2102", ODILE)}
    assert ("2101", ODILE) in made.carried


def test_a_message_about_nobody_in_a_followed_unit_goes_nowhere():
    assert plan({5: (), 6: cared("9999")}, {"2101"}, {}).due == {}


def test_batches_are_cut_by_size_in_order_and_a_long_message_goes_alone():
    assert batches([1, 2, 2, 3, 9, 4], {1: 40, 2: 50, 3: 20, 4: 300}, 100) == [(1, 2), (3,), (4,)]


# --- packing --------------------------------------------------------------------------------------------


@given(st.binary(max_size=3000), st.text(max_size=20).filter(str.isprintable))
def test_what_is_packed_comes_out_byte_for_byte(raw, sender):
    one = Incoming(sender, "1", raw, 7)
    assert packing.unpack([packing.pack(one)]) == (one,)


def test_an_admission_takes_less_than_half():
    raw = adt("A01^ADT_A01", "1", 1, movement="2101")
    assert packing.weight(packing.pack(Incoming("GAM", "1", raw, 1))) < len(raw) / 2


def test_nothing_of_one_message_shortens_its_neighbour():
    raw = os.urandom(400).hex().encode()
    once, twice = (
        sum(len(one.data) for one in map(packing.pack, [Incoming("G", "1", raw, 1)] * n)) for n in (1, 2)
    )
    assert twice == 2 * once


def deflated(raw: bytes) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=packing.DICTIONARY)
    return squeezer.compress(raw) + squeezer.flush()


@pytest.mark.parametrize("said", [1, 99 << 20])
def test_bombs_are_refused(said):
    with pytest.raises(ProtocolError):
        packing.unpack([Packed(b"G", b"1", 1, said, deflated(bytes(max(said, 1 << 20))))])


@pytest.mark.parametrize(
    "bad",
    [
        Packed(b"G", b"1", 1, 10, deflated(bytes(9))),
        Packed(b"G", b"1", 1, 9, deflated(bytes(9)) + b"more"),
        Packed(b"G", b"1", 1, 9, deflated(bytes(9))[:-2]),
        Packed(b"G", b"1", 1, 9, b"\xff\xff\xff"),
        Packed(b"\xff", b"1", 1, 0, b"MSH"),
        Packed(b"G" * 5000, b"1", 1, 0, b"MSH"),
    ],
)
def test_broken_messages_are_refused(bad):
    with pytest.raises(ProtocolError):
        packing.unpack([bad])


@given(st.binary(max_size=300), st.integers(1, 5000))
def test_any_bytes_are_refused_or_have_the_size_they_say(data, size):
    try:
        (one,) = packing.unpack([Packed(b"G", b"1", 1, size, data)])
    except ProtocolError:
        return
    assert len(one.raw) == size


# --- thrift ---------------------------------------------------------------------------------------------


def test_a_day_of_everything_at_once_stays_near_its_allowance():
    thrift, spent, now_ms = Thrift(0, 1000), 0, 0
    while now_ms < DAY_MS:
        spent += 1
        thrift.spend(1, now_ms)
        now_ms += thrift.gather_ms(now_ms)
    assert spent <= 1000 + DAY_MS / LONGEST_MS


def test_who_spends_little_never_waits():
    thrift = Thrift(0, 1000)
    for minute in range(0, 1440, 2):
        thrift.spend(1, minute * 60_000)
        assert thrift.gather_ms(minute * 60_000) == 2_000
