"""An organisation in memory: its issuer, its directory, its relay key (docs/protocol.md §3).

The root key is not held here: `create` returns it, and what needs it takes it. Times are seconds since 1970, passed in.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from media.engine.messages import TrustAnchor
from media.errors import TrustError
from media.keys import people as roll
from media.keys.certs import DeviceCert, shown_text
from media.keys.directory import (
    ISSUED,
    KEPT_S,
    MAX_ISSUERS,
    PEOPLE,
    REVOKED,
    Bundle,
    Directory,
    Enrolment,
    Log,
)
from media.keys.issuers import DAY_S, ID_BYTES, Issuer, RelayKey
from media.keys.sign import HybridPublic, HybridSigner, Signer, digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from media.keys.certs import Request

ISSUER_DAYS = RELAY_DAYS = 365
DEVICE_DAYS = 90


@dataclass
class Organisation:
    """Issues and revokes; every change appends to `log`, and `bundle` is what devices fetch afterwards."""

    name: str
    root: HybridPublic
    issuers: list[Issuer]
    issuer_key: HybridSigner
    relay_key: RelayKey
    relay_seed: bytes
    log: Log
    certificates: list[DeviceCert]
    listed: bytes = b""
    """The list of people (media/keys/people.py), empty before there is one."""

    @classmethod
    def create(cls, name: str, now_s: int) -> tuple[Organisation, HybridSigner]:
        """Return a new organisation with its first issuer and relay key, and its root key, to be kept apart."""
        root, issuer, relay = HybridSigner.generate(), HybridSigner.generate(), Signer.generate()
        first = _issuer(root, issuer, 1, now_s)
        relay_key = _relay_key(root, relay, now_s)
        log = Log(first.org)
        made = cls(shown_text(name), root.public, [first], issuer, relay_key, relay.seed, log, [])
        return made, root

    @classmethod
    def load(cls, directory: Directory, issuer_key: HybridSigner, relay_seed: bytes) -> Organisation:
        """Return the organisation of a verified directory and its secrets."""
        bundle = directory.bundle
        issuers = [Issuer.parse(data) for data in bundle.issuers]
        log = Log(bundle.org, bundle.entries)
        relay_key = RelayKey.parse(bundle.relay_key)
        certificates = list(directory.certificates)
        fixed = bundle.name, bundle.root, issuers, issuer_key, relay_key, relay_seed, log, certificates
        return cls(*fixed, bundle.people)

    @property
    def id(self) -> bytes:
        """The organisation's 16-byte id."""
        return self.log.org

    @property
    def issuer(self) -> Issuer:
        """The issuer that signs now."""
        return next(issuer for issuer in self.issuers if issuer.public == self.issuer_key.public)

    def new_issuer(self, root: HybridSigner, now_s: int) -> Issuer:
        """Replace the issuing key by a fresh one for a year; earlier ones stay valid until they expire."""
        key = HybridSigner.generate()
        made = _issuer(root, key, max(issuer.serial for issuer in self.issuers) + 1, now_s)
        living = [issuer for issuer in self.issuers if issuer.not_after + DAY_S >= now_s]
        self.issuers = [*living, made][-MAX_ISSUERS:]
        self.issuer_key = key
        return made

    def new_relay_key(self, root: HybridSigner, now_s: int) -> RelayKey:
        """Replace the relay key by a fresh one for a year; relays and devices must be given it."""
        key = Signer.generate()
        self.relay_key, self.relay_seed = _relay_key(root, key, now_s), key.seed
        return self.relay_key

    def issue(
        self,
        request: Request,
        now_s: int,
        *,
        name: str = "",
        role: str = "",
        specialty: str | None = None,
        user: bytes = b"",
        days: int = DEVICE_DAYS,
    ) -> DeviceCert:
        """Certify a device for at most 90 days; what is not given is taken from the *request*, a new *user* made up.

        Raises TrustError("issuer-expired") and ProtocolError for fields that a certificate cannot hold.
        """
        issuer = self.issuer
        issuer.check_time(now_s)
        certificate = DeviceCert.issue(
            self.issuer_key,
            org=self.id,
            user=user or os.urandom(ID_BYTES),
            name=name or request.name,
            role=role or request.role,
            specialty=request.specialty if specialty is None else specialty,
            device_id=request.device_id,
            public=request.public,
            serial=self.log.height + 1,
            not_before=now_s,
            not_after=min(now_s + days * DAY_S, issuer.not_after),
        )
        self.log.append(ISSUED, certificate.hash, now_s)
        self.certificates.append(certificate)
        return certificate

    def revoke(self, certificate: DeviceCert, now_s: int) -> None:
        """Write the revocation of *certificate* to the log, once."""
        if certificate.hash not in self.log.revoked:
            self.log.append(REVOKED, certificate.hash, now_s)

    @property
    def people(self) -> tuple[roll.Entry, ...]:
        """Everybody listed, with a device or without."""
        return roll.parse(self.listed) if self.listed else ()

    def list_people(self, people: Iterable[roll.Entry], now_s: int) -> None:
        """Say *people* of everybody instead of what was said before; raises ProtocolError for a list that nobody would take."""
        made = roll.encode(people)
        if made != self.listed:
            self.listed = made
            self.log.append(PEOPLE, digest(made), now_s)

    def bundle(self, now_s: int) -> Bundle:
        """Return the directory with a head of *now_s*; raises TrustError("issuer-expired")."""
        self.issuer.check_time(now_s)
        recent = {
            entry.hash for entry in self.log.entries if entry.kind == ISSUED and entry.time > now_s - KEPT_S
        }
        self.certificates = [certificate for certificate in self.certificates if certificate.hash in recent]
        return Bundle(
            self.name,
            self.root,
            tuple(issuer.signed for issuer in self.issuers),
            self.relay_key.signed,
            tuple(entry.encode() for entry in self.log.entries),
            tuple(certificate.signed for certificate in self.certificates),
            self.log.head(self.issuer_key, now_s).signed,
            self.listed,
        )

    def enrolment(self, certificate: DeviceCert, now_s: int) -> Enrolment:
        """Return all that the device of *certificate* needs; a secret between it and the organisation."""
        if certificate.hash in self.log.revoked:
            raise TrustError("certificate-revoked")
        return Enrolment(certificate.signed, self.relay_seed, self.bundle(now_s))


def anchor(directory: Directory, verified: Iterable[tuple[bytes, bytes]] = ()) -> TrustAnchor:
    """Return what the media engine needs of a verified *directory* to judge certificates."""
    bundle, seen = directory.bundle, directory.seen
    return TrustAnchor(
        org=bundle.org,
        roots=[(bundle.root.ed25519, bundle.root.mldsa)],
        issuers=list(bundle.issuers),
        certificates=list(bundle.certificates),
        revoked=sorted(directory.revoked),
        verified=list(verified),
        head_height=seen.height,
        head_hash=seen.hash,
        head_time=seen.time,
    )


def _issuer(root: HybridSigner, key: HybridSigner, serial: int, now_s: int) -> Issuer:
    end = now_s + ISSUER_DAYS * DAY_S
    return Issuer.issue(root, key.public, serial=serial, not_before=now_s, not_after=end)


def _relay_key(root: HybridSigner, key: Signer, now_s: int) -> RelayKey:
    return RelayKey.issue(root, key.public, not_before=now_s, not_after=now_s + RELAY_DAYS * DAY_S)
