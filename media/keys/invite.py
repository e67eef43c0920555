"""Invitations and links to a meeting (docs/protocol.md §4)."""

from __future__ import annotations

import base64
import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from media.errors import ProtocolError, TrustError
from media.keys import cbor, seal
from media.keys.certs import shown_text
from media.keys.issuers import ID_BYTES, check_time
from media.keys.sign import ED25519_PUBLIC, HybridPublic, HybridSigner, Signer, digest, signed, split_signed
from media.keys.terms import NO_TERMS, Terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.keys.certs import Trust

INVITE, BLOB = "CSL1/invite", "CSL1/invite-blob"
SECRET_BYTES = TAG_BYTES = HASH_BYTES = 16
MAX_HOSTS = 64
MAX_LINK = 512
MAX_RELAY = 260
TIME_END_S = 1 << 32
"""No invitation is valid beyond (2106): calendars and clocks of some systems cannot show what comes later."""
_KINDS = (ID_BYTES, ID_BYTES, str, list, str, ED25519_PUBLIC, int, int)

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\])"
_RELAY = re.compile(rf"({_HOST}):([1-9][0-9]{{0,4}})", re.ASCII)
_LINK = re.compile(
    rf"consilium://({_HOST}:[0-9]{{1,5}})/([A-Za-z0-9_-]{{22}})#([A-Za-z0-9_-]{{43}})", re.ASCII
)
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)


def split_relay(relay: str) -> tuple[str, int]:
    """Return host (IPv6 without brackets) and port of ``host:port``; raises ProtocolError for any second spelling."""
    found = _RELAY.fullmatch(relay) if len(relay) <= MAX_RELAY else None
    if not found or int(found[2]) > 65_535 or not _one_spelling(found[1]):
        raise ProtocolError("a relay is host:port")
    return found[1].strip("[]"), int(found[2])


def _one_spelling(host: str) -> bool:
    """Tell whether an address is written as programs print it; a host name always is."""
    try:
        if host.startswith("["):
            return f"[{ipaddress.IPv6Address(host[1:-1])}]" == host
        return not _NUMERIC.fullmatch(host) or str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False


@dataclass(frozen=True)
class Invite:
    """A meeting as its organiser signed it; `hosts` are user ids in order of rank, `signed` the object as received."""

    org: bytes
    organiser: bytes
    title: str
    hosts: tuple[bytes, ...]
    relay: str
    inv_pk: bytes
    not_before: int
    not_after: int
    signed: bytes = field(repr=False)
    terms: Terms = NO_TERMS

    @classmethod
    def create(
        cls,
        device: HybridSigner,
        *,
        org: bytes,
        organiser: bytes,
        title: str,
        hosts: Sequence[bytes],
        relay: str,
        inv_pk: bytes,
        not_before: int,
        not_after: int,
        terms: Terms = NO_TERMS,
    ) -> Invite:
        """Sign an invitation with the organiser's device key; raises ProtocolError for wrong fields."""
        fields = [org, organiser, shown_text(title), list(hosts), relay, inv_pk, not_before, not_after]
        more = [] if terms == NO_TERMS else [terms.encode()]
        body = cbor.encode([INVITE, *fields, *more])
        return cls.parse(signed(body, device.sign(INVITE, body)))

    @classmethod
    def parse(cls, data: bytes) -> Invite:
        """Read *data*; nothing is verified but its shape."""
        (org, organiser, title, hosts, relay, inv_pk, start, end), terms = _fields(split_signed(data)[0])
        if not 0 < len(hosts) <= MAX_HOSTS or len({*map(repr, hosts)}) != len(hosts):
            raise ProtocolError("an invitation has 1 to 64 different hosts")
        cbor.check(hosts, [ID_BYTES] * len(hosts))
        split_relay(relay)
        if shown_text(title) != title or not start < end < TIME_END_S or terms.ends_s > end:
            raise ProtocolError("an invitation has a title and dates in order")
        return cls(org, organiser, title, tuple(hosts), relay, inv_pk, start, end, data, terms)

    def verify(self, organiser: HybridPublic) -> None:
        """Raise TrustError("signature") unless the *organiser*'s device signed it."""
        body, signature = split_signed(self.signed)
        organiser.verify(INVITE, body, signature)

    def verify_organiser(self, certificate: bytes, trust: Trust, now_s: int) -> None:
        """Raise TrustError unless *certificate* is its organiser's, the signature by that device, and the time within its life.

        "invite-forged": somebody else's; "invite-expired", "clock": not now; or what is wrong with the certificate.
        """
        by = trust.judge(certificate, now_s)
        if by.level == "guest" or (by.org, by.user) != (self.org, self.organiser):
            raise TrustError("invite-forged")
        self.verify(by.public)
        self.check_time(now_s)

    def check_time(self, now_s: int) -> None:
        """Raise TrustError("invite-expired"), or "clock" more than a day too early."""
        check_time(self.not_before, self.not_after, now_s, "invite-expired")

    @property
    def hash(self) -> bytes:
        """H of the whole signed object, 32 bytes; links carry its first 16."""
        return digest(self.signed)


def _fields(body: bytes) -> tuple[list[Any], Terms]:
    """Return the fields of an invitation's body, and its terms: the oldest invitations end before them."""
    fields = cbor.decode(body)
    if not isinstance(fields, list) or fields[:1] != [INVITE]:
        raise ProtocolError("not an invitation")
    cbor.check(fields[1 : len(_KINDS) + 1], _KINDS)
    more = fields[len(_KINDS) + 1 :]
    cbor.check(more, [list] * min(len(more), 1))
    return fields[1 : len(_KINDS) + 1], Terms.decode(more[0]) if more else NO_TERMS


@dataclass(frozen=True)
class Link:
    """``consilium://host:port/<tag>#<secret ‖ invitation hash>``: lets one knock, and no more."""

    relay: str
    tag: bytes
    secret: bytes = field(repr=False)
    invite_hash: bytes

    @property
    def host(self) -> str:
        """The relay's host name or address."""
        return split_relay(self.relay)[0]

    @property
    def port(self) -> int:
        """The relay's port."""
        return split_relay(self.relay)[1]

    @classmethod
    def parse(cls, text: str) -> Link:
        """Read a link; raises ProtocolError for anything that is not exactly one."""
        found = _LINK.fullmatch(text) if len(text) <= MAX_LINK else None
        if not found:
            raise ProtocolError("not a meeting link")
        split_relay(found[1])
        tag, rest = _from_base64(found[2]), _from_base64(found[3])
        return cls(found[1], tag, rest[:SECRET_BYTES], rest[SECRET_BYTES:])

    def format(self) -> str:
        """Return the link as people send it."""
        return f"consilium://{self.relay}/{_to_base64(self.tag)}#{_to_base64(self.secret + self.invite_hash)}"


def _to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _from_base64(text: str) -> bytes:
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _to_base64(data) != text:
        raise ProtocolError("not a meeting link")
    return data


@dataclass(frozen=True)
class RoomKeys:
    """What a link's secret gives for one occurrence: the relay room and the key of the knock MAC."""

    signer: Signer = field(repr=False)
    room_id: bytes
    knock_key: bytes = field(repr=False)


def room_keys(secret: bytes, occurrence: int = 0) -> RoomKeys:
    """Return the room of *secret* (16 bytes) for this occurrence."""
    signer = Signer(seal.hkdf(secret, ["CSL1/room", occurrence]))
    return RoomKeys(signer, digest(signer.public)[:ID_BYTES], seal.hkdf(secret, ["CSL1/knock", occurrence]))


def admin_seed(inv_sk: bytes, room_id: bytes) -> bytes:
    """Return the seed of the relay admin key; listed hosts and successors hold it."""
    return seal.hkdf(inv_sk, ["CSL1/admin", room_id])


def seal_blob(secret: bytes, tag: bytes, invite: bytes, certificate: bytes) -> bytes:
    """Return the relay blob: the signed invitation and its organiser's certificate, readable with the link's *secret*."""
    return seal.box(_blob_key(secret), cbor.encode([BLOB, invite, certificate]), tag)


def open_blob(secret: bytes, tag: bytes, invite_hash: bytes, blob: bytes) -> tuple[Invite, bytes]:
    """Return the invitation that the link names and its organiser's certificate, neither verified yet.

    Raises TrustError("seal-broken"), TrustError("invite-changed") when it is not the one of the link (16 or 32 bytes of
    hash), or ProtocolError.
    """
    data, certificate = cbor.record(seal.unbox(_blob_key(secret), blob, tag), BLOB, (bytes, bytes))
    invite = Invite.parse(data)
    if len(invite_hash) < HASH_BYTES or invite.hash[: len(invite_hash)] != invite_hash:
        raise TrustError("invite-changed")
    return invite, certificate


def _blob_key(secret: bytes) -> bytes:
    return seal.hkdf(secret, ["CSL1/invite-key"])
