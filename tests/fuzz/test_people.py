"""Lists of people and directory bundles of outside bytes: refused in their own words, never worse."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.errors import MediaError
from media.keys import cbor, people
from media.keys.directory import Bundle

NAMES = st.text(min_size=1, max_size=20)
FIELDS = st.one_of(st.text(max_size=30), st.binary(max_size=20), st.integers(0, 2**64 - 1))
ROWS = st.lists(st.lists(FIELDS, max_size=10) | st.binary(max_size=8), max_size=5)
GOOD = people.encode([people.Entry(b"n" * 16, "Dr Nina Sans", "doctor", "Radiologie", rpps="10100000081")])


def judge(data):
    """What is taken is written again as it came: one list has one spelling."""
    with contextlib.suppress(MediaError):
        assert people.encode(people.parse(data)) == data
    with contextlib.suppress(MediaError):
        assert Bundle.parse(data).encode() == data


def shaped(rows):
    with contextlib.suppress(MediaError):
        judge(cbor.encode(["CSL1/people", rows]))


def flipped(place, value):
    data = bytearray(GOOD)
    data[place % len(data)] ^= value
    judge(bytes(data))


@given(st.binary(max_size=200))
def test_no_bytes_make_it_stumble(data):
    judge(data)


@given(ROWS)
def test_no_rows_make_it_stumble(rows):
    shaped(rows)


@given(st.integers(0, 1000), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_says_just_that(place, value):
    flipped(place, value)


@pytest.mark.long
@settings(max_examples=20_000, deadline=None)
@given(ROWS, st.integers(0, 1000), st.integers(1, 255))
def test_long(rows, place, value):
    shaped(rows)
    flipped(place, value)
