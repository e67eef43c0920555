"""Who works at this desk while it is unlocked. Qt-free; handed to services, dropped at the lock."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from media.engine.messages import TrustAnchor
from media.keys.certs import DeviceCert
from media.keys.invite import Invite
from media.keys.sign import HybridSigner

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.identity import Relay
    from storage.meetings import Meeting, MeetingsRepository
    from storage.vault import Vault


class NotEnrolled(Exception):  # noqa: N818 -- the caller says what to do
    """The vault holds no certificate."""


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


async def read(vault: Vault) -> Session:
    """Build the session from what the vault knows; raises NotEnrolled before enrolment."""
    device = await asyncio.wrap_future(vault.identity.device())
    if device is None or not device.certificate:
        raise NotEnrolled
    certificate = DeviceCert.parse(device.certificate)
    signer = HybridSigner.from_seeds(device.ed25519_seed, device.mldsa_seed)
    key = await asyncio.wrap_future(vault.identity.relay_key(certificate.org))
    relays = await asyncio.wrap_future(vault.identity.relays())
    meetings = await asyncio.wrap_future(vault.meetings.upcoming(0))
    return Session(
        name=certificate.name,
        user=certificate.user,
        role=certificate.role,
        specialty=certificate.specialty,
        certificate=device.certificate,
        cert_hash=hashlib.sha256(device.certificate).digest(),
        sign=signer.ed25519.sign,
        act=signer.sign,
        trust=await _trust(vault, certificate.org),
        relays=tuple(relays),
        relay_key=key.seed if key is not None else b"",
        meetings=tuple(meetings),
        call=partial(Invite.create, signer, org=certificate.org, organiser=certificate.user),
        agenda=vault.meetings,
    )


async def _trust(vault: Vault, org: bytes) -> TrustAnchor:
    identity, directory = vault.identity, vault.directory
    head = await asyncio.wrap_future(directory.head(org))
    verified = await asyncio.wrap_future(directory.verified())
    roots = await asyncio.wrap_future(identity.organisations())
    return TrustAnchor(
        org=org,
        roots=[(root.ed25519_pk, root.mldsa_pk) for root in roots],
        issuers=await asyncio.wrap_future(identity.issuers()),
        certificates=await asyncio.wrap_future(directory.certificates()),
        revoked=await asyncio.wrap_future(directory.revoked()),
        verified=[(one.user, one.ed25519_pk) for one in verified],
        blocked=await asyncio.wrap_future(directory.blocked()),
        head_height=head.height if head else 0,
        head_hash=head.hash if head else b"",
        head_time=head.time_s if head else 0,
    )
