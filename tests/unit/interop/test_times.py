"""Dates and times of HL7."""

from __future__ import annotations

import pytest

from app.interop.times import day, milliseconds

PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("19700101", -3_600_000),
        ("1970", -3_600_000),
        ("197001010100", 0),
        ("19700101000000+0000", 0),
        ("20260401093000.1234+0200", 1_775_028_600_123),
        ("20260401093000", 1_775_028_600_000),
        ("20260329023000", 1_774_747_800_000),
        ("19700101000060+0000", 59_000),
        ("19700101 +0000", 0),
    ],
)
def test_a_time_is_the_sites_unless_it_says_otherwise(text, at):
    assert milliseconds(text, PARIS) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "demain",
        "202613",
        "20260230",
        "2026040125",
        "20260401093000+9999",
        "٢٠٢٦",
        "0000",
        '""',
        "20260401T09",
    ],
)
def test_what_is_no_time_is_none(text):
    assert milliseconds(text, PARIS) is None


def test_a_zone_that_is_none_counts_as_utc():
    assert milliseconds("19700101", "Mars/Phobos") == 0
    assert milliseconds("19700101", "../../etc") == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("19540314", "19540314"),
        ("195403", "195403"),
        ("1954", "1954"),
        ("195403140830", "19540314"),
        ("19540000", "1954"),
        ("19543100", "1954"),
    ],
)
def test_a_birth_date_may_be_incomplete(text, shown):
    assert day(text) == shown


@pytest.mark.parametrize("text", ["", "54", "né en 1954", "0000"])
def test_a_birth_date_that_is_none(text):
    assert day(text) is None
