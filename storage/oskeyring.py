"""The operating system's keyring: one half of a key, never the only copy, never a plaintext one."""

from __future__ import annotations

import base64
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

KeyringPolicy = Literal["required", "allowed", "off"]

SECRET_BYTES = 32
_SERVICE = "Consilium"
_SAFE = {f"keyring.backends.{name}" for name in ("Windows", "macOS", "SecretService", "libsecret", "kwallet")}
_log = logging.getLogger(__name__)


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
    """The keyring of the session: Windows Credential Manager, Keychain, Secret Service or KWallet.

    A backend raises what its own bus or library raises, so every failure of one counts as "would not".
    """

    def usable(self) -> bool:
        """Tell whether the session has one of the keyrings above: a plaintext file is none."""
        return _backend() is not None

    def read(self, name: str) -> bytes:
        """Return the secret of *name*; empty when it is lost, locked or refused."""
        try:
            backend = _backend()
            text = backend.get_password(_SERVICE, name) if backend else None
            return base64.b64decode(text or "", validate=True)
        except Exception:  # noqa: BLE001 -- see the class
            _log.warning("the keyring would not be read")
            return b""

    def write(self, name: str, secret: bytes) -> bool:
        """Keep *secret* and read it again; False when the keyring would not."""
        try:
            backend = _backend()
            if backend is None:
                return False
            backend.set_password(_SERVICE, name, base64.b64encode(secret).decode())
        except Exception:  # noqa: BLE001 -- see the class
            _log.warning("the keyring would not be written")
            return False
        return self.read(name) == secret

    def forget(self, name: str) -> None:
        """Delete the secret of *name*, if it is there."""
        with suppress(Exception):
            backend = _backend()
            if backend:
                backend.delete_password(_SERVICE, name)


def _backend() -> KeyringBackend | None:
    """Return the safe keyring of this session, looking into a chain of them."""
    import keyring  # noqa: PLC0415 -- takes 0.1 s, and most starts need no keyring

    chosen = keyring.get_keyring()
    chain = getattr(chosen, "backends", [chosen])
    return next((backend for backend in chain if type(backend).__module__ in _SAFE), None)
