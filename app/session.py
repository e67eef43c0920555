"""Who works at this desk while it is unlocked. Qt-free; handed to services, dropped at the lock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.engine.messages import TrustAnchor
    from media.keys.invite import Invite
    from storage.identity import Relay
    from storage.meetings import Meeting, MeetingsRepository


@dataclass(frozen=True, kw_only=True)
class Session:
    """The unlocked identity. `sign` is the device key's Ed25519 signature; `relay_key` the organisation's relay seed.

    `act` signs a clinical act with the whole device key (HSig), as `HybridSigner.sign` does: label and text.

    `call` signs an invitation with the whole device key, as `Invite.create` does, organisation and organiser given;
    `agenda` is where meetings are kept. All three are None for a desk without a vault.
    """

    name: str
    user: bytes = b""
    role: str = ""
    specialty: str = ""
    certificate: bytes = field(repr=False)
    cert_hash: bytes = field(repr=False)
    sign: Callable[[bytes], bytes] = field(repr=False)
    act: Callable[[str, bytes], bytes] | None = field(default=None, repr=False)
    trust: TrustAnchor = field(repr=False)
    relays: tuple[Relay, ...] = ()
    relay_key: bytes = field(default=b"", repr=False)
    meetings: tuple[Meeting, ...] = ()
    call: Callable[..., Invite] | None = field(default=None, repr=False)
    agenda: MeetingsRepository | None = field(default=None, repr=False)

    def relay(self, host: str, port: int) -> Relay | None:
        """Return the known relay at *host*:*port*, None when policy does not know it."""
        return next((r for r in self.relays if (r.host, r.port) == (host, port)), None)

    def meeting(self, tag: bytes) -> Meeting | None:
        """Return the known meeting of a link's tag."""
        return next((m for m in self.meetings if m.tag == tag), None)
