"""What an organisation's root signs: the issuers of its certificates, and the relay key (docs/protocol.md §3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from media.errors import ProtocolError, TrustError
from media.keys import cbor
from media.keys.sign import (
    ED25519_PUBLIC,
    MLDSA_PUBLIC,
    HybridPublic,
    HybridSigner,
    digest,
    signed,
    split_signed,
)

ISSUER, RELAY_KEY = "CSL1/issuer", "CSL1/relay-key"
ID_BYTES = 16
DAY_S = 86_400
CLOCK_ERROR_S = DAY_S
ISSUER_LIFE_S = 366 * DAY_S


def org_id(root: HybridPublic) -> bytes:
    """Return the 16-byte id of the organisation whose root key this is."""
    return digest(cbor.encode(["CSL1/org", root.ed25519, root.mldsa]))[:ID_BYTES]


def check_life(not_before: int, not_after: int, most_s: int) -> None:
    """Raise ProtocolError for a life that is empty or longer than *most_s*."""
    if not 0 < not_after - not_before <= most_s:
        raise ProtocolError("a certificate's life is too long, or empty")


def check_time(not_before: int, not_after: int, now_s: int, expired: str) -> None:
    """Raise TrustError("clock") before a life and TrustError(*expired*) after it, each with a day's grace."""
    if now_s < not_before - CLOCK_ERROR_S:
        raise TrustError("clock", "not yet valid")
    if now_s > not_after + CLOCK_ERROR_S:
        raise TrustError(expired)


def verify_hybrid(public: HybridPublic, use: str, data: bytes) -> None:
    """Raise TrustError("signature") unless *public* signed the whole object *data* for *use*."""
    body, signature = split_signed(data)
    public.verify(use, body, signature)


@dataclass(frozen=True)
class Issuer:
    """The key that signs device certificates and directory heads for at most a year; `signed` is the object as received."""

    org: bytes
    public: HybridPublic
    serial: int
    not_before: int
    not_after: int
    signed: bytes = field(repr=False)

    @classmethod
    def issue(
        cls, root: HybridSigner, public: HybridPublic, *, serial: int, not_before: int, not_after: int
    ) -> Issuer:
        """Sign an issuer with the organisation's *root*; raises ProtocolError for a life of more than a year."""
        fields = [ISSUER, org_id(root.public), public.ed25519, public.mldsa, serial, not_before, not_after]
        body = cbor.encode(fields)
        return cls.parse(signed(body, root.sign(ISSUER, body)))

    @classmethod
    def parse(cls, data: bytes) -> Issuer:
        """Read *data*; nothing is verified but its shape."""
        kinds = (ID_BYTES, ED25519_PUBLIC, MLDSA_PUBLIC, int, int, int)
        org, ed, mldsa, serial, start, end = cbor.record(split_signed(data)[0], ISSUER, kinds)
        check_life(start, end, ISSUER_LIFE_S)
        return cls(org, HybridPublic(ed, mldsa), serial, start, end, data)

    def verify(self, root: HybridPublic) -> None:
        """Raise TrustError unless *root* is this issuer's organisation and signed it."""
        if org_id(root) != self.org:
            raise TrustError("issuer-unknown", "another organisation")
        verify_hybrid(root, ISSUER, self.signed)

    def check_time(self, now_s: int) -> None:
        """Raise TrustError("issuer-expired" or "clock") outside its life."""
        check_time(self.not_before, self.not_after, now_s, "issuer-expired")

    @property
    def hash(self) -> bytes:
        """H of the whole signed object."""
        return digest(self.signed)


@dataclass(frozen=True)
class RelayKey:
    """The key by which a relay knows "a device of this organisation"; at most a year."""

    org: bytes
    ed25519: bytes
    not_before: int
    not_after: int
    signed: bytes = field(repr=False)

    @classmethod
    def issue(cls, root: HybridSigner, ed25519: bytes, *, not_before: int, not_after: int) -> RelayKey:
        """Sign the relay key with the organisation's *root*."""
        body = cbor.encode([RELAY_KEY, org_id(root.public), ed25519, not_before, not_after])
        return cls.parse(signed(body, root.sign(RELAY_KEY, body)))

    @classmethod
    def parse(cls, data: bytes) -> RelayKey:
        """Read *data*; nothing is verified but its shape."""
        org, ed25519, start, end = cbor.record(
            split_signed(data)[0], RELAY_KEY, (ID_BYTES, ED25519_PUBLIC, int, int)
        )
        check_life(start, end, ISSUER_LIFE_S)
        return cls(org, ed25519, start, end, data)

    def verify(self, root: HybridPublic) -> None:
        """Raise TrustError unless *root* is its organisation and signed it."""
        if org_id(root) != self.org:
            raise TrustError("issuer-unknown", "another organisation")
        verify_hybrid(root, RELAY_KEY, self.signed)
