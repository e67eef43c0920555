"""A cheap profile: the same code as a real one, with a key derivation of microseconds."""

from __future__ import annotations

import pytest

from storage.slots import KdfCost
from storage.vault import Terms, Vault

CHEAP = KdfCost(ops=1, mem_kib=8)


class Keyring:
    """The system's keyring, as it may behave: absent, present, emptied, changed."""

    def __init__(self, *, usable: bool = True) -> None:
        self.secrets: dict[str, bytes] = {}
        self._usable = usable

    def usable(self) -> bool:
        return self._usable

    def read(self, name: str) -> bytes:
        return self.secrets.get(name, b"")

    def write(self, name: str, secret: bytes) -> bool:
        if self._usable:
            self.secrets[name] = secret
        return self._usable

    def forget(self, name: str) -> None:
        self.secrets.pop(name, None)


@pytest.fixture
def keyring():
    return Keyring()


@pytest.fixture
def terms():
    return Terms("off", Keyring(usable=False), CHEAP)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "profile"


@pytest.fixture
def vault(folder, terms):
    vault, vault.printed = Vault.create(folder, "mot de passe", terms)
    yield vault
    vault.lock()
