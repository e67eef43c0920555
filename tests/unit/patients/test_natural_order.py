"""Messages of one second are told apart as their sender counts: 999 comes before 1000."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.patients.facts import Identity, Merge
from storage.patients.told import natural
from tests.unit.patients.conftest import AUTHORITY, Clinic, fact, move


@pytest.mark.parametrize(
    ("before", "after"), [("999", "1000"), ("M9", "M10"), ("GAM-2-99", "GAM-10-1"), ("A1B9", "A1B10"), ("", "1")]
)  # fmt: skip
def test_digits_count_by_their_value(before, after):
    assert natural(before) < natural(after)


@given(st.text("09A-", max_size=6), st.text("09A-", max_size=6), st.text("09A-", max_size=6))
def test_it_is_an_order_and_no_two_ids_are_one(a, b, c):
    keys = sorted((natural(a), natural(b), natural(c)))
    assert (natural(a) == natural(b)) == (a == b)
    assert keys[0] <= keys[2]


TOLD = (
    fact("1", Identity({"birth_name": "AVANT", "reliability": "PROV"}), message="999"),
    fact("1", Identity({"birth_name": "APRÈS", "reliability": "VALI"}), message="1000"),
    fact("1", move("MV1", "A01"), message="999"),
    fact("1", move("MV1", "A01", "CANCEL"), message="1000"),
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_within_one_second_the_later_number_holds(clinic: Clinic, order):
    for place in order:
        clinic.tell(TOLD[place])
    patient = clinic.by_ipp("1")
    assert (patient.birth_name, str(patient.status)) == ("APRÈS", "validée")
    assert patient.stays[0].cancelled
    assert not patient.inside


def test_of_two_merges_in_one_second_the_later_number_tells_who_stays(clinic):
    clinic.tell(fact("1", Merge(fact("2", None).key, "merge"), message="1000"))
    clinic.tell(fact("2", Merge(fact("1", None).key, "merge"), message="999"))
    found = clinic.patients.by_ipp(AUTHORITY, "2").result()
    assert found.ipp == "1"
