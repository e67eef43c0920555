"""A desk's real vault with the invented patients in its cache, and the service over it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.audit import Trail
from app.config import CARE_UNITS, PATIENTS_ACCESS, RPPS, Config, Policy
from app.patients.service import Patients
from app.scenes import stills, wards
from app.scenes.stills import NOW_MS
from resources.demo.patients import PROFESSIONALS
from storage.vault import Vault
from tests.harness.cheap import CHEAP


@pytest.fixture
def vault(tmp_path):
    vault, _code = Vault.create(tmp_path / "profile", "mot de passe", CHEAP)
    vault.patients.apply(wards.facts(NOW_MS)).result()
    yield vault
    vault.lock()


class Desk:
    """The service of a desk; its clock stands still unless moved."""

    def __init__(self, vault, **settings):
        self.vault, self.now_ms = vault, NOW_MS
        self.config = Config(Policy(forced=settings))
        self.trail = Trail(lambda: self.now_ms)
        self.session = replace(stills.session(), user=b"u" * 16)
        self.patients = Patients(self.config, lambda: self.now_ms, self.trail)
        self.patients.begin(self.session, vault)

    def id(self, ipp):
        return self.vault.patients.search(ipp).result()[0].id

    def acts(self):
        return [(row.action, row.reason) for row in reversed(self.vault.audit.newest().result())]


@pytest.fixture
def outsider(vault):
    """Somebody whom no message links to any patient."""
    return Desk(vault)


@pytest.fixture
def oncologist(vault):
    return Desk(vault, **{RPPS.key: PROFESSIONALS["marchetti"][0], CARE_UNITS.key: ("3120",)})


@pytest.fixture
def open_house(vault):
    return Desk(vault, **{PATIENTS_ACCESS.key: "everyone"})
