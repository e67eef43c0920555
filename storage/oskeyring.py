"""The operating system's keyring: one half of a key, never the only copy, never a plaintext one."""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from typing import Literal, Protocol

import keyring
import keyring.errors

KeyringPolicy = Literal["required", "allowed", "off"]

SECRET_BYTES = 32
_SERVICE = "Consilium"
_SAFE = (
    "keyring.backends.Windows",
    "keyring.backends.macOS",
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
)


class SecretStore(Protocol):
    """Where the keyring's half lies; every method answers rather than raises."""

    def usable(self) -> bool:
        """Tell whether there is a safe keyring on this machine."""
        ...

    def read(self, name: str) -> bytes:
        """Return the secret of *name*; empty when it is lost, locked or refused."""
        ...

    def write(self, name: str, secret: bytes) -> bool:
        """Keep *secret*; False when the keyring would not."""
        ...

    def forget(self, name: str) -> None:
        """Delete the secret of *name*, if it is there."""
        ...


class OsKeyring:
    """The keyring of the session: Windows Credential Manager, Secret Service, KWallet or Keychain."""

    def usable(self) -> bool:
        """Tell whether the session's keyring is one of the four above: a plaintext file is none."""
        return type(keyring.get_keyring()).__module__.startswith(_SAFE)

    def read(self, name: str) -> bytes:
        """Return the secret of *name*; empty when it is lost, locked or refused."""
        try:
            text = keyring.get_password(_SERVICE, name) if self.usable() else None
            return base64.b64decode(text or "", validate=True)
        except (keyring.errors.KeyringError, binascii.Error):
            return b""

    def write(self, name: str, secret: bytes) -> bool:
        """Keep *secret* and read it again; False when the keyring would not."""
        if not self.usable():
            return False
        try:
            keyring.set_password(_SERVICE, name, base64.b64encode(secret).decode())
        except keyring.errors.KeyringError:
            return False
        return self.read(name) == secret

    def forget(self, name: str) -> None:
        """Delete the secret of *name*, if it is there."""
        with suppress(keyring.errors.KeyringError):
            keyring.delete_password(_SERVICE, name)
