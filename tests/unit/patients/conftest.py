"""A real, encrypted cache, and patients who are easy to tell of."""

from __future__ import annotations

import itertools
import secrets

import pytest

from storage import checkup
from storage.database import Database
from storage.patients.facts import Fact, Identity, Key, Movement, Stamp
from storage.patients.store import Patients

AUTHORITY = "1.2.250.1.999.51.1"
TEST_OID = "1.2.250.1.213.1.4.10"
DAY = 86_400_000
BASE = 1_772_000_000_000


class Clinic:
    """Tells the cache of invented people; each message is a minute later than the one before."""

    def __init__(self, patients):
        self.patients = patients
        self._seq = itertools.count(1)

    def tell(self, *facts):
        """Send one message with these facts; return the ids that changed."""
        return self.patients.apply([(next(self._seq), facts)]).result()

    def register(self, ipp, birth_name, given_name, birth="19540314", sex="F", at=0, **traits):
        """Send an A28; return the patient's id."""
        told = {"birth_name": birth_name, "given_name": given_name, "birth": birth, "sex": sex, **traits}
        self.tell(fact(ipp, Identity(told), at))
        return self.by_ipp(ipp).id

    def by_ipp(self, ipp):
        return self.patients.by_ipp(AUTHORITY, ipp).result()

    def find(self, text, **narrowed):
        """Return the birth names that *text* finds, near ones with a mark."""
        found = self.patients.search(text, **narrowed).result()
        return [one.birth_name + "?" * one.near for one in found]


def fact(ipp, content, at=0, authority=AUTHORITY, message=""):
    """Return a fact recorded *at* minutes after the beginning."""
    return Fact(Key(authority, ipp), Stamp(BASE + at * 60_000, message or f"M{at:06d}"), content)


def move(number, event, action="INSERT", at=0, **more):
    """Return a movement that took place *at* minutes after the beginning."""
    more = {"visit": "V1", "patient_class": "I", **more}
    return Movement(number, action, event, BASE + at * 60_000, **more)


@pytest.fixture
def database(tmp_path):
    key = secrets.token_bytes(32)
    checkup.create(tmp_path / "cache.db", key)
    database = Database(tmp_path / "cache.db")
    database.open(key)
    yield database
    database.close()


@pytest.fixture
def clinic(database):
    return Clinic(Patients(database))
