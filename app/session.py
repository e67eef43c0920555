"""Who works at this desk while it is unlocked. Qt-free; handed to services, dropped at the lock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.engine.messages import TrustAnchor


@dataclass(frozen=True, kw_only=True)
class Relay:
    """A relay that policy knows: `pin` is SHA-256 of its certificate (DER), `ca` a PEM text; one of both, or the system's."""

    host: str
    port: int
    pin: bytes = b""
    ca: str = ""


@dataclass(frozen=True, kw_only=True)
class Session:
    """The unlocked identity. `sign` is the device key's Ed25519 signature; `relay_key` the organisation's relay seed."""

    name: str
    role: str = ""
    specialty: str = ""
    workstation: str = ""
    certificate: bytes = field(repr=False)
    cert_hash: bytes = field(repr=False)
    sign: Callable[[bytes], bytes] = field(repr=False)
    trust: TrustAnchor = field(repr=False)
    relays: tuple[Relay, ...] = ()
    relay_key: bytes = field(default=b"", repr=False)

    def relay(self, host: str, port: int) -> Relay | None:
        """Return the known relay at *host*:*port*, None when policy does not know it."""
        return next((r for r in self.relays if (r.host, r.port) == (host, port)), None)
