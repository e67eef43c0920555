"""Certificates of people's devices and of guests, and how far each is trusted (docs/protocol.md §3)."""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from media.errors import ProtocolError, TrustError
from media.keys import cbor
from media.keys.issuers import DAY_S, ID_BYTES, Issuer, check_life, check_time, org_id, verify_hybrid
from media.keys.sign import (
    ED25519_PUBLIC,
    MLDSA_PUBLIC,
    HybridPublic,
    HybridSigner,
    Signer,
    digest,
    signed,
    split_signed,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "DeviceCert",
    "DeviceKeys",
    "GuestCert",
    "Issuer",
    "Request",
    "Trust",
    "Verdict",
    "org_id",
    "shown_text",
]

CERT, GUEST, REQUEST = "CSL1/cert", "CSL1/guest", "CSL1/request"
ROLES = frozenset(("doctor", "nurse", "secretary", "room", "gateway", "issuer", "other"))
MAX_TEXT = 100
DEVICE_LIFE_S = 90 * DAY_S
DIRECTORY_WARNS_S = DAY_S
DIRECTORY_BLOCKS_S = 7 * DAY_S

Level: TypeAlias = Literal["guest", "certified", "verified", "changed"]


_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2028\u2029\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters, marks and separators of which nothing is seen; control and format characters are refused by category."""
MAX_MARKS = 4


def _heaped(text: str) -> bool:
    """Tell whether more than four marks stand on one letter: they would be painted over what is around them."""
    marks = "".join("m" if unicodedata.category(one) in {"Mn", "Me"} else " " for one in text)
    return "m" * (MAX_MARKS + 1) in marks


def shown_text(text: str, *, empty: bool = False) -> str:
    """Return *text* in NFC, or raise ProtocolError: 1 to 100 characters, none that hides or reorders what people read."""
    text = unicodedata.normalize("NFC", text)
    hidden = any(unicodedata.category(one)[0] == "C" for one in text) or _BLANK.search(text) or _heaped(text)
    if hidden or len(text) > MAX_TEXT or text != text.strip() or not (text or empty):
        raise ProtocolError("a shown text has 1 to 100 visible characters")
    return text


def _check_shown(text: str, *, empty: bool = False) -> None:
    if shown_text(text, empty=empty) != text:
        raise ProtocolError("a shown text is NFC")


@dataclass(frozen=True)
class DeviceCert:
    """Says whose device holds a key, for at most 90 days; `signed` is the object as received."""

    org: bytes
    user: bytes
    name: str
    role: str
    specialty: str
    device_id: bytes
    public: HybridPublic
    serial: int
    not_before: int
    not_after: int
    signed: bytes = field(repr=False)

    @classmethod
    def issue(
        cls,
        issuer: HybridSigner,
        *,
        org: bytes,
        user: bytes,
        name: str,
        role: str,
        specialty: str,
        device_id: bytes,
        public: HybridPublic,
        serial: int,
        not_before: int,
        not_after: int,
    ) -> DeviceCert:
        """Sign a certificate with the *issuer*'s key; names are normalised. Raises ProtocolError for wrong fields."""
        who = [user, shown_text(name), role, shown_text(specialty, empty=True), device_id]
        body = cbor.encode([CERT, org, *who, public.ed25519, public.mldsa, serial, not_before, not_after])
        return cls.parse(signed(body, issuer.sign(CERT, body)))

    @classmethod
    def parse(cls, data: bytes) -> DeviceCert:
        """Read *data*; nothing is verified but its shape."""
        kinds = (ID_BYTES, ID_BYTES, str, str, str, ID_BYTES, ED25519_PUBLIC, MLDSA_PUBLIC, int, int, int)
        org, user, name, role, specialty, device, ed, mldsa, serial, start, end = cbor.record(
            split_signed(data)[0], CERT, kinds
        )
        _check_shown(name)
        _check_shown(specialty, empty=True)
        check_life(start, end, DEVICE_LIFE_S)
        if role not in ROLES:
            raise ProtocolError("unknown role")
        return cls(
            org, user, name, role, specialty, device, HybridPublic(ed, mldsa), serial, start, end, data
        )

    def verify(self, issuer: Issuer) -> None:
        """Raise TrustError unless *issuer* signed it for the same organisation."""
        if issuer.org != self.org:
            raise TrustError("issuer-unknown", "another organisation")
        verify_hybrid(issuer.public, CERT, self.signed)

    @property
    def hash(self) -> bytes:
        """H of the whole signed object."""
        return digest(self.signed)


@dataclass(frozen=True)
class GuestCert:
    """A name that somebody gave to a key of their own: proves possession and nothing else."""

    name: str
    ed25519: bytes
    signed: bytes = field(repr=False)

    @classmethod
    def issue(cls, key: Signer, name: str) -> GuestCert:
        """Sign the declared *name* with the guest's own key."""
        body = cbor.encode([GUEST, shown_text(name), key.public])
        return cls.parse(signed(body, key.sign(body)))

    @classmethod
    def parse(cls, data: bytes) -> GuestCert:
        """Read *data*; nothing is verified but its shape."""
        name, ed25519 = cbor.record(split_signed(data)[0], GUEST, (str, ED25519_PUBLIC))
        _check_shown(name)
        return cls(name, ed25519, data)

    def verify(self) -> None:
        """Raise TrustError unless the key in it signed it."""
        verify(self.ed25519, *split_signed(self.signed))

    @property
    def hash(self) -> bytes:
        """H of the whole signed object."""
        return digest(self.signed)


@dataclass(frozen=True)
class Request:
    """What a new device asks its organisation to certify, signed by the device's own key: proves possession."""

    name: str
    role: str
    specialty: str
    device_id: bytes
    public: HybridPublic
    signed: bytes = field(repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Request:
        """Read and verify *data*; raises ProtocolError or TrustError("signature")."""
        kinds = (str, str, str, ID_BYTES, ED25519_PUBLIC, MLDSA_PUBLIC)
        name, role, specialty, device, ed, mldsa = cbor.record(split_signed(data)[0], REQUEST, kinds)
        _check_shown(name)
        _check_shown(specialty, empty=True)
        if role not in ROLES:
            raise ProtocolError("unknown role")
        public = HybridPublic(ed, mldsa)
        verify_hybrid(public, REQUEST, data)
        return cls(name, role, specialty, device, public, data)


class DeviceKeys:
    """A device's id and its hybrid key pair; `hybrid.ed25519` signs alone where the protocol says `Sig`."""

    def __init__(self, device_id: bytes, hybrid: HybridSigner) -> None:
        if len(device_id) != ID_BYTES:
            raise ProtocolError("a device id has 16 bytes")
        self.device_id = device_id
        self.hybrid = hybrid

    @classmethod
    def generate(cls) -> DeviceKeys:
        """Return a new device."""
        return cls(os.urandom(ID_BYTES), HybridSigner.generate())

    @classmethod
    def from_seeds(cls, device_id: bytes, ed25519: bytes, mldsa: bytes) -> DeviceKeys:
        """Return the device whose seeds (32 bytes each) the vault kept."""
        return cls(device_id, HybridSigner.from_seeds(ed25519, mldsa))

    @property
    def seeds(self) -> tuple[bytes, bytes]:
        """Ed25519 and ML-DSA seed, for the vault."""
        return self.hybrid.seeds

    @property
    def signer(self) -> Signer:
        """The Ed25519 half: Genesis and JoinReq are signed by it."""
        return self.hybrid.ed25519

    @property
    def public(self) -> HybridPublic:
        """Both public halves."""
        return self.hybrid.public

    def request(self, name: str, role: str, specialty: str) -> bytes:
        """Return the signed certificate request of this device."""
        fields = [shown_text(name), role, shown_text(specialty, empty=True), self.device_id]
        body = cbor.encode([REQUEST, *fields, self.public.ed25519, self.public.mldsa])
        return signed(body, self.hybrid.sign(REQUEST, body))


@dataclass(frozen=True)
class Verdict:
    """Who a certificate speaks for and how far that is trusted; a guest has a name and a key, nothing else.

    `level`: guest (a declared name), certified, verified (this key was compared, or vouched for by one that was), changed
    (only other keys of this person were). `logged`: the own directory knows this certificate.
    """

    level: Level
    name: str
    hash: bytes
    ed25519_pk: bytes
    org: bytes = b""
    user: bytes = b""
    role: str = ""
    specialty: str = ""
    device_id: bytes = b""
    mldsa_pk: bytes = b""
    logged: bool = False

    @property
    def public(self) -> HybridPublic:
        """Both public keys; raises ProtocolError for a guest, who has one."""
        return HybridPublic(self.ed25519_pk, self.mldsa_pk)


class Trust:
    """Judges certificates against one's own and befriended organisations' roots.

    The arguments are the fields of the same name of media.engine.messages.TrustAnchor; `head_time` is the newest directory
    head's, in seconds. Issuers that no root signed are left out, so that their certificates are refused.
    """

    def __init__(
        self,
        *,
        roots: Iterable[tuple[bytes, bytes]],
        issuers: Iterable[bytes],
        certificates: Iterable[bytes] = (),
        revoked: Iterable[bytes] = (),
        verified: Iterable[tuple[bytes, bytes]] = (),
        head_time: int = 0,
    ) -> None:
        self._roots = {org_id(root): root for root in (HybridPublic(*pair) for pair in roots)}
        self._revoked = frozenset(revoked)
        self._issuers = [issuer for data in issuers if (issuer := self._known_issuer(data))]
        self._logged = {digest(data) for data in certificates}
        self._verified: dict[bytes, set[bytes]] = {}
        for user, key in verified:
            self._verified.setdefault(user, set()).add(key)
        self._head_time = head_time

    def directory_state(self, now_s: int) -> Literal["", "old", "blocked"]:
        """Say whether the directory head is fresh, older than 24 h (warn) or than 7 d (no new contacts, no guests)."""
        age = now_s - self._head_time
        if age > DIRECTORY_BLOCKS_S:
            return "blocked"
        return "old" if age > DIRECTORY_WARNS_S else ""

    def judge(self, data: bytes, now_s: int) -> Verdict:
        """Return who a DeviceCert or guest certificate speaks for.

        Raises ProtocolError for other bytes and TrustError: "signature", "issuer-unknown", "issuer-expired",
        "certificate-expired", "certificate-revoked", "clock" (not yet valid: somebody's clock is wrong),
        "directory-old" (unknown to a directory of more than 7 d).
        """
        if cbor.label(split_signed(data)[0]) == GUEST:
            return self._judge_guest(GuestCert.parse(data), now_s)
        return self._judge_device(DeviceCert.parse(data), now_s)

    def _judge_guest(self, guest: GuestCert, now_s: int) -> Verdict:
        guest.verify()
        self._check_new(now_s)
        return Verdict("guest", guest.name, guest.hash, guest.ed25519)

    def _judge_device(self, cert: DeviceCert, now_s: int) -> Verdict:
        self._issuer_of(cert).check_time(now_s)
        if cert.hash in self._revoked:
            raise TrustError("certificate-revoked")
        check_time(cert.not_before, cert.not_after, now_s, "certificate-expired")
        logged = cert.hash in self._logged
        if not logged:
            self._check_new(now_s)
        return Verdict(
            self._level(cert),
            cert.name,
            cert.hash,
            cert.public.ed25519,
            cert.org,
            cert.user,
            cert.role,
            cert.specialty,
            cert.device_id,
            cert.public.mldsa,
            logged,
        )

    def _level(self, cert: DeviceCert) -> Level:
        seen = self._verified.get(cert.user)
        if seen is None:
            return "certified"
        return "verified" if cert.public.ed25519 in seen else "changed"

    def _check_new(self, now_s: int) -> None:
        if self.directory_state(now_s) == "blocked":
            raise TrustError("directory-old")

    def _issuer_of(self, cert: DeviceCert) -> Issuer:
        issuers = [issuer for issuer in self._issuers if issuer.org == cert.org]
        for issuer in issuers:
            with contextlib.suppress(TrustError):
                cert.verify(issuer)
                return issuer
        raise TrustError("signature" if issuers else "issuer-unknown")

    def _known_issuer(self, data: bytes) -> Issuer | None:
        try:
            issuer = Issuer.parse(data)
            issuer.verify(self._roots[issuer.org])
        except (ProtocolError, TrustError, KeyError):
            return None
        return None if issuer.hash in self._revoked else issuer
