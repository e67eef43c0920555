"""The system's keyring: whatever it does, an answer; never a plaintext file."""

from __future__ import annotations

import keyring
import pytest
from keyring.errors import PasswordDeleteError

from storage.oskeyring import OsKeyring


class Backend:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


class Safe(Backend):
    __module__ = "keyring.backends.SecretService"


class Plaintext(Backend):
    __module__ = "keyrings.alt.file"


class Broken(Backend):
    __module__ = "keyring.backends.kwallet"

    def get_password(self, service, username):
        raise OSError("the bus is gone")

    set_password = delete_password = get_password


class Chain(Backend):
    __module__ = "keyring.backends.chainer"

    def __init__(self) -> None:
        self.plain, self.safe = Plaintext(), Safe()
        self.backends = [self.plain, self.safe]


@pytest.fixture
def use(monkeypatch):
    return lambda backend: monkeypatch.setattr(keyring, "get_keyring", lambda: backend)


def test_a_secret_comes_back_until_forgotten(use):
    use(Safe())
    store = OsKeyring()
    assert store.usable()
    assert store.write("slot", b"\0\xff" * 16)
    assert store.read("slot") == b"\0\xff" * 16
    store.forget("slot")
    store.forget("slot")
    assert store.read("slot") == b""


def test_a_plaintext_file_is_no_keyring(use):
    backend = Plaintext()
    use(backend)
    assert not OsKeyring().usable()
    assert not OsKeyring().write("slot", b"s" * 32)
    assert backend.kept == {}


def test_in_a_chain_only_the_safe_one_is_used(use):
    chain = Chain()
    use(chain)
    assert OsKeyring().write("slot", b"s" * 32)
    assert chain.safe.kept
    assert not chain.plain.kept


def test_a_keyring_that_breaks_would_not(use):
    use(Broken())
    assert not OsKeyring().write("slot", b"s" * 32)
    assert OsKeyring().read("slot") == b""
    OsKeyring().forget("slot")


def test_what_somebody_else_wrote_is_no_secret(use):
    backend = Safe()
    use(backend)
    backend.kept["Consilium", "slot"] = "not base64 é"
    assert OsKeyring().read("slot") == b""
