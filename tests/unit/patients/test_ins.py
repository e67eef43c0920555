"""The INS's key, its shape, and ages of which only a part of the birth date is known."""

from __future__ import annotations

from datetime import date

import pytest

from storage.patients import ins


def test_the_key_of_the_published_example():
    assert ins.key_of("2790351215189") == "89"
    assert ins.key_fits("279035121518989")
    assert ins.spaced("279035121518989") == "2 79 03 51 215 189 89"


def test_corsica_counts_as_19_and_18():
    assert ins.key_of("165042B090421") == f"{97 - 1650418090421 % 97:02d}"
    assert ins.key_of("165042A090421") == f"{97 - 1650419090421 % 97:02d}"
    assert ins.is_shaped("165042B09042112")


def test_a_wrong_key_is_seen():
    assert ins.is_shaped("279035121518900")
    assert not ins.key_fits("279035121518900")


@pytest.mark.parametrize(
    "number",
    ["", "2", "27903512151898", "2790351215189890", "27903512151898X", "2A9035121518989", "२७९०३५१२१५१८९८९"],
)
def test_what_is_no_ins(number):
    assert not ins.is_shaped(number)
    assert not ins.key_fits(number)
    assert ins.spaced(number) == number


def test_spaces_do_not_count():
    assert ins.compact(" 2 79 03 5\u00a0121518989 ") == "279035121518989"
    assert ins.compact("165042b09042112") == "165042B09042112"


TODAY = date(2026, 3, 14)


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("19540314", (72, "years")),
        ("19540315", (71, "years")),
        ("195403", (72, "years")),
        ("1954", (72, "years")),
        ("20240314", (2, "years")),
        ("20240315", (23, "months")),
        ("202601", (2, "months")),
        ("20260213", (1, "months")),
        ("20260301", (13, "days")),
        ("20260314", (0, "days")),
        ("202603", (0, "months")),
        ("2026", (0, "years")),
        ("20260315", None),
        ("", None),
        ("19541332", None),
        ("abcd", None),
        ("0000", None),
    ],
)
def test_ages_are_as_fine_as_the_birth_date(birth, age):
    assert ins.age(birth, TODAY) == age
