"""The organisation's directory: a hash-chained log of certificates with signed heads (docs/protocol.md §3).

`Log` is the chain, `Head` its signed end, `Bundle` what every device fetches, `Enrolment` what a new device is given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from media.errors import ProtocolError, TrustError
from media.keys import cbor, people
from media.keys.certs import DEVICE_LIFE_S, DeviceCert
from media.keys.issuers import CLOCK_ERROR_S, DAY_S, ID_BYTES, Issuer, RelayKey, org_id
from media.keys.sign import (
    ED25519_PUBLIC,
    MLDSA_PUBLIC,
    SEED_BYTES,
    HybridPublic,
    HybridSigner,
    digest,
    signed,
    split_signed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ENTRY, HEAD, BUNDLE, ENROLMENT = "CSL1/log", "CSL1/head", "CSL1/bundle", "CSL1/enrolment"
ISSUED, REVOKED, PEOPLE = 0, 1, 2
HASH_BYTES = 32
MAX_BUNDLE = 16 * 1024 * 1024
MAX_ISSUERS = 16
KEPT_S = DEVICE_LIFE_S + 2 * DAY_S
"""A bundle carries every certificate that was logged so long ago or later; older ones have expired."""


@dataclass(frozen=True)
class Entry:
    """One line of the log: certificate `hash` was issued or revoked at `time` (seconds), or the list of people became another."""

    index: int
    previous: bytes
    kind: int
    hash: bytes
    time: int

    def encode(self) -> bytes:
        """Return the bytes that the next entry's hash covers."""
        return cbor.encode([ENTRY, self.index, self.previous, self.kind, self.hash, self.time])

    @classmethod
    def parse(cls, data: bytes) -> Entry:
        """Read one entry; raises ProtocolError."""
        index, previous, kind, hash_, time = cbor.record(data, ENTRY, (int, HASH_BYTES, int, HASH_BYTES, int))
        if kind not in (ISSUED, REVOKED, PEOPLE):
            raise ProtocolError("unknown kind of log entry")
        return cls(index, previous, kind, hash_, time)


@dataclass(frozen=True)
class Head:
    """The signed end of a log: `height` entries, the last one's hash, when it was said."""

    org: bytes
    height: int
    hash: bytes
    time: int
    signed: bytes = field(repr=False)

    @classmethod
    def sign(cls, issuer: HybridSigner, org: bytes, height: int, hash_: bytes, time: int) -> Head:
        """Sign a head with the *issuer*'s key."""
        body = cbor.encode([HEAD, org, height, hash_, time])
        return cls.parse(signed(body, issuer.sign(HEAD, body)))

    @classmethod
    def parse(cls, data: bytes) -> Head:
        """Read *data*; nothing is verified but its shape."""
        org, height, hash_, time = cbor.record(split_signed(data)[0], HEAD, (ID_BYTES, int, HASH_BYTES, int))
        return cls(org, height, hash_, time, data)

    def verify(self, issuers: Iterable[Issuer], now_s: int) -> None:
        """Raise TrustError unless one of the *issuers* signed it, and "clock" when it comes from the future."""
        body, signature = split_signed(self.signed)
        if not any(_holds(issuer, self.org, body, signature) for issuer in issuers):
            raise TrustError("signature", "directory head")
        if self.time > now_s + CLOCK_ERROR_S:
            raise TrustError("clock", "directory head")


def _holds(issuer: Issuer, org: bytes, body: bytes, signature: bytes) -> bool:
    try:
        issuer.public.verify(HEAD, body, signature)
    except TrustError:
        return False
    return issuer.org == org


@dataclass(frozen=True)
class Seen:
    """The newest head that a device accepted; it never goes back behind it."""

    height: int
    hash: bytes
    time: int


class Log:
    """The chain of one organisation, kept in memory; `entries` are parsed and verified to hang together."""

    def __init__(self, org: bytes, entries: Iterable[bytes] = ()) -> None:
        self.org = org
        self.entries: list[Entry] = []
        self._hashes = [digest(cbor.encode(["CSL1/log-start", org]))]
        for data in entries:
            self._add(Entry.parse(data))

    def _add(self, entry: Entry) -> None:
        if entry.index != self.height or entry.previous != self.last or entry.time < self.time:
            raise TrustError("directory-fork", "the chain is broken")
        self.entries.append(entry)
        self._hashes.append(digest(entry.encode()))

    def append(self, kind: int, hash_: bytes, time: int) -> Entry:
        """Add an entry at the end; *time* in seconds, never before the last one."""
        entry = Entry(self.height, self.last, kind, hash_, max(time, self.time))
        self._add(entry)
        return entry

    def head(self, issuer: HybridSigner, time: int) -> Head:
        """Return the signed head as of *time*."""
        return Head.sign(issuer, self.org, self.height, self.last, time)

    def verify(self, head: Head, seen: Seen | None = None) -> None:
        """Raise TrustError unless this is the log of *head* and continues what was *seen*.

        "directory-rollback": lower, or older at equal height; "directory-fork": another history.
        """
        if head.org != self.org or head.height != self.height or head.hash != self.last:
            raise TrustError("directory-fork", "the head is another log's")
        if seen is None:
            return
        if head.height < seen.height or head.time < seen.time:
            raise TrustError("directory-rollback")
        if self._hashes[seen.height] != seen.hash:
            raise TrustError("directory-fork")

    @property
    def height(self) -> int:
        """How many entries there are."""
        return len(self.entries)

    @property
    def last(self) -> bytes:
        """Hash of the last entry; of an empty log, H of ["CSL1/log-start", org]."""
        return self._hashes[-1]

    @property
    def time(self) -> int:
        """When the last entry was made, seconds."""
        return self.entries[-1].time if self.entries else 0

    @property
    def revoked(self) -> set[bytes]:
        """Hashes of all revoked certificates."""
        return {entry.hash for entry in self.entries if entry.kind == REVOKED}

    @property
    def issued(self) -> set[bytes]:
        """Hashes of all issued certificates."""
        return {entry.hash for entry in self.entries if entry.kind == ISSUED}

    @property
    def people(self) -> bytes:
        """Hash of the newest list of people, empty while there is none."""
        return next((entry.hash for entry in reversed(self.entries) if entry.kind == PEOPLE), b"")


@dataclass(frozen=True)
class Bundle:
    """The whole directory as a device fetches it; every field holds objects as signed, entries as encoded.

    Encoded: ``["CSL1/bundle", name, root_ed25519_pk, root_mldsa_pk, [issuer…], relay key or empty, [entry…],
    [certificate…], head]``, at most 16 MiB. `certificates` are all that were logged in the last 92 days. `people` is the
    list (media/keys/people.py) that the log names last; the field is left out where it names none.
    """

    name: str
    root: HybridPublic
    issuers: tuple[bytes, ...]
    relay_key: bytes
    entries: tuple[bytes, ...]
    certificates: tuple[bytes, ...]
    head: bytes
    people: bytes = b""

    def encode(self) -> bytes:
        """Return the file's bytes; raises ProtocolError when nobody would take them."""
        lists = [list(self.issuers), self.relay_key, list(self.entries), list(self.certificates)]
        more = [self.people] if self.people else []
        data = cbor.encode([BUNDLE, self.name, self.root.ed25519, self.root.mldsa, *lists, self.head, *more])
        if len(data) > MAX_BUNDLE:
            raise ProtocolError("a directory has at most 16 MiB")
        return data

    @classmethod
    def parse(cls, data: bytes) -> Bundle:
        """Read *data*; nothing is verified but its shape."""
        *fields, listed = _fields(data)
        name, ed, mldsa, issuers, relay_key, entries, certificates, head = fields
        if not 0 < len(issuers) <= MAX_ISSUERS:
            raise ProtocolError("a directory has 1 to 16 issuers")
        for objects in (issuers, entries, certificates):
            cbor.check(objects, [bytes] * len(objects))
        return cls(
            name,
            HybridPublic(ed, mldsa),
            tuple(issuers),
            relay_key,
            tuple(entries),
            tuple(certificates),
            head,
            listed,
        )

    @property
    def org(self) -> bytes:
        """The organisation's id, by its root key."""
        return org_id(self.root)

    def verify(self, org: bytes, now_s: int, seen: Seen | None = None) -> Directory:
        """Return the directory if it is that of *org* and holds together; raises TrustError or ProtocolError.

        Codes: "issuer-unknown" (another root, or an issuer that the root did not sign), "signature", "clock",
        "directory-rollback", "directory-fork", "directory-incomplete" (a logged certificate or the list of people was
        left out, or one is there that was not logged).
        """
        if self.org != org:
            raise TrustError("issuer-unknown", "another organisation")
        issuers = [Issuer.parse(data) for data in self.issuers]
        for issuer in issuers:
            issuer.verify(self.root)
        if self.relay_key:
            RelayKey.parse(self.relay_key).verify(self.root)
        log, head = Log(org, self.entries), Head.parse(self.head)
        revoked = frozenset(log.revoked)
        head.verify((issuer for issuer in issuers if issuer.hash not in revoked), now_s)
        log.verify(head, seen)
        certificates = [DeviceCert.parse(data) for data in self.certificates]
        _check_complete(log, certificates, now_s)
        if (digest(self.people) if self.people else b"") != log.people:
            raise TrustError("directory-incomplete", "another list of people")
        if self.people:
            people.parse(self.people)
        return Directory(self, head, revoked, tuple(certificates))


def _fields(data: bytes) -> list[Any]:
    """Return the nine fields of a bundle after its label; the last one, the list of people, is empty where it was left out."""
    kinds = (str, ED25519_PUBLIC, MLDSA_PUBLIC, list, bytes, list, list, bytes)
    value = cbor.decode(data, max_bytes=MAX_BUNDLE, max_depth=2)
    if not isinstance(value, list) or value[:1] != [BUNDLE]:
        raise ProtocolError("not a directory")
    *fields, listed = value[1:] if len(value) == len(kinds) + 2 else [*value[1:], b""]
    cbor.check(fields, kinds)
    if not isinstance(listed, bytes) or (not listed and len(value) > len(kinds) + 1):
        raise ProtocolError("a list of people is left out, or there")
    return [*fields, listed]


def _check_complete(log: Log, certificates: Sequence[DeviceCert], now_s: int) -> None:
    there = {certificate.hash for certificate in certificates}
    due = {entry.hash for entry in log.entries if entry.kind == ISSUED and entry.time > now_s - KEPT_S}
    if due - there or there - log.issued:
        raise TrustError("directory-incomplete")


@dataclass(frozen=True)
class Directory:
    """A verified bundle, ready for `certs.Trust` and TrustAnchor."""

    bundle: Bundle
    head: Head
    revoked: frozenset[bytes]
    certificates: tuple[DeviceCert, ...]

    @property
    def seen(self) -> Seen:
        """What to keep, so that the next bundle cannot go back."""
        return Seen(self.head.height, self.head.hash, self.head.time)

    def unexpected(self, user: bytes, own: Iterable[bytes]) -> list[DeviceCert]:
        """Return certificates in the own *user*'s name that this person did not ask for: each is an alarm.

        *own* are the hashes of the certificates that the user's devices asked for or acknowledged.
        """
        known = set(own)
        return [cert for cert in self.certificates if cert.user == user and cert.hash not in known]


@dataclass(frozen=True)
class Enrolment:
    """All that a new device is given, in a file that only its user may read: it holds the relay key's seed.

    Encoded: ``["CSL1/enrolment", certificate, relay_seed, bundle]``: the DeviceCert, 32 bytes, the encoded `Bundle`.
    """

    certificate: bytes
    relay_seed: bytes = field(repr=False)
    bundle: Bundle

    def encode(self) -> bytes:
        """Return the file's bytes."""
        return cbor.encode([ENROLMENT, self.certificate, self.relay_seed, self.bundle.encode()])

    @classmethod
    def parse(cls, data: bytes) -> Enrolment:
        """Read *data*; nothing is verified but its shape."""
        kinds, most = (bytes, SEED_BYTES, bytes), MAX_BUNDLE + cbor.MAX_BYTES
        certificate, relay_seed, bundle = cbor.record(data, ENROLMENT, kinds, max_bytes=most)
        return cls(certificate, relay_seed, Bundle.parse(bundle))

    def verify(self, org: bytes, now_s: int) -> Directory:
        """As `Bundle.verify`, and the certificate must be in that directory and not be revoked."""
        directory = self.bundle.verify(org, now_s)
        hash_ = digest(self.certificate)
        if hash_ in directory.revoked:
            raise TrustError("certificate-revoked")
        if self.certificate not in self.bundle.certificates:
            raise TrustError("directory-incomplete")
        return directory
