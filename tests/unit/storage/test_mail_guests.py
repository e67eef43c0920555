"""Records of people in no service: kept, but no more than there is room for; those that count are never dropped."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.monitoring.guests import Guests, Room
from storage.monitoring.trace import Kept

DAY = 86_400_000
ANNE, PAUL, ZOE = b"a" * 16, b"p" * 16, b"z" * 16
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def little_room(monkeypatch):
    monkeypatch.setattr(Guests, "a_day", Room(6, 10_000))
    monkeypatch.setattr(Guests, "each", Room(10, 20_000))
    monkeypatch.setattr(Guests, "everybody", Room(15, 60_000))


def said(author, day=0, size=10, subject=b"s" * 16):
    number = next(_numbers).to_bytes(16, "big")
    return Kept(number, "alert", subject, b"c" * 16, 0, day * DAY + 1, author, b"d" * 16, data=bytes(size))


def keep(vault, one, *, counts=False):
    return vault.mail.write(lambda rows: rows.guests.keep(one, counts=counts)).result()


def kept(vault, author):
    rows = vault.mail.read(lambda rows: rows.trace.since("alert", 0)).result()
    return [one.id for one in rows if one.author == author]


def test_of_a_day_only_so_many_are_taken_and_that_is_said_once(vault):
    first = [said(PAUL) for _ in range(8)]
    told = [keep(vault, one) for one in first]
    assert [one.fresh for one in told] == [True] * 6 + [False] * 2
    assert [one.full for one in told] == [False] * 6 + [True, False]
    assert kept(vault, PAUL) == [one.id for one in first[:6]]
    assert keep(vault, said(ANNE)).fresh, "somebody else has a day of their own"
    assert keep(vault, said(PAUL, day=1)).fresh


def test_of_a_day_only_so_many_bytes_are_taken(vault):
    assert keep(vault, said(PAUL, size=9_000)).fresh
    assert not keep(vault, said(PAUL, size=2_000)).fresh
    assert keep(vault, said(PAUL, size=500)).fresh


def test_the_oldest_of_an_author_go_first(vault):
    those = [said(PAUL, day=at // 5) for at in range(13)]
    told = [keep(vault, one) for one in those]
    assert all(one.fresh for one in told)
    assert [at for at, one in enumerate(told) if one.full] == [10]
    assert kept(vault, PAUL) == [one.id for one in those[3:]]


def test_who_has_little_loses_nothing_to_who_floods(vault):
    honest = [said(ANNE, size=600) for _ in range(3)]
    for one in honest:
        keep(vault, one)
    for author in (PAUL, ZOE):
        for at in range(20):
            keep(vault, said(author, day=at // 6))
    assert kept(vault, ANNE) == [one.id for one in honest]
    assert len(kept(vault, PAUL)) + len(kept(vault, ZOE)) == 12


def test_what_counts_is_never_dropped_and_neither_is_what_a_member_said(vault):
    counting = [said(PAUL, day=at) for at in range(4)]
    for one in counting:
        keep(vault, one, counts=True)
    later_a_member = [said(ZOE, day=at) for at in range(4)]
    for one in later_a_member:
        keep(vault, one)
    vault.mail.write(lambda rows: rows.guests.admit({ZOE})).result()
    for author in (PAUL, ZOE, ANNE):
        for at in range(30):
            keep(vault, said(author, day=10 + at // 6))
    assert kept(vault, PAUL)[:4] == [one.id for one in counting]
    assert kept(vault, ZOE)[:4] == [one.id for one in later_a_member]


def test_the_same_record_again_takes_no_room(vault):
    one = said(PAUL)
    assert keep(vault, one).fresh
    assert not any(keep(vault, one).fresh or keep(vault, one).full for _ in range(20))
    assert keep(vault, said(PAUL)).fresh


@given(
    st.lists(
        st.tuples(st.sampled_from([ANNE, PAUL, ZOE]), st.integers(0, 3), st.integers(0, 9_000)), max_size=40
    )
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_there_is_never_more_than_there_is_room_for(vault, those):
    for author, day, size in those:
        keep(vault, said(author, day, size))
        rows = vault.mail.read(lambda bag: bag.trace.since("alert", 0)).result()
        assert len(rows) <= 15
        assert sum(len(one.data) for one in rows) <= 60_000
        assert all(sum(one.author == each for one in rows) <= 10 for each in (ANNE, PAUL, ZOE))
