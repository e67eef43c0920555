"""The messages of a call (docs/protocol.md §5-§7): dataclasses <-> strict CBOR.

Every `decode` takes bytes from outside: it raises ProtocolError for anything but the one encoding, within the limits
below. Where a message is signed, the caller verifies first (`open_signed`) and decodes after.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from media.errors import ProtocolError, TrustError
from media.keys import cbor, sign
from media.keys.seal import PUBLIC_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

CALL, HASH, PUBLIC, USER, NONCE, SIG = 16, 32, 32, 16, 16, 64
MAX_MEMBERS = 64
MAX_ADDS = 24
MAX_OPS = 128
MAX_SUCCESSION = 32
MAX_HANDOVERS = 4
MAX_RETIRED = 1024
MAX_CHAT = 4000
MAX_WELCOME = 262_144
MAX_KNOCK = 16_384
MAX_STREAMS = 5

ADD, REMOVE, LOCK, UNLOCK, HANDOVER, REKEY, END, REPLACE, LEFT = range(9)
OP_FIELDS: dict[int, tuple[cbor.Kind, ...]] = {
    ADD: (HASH, int),
    REMOVE: (HASH, int),
    LOCK: (),
    UNLOCK: (),
    HANDOVER: (HASH, int),
    REKEY: (),
    END: (),
    REPLACE: (HASH, int, HASH),
    LEFT: (HASH, int),
}

T = TypeVar("T")


def digest(data: bytes) -> bytes:
    """H(x) of the protocol."""
    return sha256(data).digest()


def rows_of(value: Any, most: int, decode: Callable[[Any], T]) -> list[T]:
    """Return a bounded array, each element decoded."""
    if not isinstance(value, list) or len(value) > most:
        raise ProtocolError("an array is too long")
    return [decode(row) for row in value]


def kind_of(kind: cbor.Kind) -> Callable[[Any], Any]:
    """Return a decoder for elements of one kind."""

    def one(value: Any) -> Any:
        cbor.check([value], (kind,))
        return value

    return one


def open_signed(public: bytes, data: bytes) -> bytes:
    """Return the body of a signed object after its signature by *public* holds; raises TrustError, ProtocolError."""
    body, signature = sign.split_signed(data)
    sign.verify(public, body, signature)
    return body


@dataclass(frozen=True)
class Genesis:
    """The birth of a call, signed by its opener's device key; its member id is H(signed object)."""

    call: bytes
    invite_hash: bytes
    occurrence: int
    kx_pk: bytes
    cs_pk: bytes
    cert_hash: bytes
    slot_pk: bytes
    succession: tuple[bytes, ...]
    parent: bytes = b""

    def encode(self) -> bytes:
        """Return the body to sign."""
        keys = [self.kx_pk, self.cs_pk, self.cert_hash, self.slot_pk]
        return cbor.encode(
            [
                "CSL1/genesis",
                self.call,
                self.invite_hash,
                self.occurrence,
                *keys,
                list(self.succession),
                self.parent,
            ]
        )

    @classmethod
    def decode(cls, body: bytes) -> Genesis:
        """Decode a body."""
        kinds = (CALL, HASH, int, PUBLIC_BYTES, PUBLIC, HASH, PUBLIC, list, bytes)
        fields = cbor.record(body, "CSL1/genesis", kinds)
        fields[7] = tuple(rows_of(fields[7], MAX_SUCCESSION, kind_of(USER)))
        return cls(*fields)


@dataclass(frozen=True)
class JoinBody:
    """A joiner's request, signed by its device key and MACed under the link's secret (`JoinObject`)."""

    call: bytes
    link_hash: bytes
    challenge: bytes
    kx_pk: bytes
    cs_pk: bytes
    cert_hash: bytes
    slot_pk: bytes
    head_height: int
    head_hash: bytes

    def encode(self) -> bytes:
        """Return the body to sign."""
        proof = [self.call, self.link_hash, self.challenge]
        keys = [self.kx_pk, self.cs_pk, self.cert_hash, self.slot_pk]
        return cbor.encode(["CSL1/join", *proof, *keys, self.head_height, self.head_hash])

    @classmethod
    def decode(cls, body: bytes) -> JoinBody:
        """Decode a body; `head_hash` is empty or 32 bytes."""
        kinds = (CALL, HASH, HASH, PUBLIC_BYTES, PUBLIC, HASH, PUBLIC, int, bytes)
        join = cls(*cbor.record(body, "CSL1/join", kinds))
        if len(join.head_hash) not in (0, HASH):
            raise ProtocolError("a head's hash has 32 bytes")
        return join


def pack_join(body: bytes, signature: bytes, mac_key: bytes) -> bytes:
    """Return the join object ``[body, Sig, MAC over body ‖ Sig]``."""
    return cbor.encode([body, signature, hmac.digest(mac_key, body + signature, "sha256")])


def open_join(data: bytes, public: bytes, mac_key: bytes) -> JoinBody:
    """Return the request after MAC and signature by the device key *public* hold; raises TrustError, ProtocolError."""
    parts = cbor.decode(data, max_depth=1)
    if not isinstance(parts, list):
        raise ProtocolError("not a join object")
    cbor.check(parts, (bytes, SIG, HASH))
    body, signature, mac = parts
    if not hmac.compare_digest(hmac.digest(mac_key, body + signature, "sha256"), mac):
        raise TrustError("signature", "knock MAC")
    sign.verify(public, body, signature)
    return JoinBody.decode(body)


def peek(data: bytes) -> Genesis | JoinBody:
    """Return what a join or Genesis object *claims*: nothing is verified."""
    parts = cbor.decode(data, max_depth=1)
    if not isinstance(parts, list) or len(parts) not in (2, 3) or not isinstance(parts[0], bytes):
        raise ProtocolError("neither join nor Genesis")
    return Genesis.decode(parts[0]) if len(parts) == 2 else JoinBody.decode(parts[0])


@dataclass(frozen=True)
class Hail:
    """A knocker asks for a challenge; `nonce` makes the answer fresh."""

    nonce: bytes

    def encode(self) -> bytes:
        """Return the text to box under the door key."""
        return cbor.encode(["CSL1/hail", self.nonce])

    @classmethod
    def decode(cls, data: bytes) -> Hail:
        """Decode an unboxed text."""
        return cls(*cbor.record(data, "CSL1/hail", (NONCE,)))


@dataclass(frozen=True)
class Challenge:
    """The host's fresh word to one knocker, signed by its `cs`."""

    genesis_hash: bytes
    n: int
    link_hash: bytes
    challenge: bytes
    knocker: bytes
    nonce: bytes

    def encode(self) -> bytes:
        """Return the body to sign."""
        at = [self.genesis_hash, self.n, self.link_hash]
        return cbor.encode(["CSL1/challenge", *at, self.challenge, self.knocker, self.nonce])

    @classmethod
    def decode(cls, body: bytes) -> Challenge:
        """Decode a verified body."""
        return cls(*cbor.record(body, "CSL1/challenge", (HASH, int, HASH, HASH, PUBLIC, NONCE)))


@dataclass(frozen=True)
class Answer:
    """What a knocker needs to judge a call: Genesis, its opener's certificate, how the pen went on, the challenge.

    `certificates` are the opener's, where the Genesis has a parent the parent's opener's, then the later hosts'.
    `handovers` are pairs (link object with the handover, join object of the new host), oldest first.
    """

    genesis: bytes
    certificates: tuple[bytes, ...]
    handovers: tuple[tuple[bytes, bytes], ...]
    challenge: bytes

    def encode(self) -> bytes:
        """Return the text to box under the door key."""
        rows = [list(row) for row in self.handovers]
        return cbor.encode(["CSL1/answer", self.genesis, list(self.certificates), rows, self.challenge])

    @classmethod
    def decode(cls, data: bytes) -> Answer:
        """Decode an unboxed text."""
        genesis, certificates, rows, challenge = cbor.record(data, "CSL1/answer", (bytes, list, list, bytes))
        known = tuple(rows_of(certificates, 2 + MAX_HANDOVERS, kind_of(bytes)))
        return cls(genesis, known, tuple(rows_of(rows, MAX_HANDOVERS, _two_bytes)), challenge)


def _two_bytes(value: Any) -> tuple[bytes, bytes]:
    if not isinstance(value, list):
        raise ProtocolError("not a pair")
    cbor.check(value, (bytes, bytes))
    return value[0], value[1]


@dataclass(frozen=True)
class Knock:
    """A join object with the certificate that it names, sealed to the host."""

    join: bytes
    certificate: bytes

    def encode(self) -> bytes:
        """Return the text to seal."""
        return cbor.encode([self.join, self.certificate])

    @classmethod
    def decode(cls, data: bytes) -> Knock:
        """Decode an opened text."""
        return cls(*_two_bytes(cbor.decode(data, max_bytes=MAX_KNOCK, max_depth=1)))


@dataclass(frozen=True)
class Welcome:
    """The newest link and whom it names; `roster` is (slot, join or Genesis object), `retired` hashes of spent `cs_pk`."""

    link: bytes
    roster: tuple[tuple[int, bytes], ...]
    admin_seed: bytes
    retired: tuple[bytes, ...]
    locked: bool

    def encode(self) -> bytes:
        """Return the text to seal."""
        rows = [list(row) for row in self.roster]
        return cbor.encode(
            ["CSL1/welcome", self.link, rows, self.admin_seed, list(self.retired), int(self.locked)]
        )

    @classmethod
    def decode(cls, data: bytes) -> Welcome:
        """Decode an opened text (≤ 256 KiB)."""
        link, rows, seed, retired, locked = cbor.record(
            data, "CSL1/welcome", (bytes, list, bytes, list, int), max_bytes=MAX_WELCOME
        )
        roster = tuple(rows_of(rows, MAX_MEMBERS, _slot_object))
        return cls(link, roster, seed, tuple(rows_of(retired, MAX_RETIRED, kind_of(HASH))), bool(locked))


def _slot_object(value: Any) -> tuple[int, bytes]:
    if not isinstance(value, list):
        raise ProtocolError("not a pair")
    cbor.check(value, (int, bytes))
    return _slot(value[0]), value[1]


def _slot(value: int) -> int:
    if value >= 0xFFFF:
        raise ProtocolError("not a slot")
    return value


@dataclass(frozen=True)
class Op:
    """One change of the roster: `slot` is the new one for REPLACE, where `m` is the old and `m_new` the new member."""

    kind: int
    m: bytes = b""
    slot: int = 0
    m_new: bytes = b""

    def row(self) -> list[object]:
        """Return the array that stands in a link."""
        return [self.kind, *[self.m, self.slot, self.m_new][: len(OP_FIELDS[self.kind])]]

    @classmethod
    def of_row(cls, row: Any) -> Op:
        """Read an array."""
        if not isinstance(row, list) or not row or not isinstance(row[0], int) or row[0] not in OP_FIELDS:
            raise ProtocolError("not an op")
        cbor.check(row[1:], OP_FIELDS[row[0]])
        if len(row) > 2:
            _slot(row[2])
        return cls(*row)


@dataclass(frozen=True)
class Link:
    """One step of the roster, signed by the `cs` of its writer `by`."""

    call: bytes
    n: int
    prev: bytes
    ops: tuple[Op, ...]
    roster_hash: bytes
    by: bytes

    def encode(self) -> bytes:
        """Return the body to sign."""
        ops = [op.row() for op in self.ops]
        return cbor.encode(["CSL1/link", self.call, self.n, self.prev, ops, self.roster_hash, self.by])

    @classmethod
    def decode(cls, body: bytes) -> Link:
        """Decode a verified body."""
        call, n, prev, ops, roster_hash, by = cbor.record(
            body, "CSL1/link", (CALL, int, HASH, list, HASH, HASH)
        )
        return cls(call, n, prev, tuple(rows_of(ops, MAX_OPS, Op.of_row)), roster_hash, by)

    @property
    def fresh_keys(self) -> bool:
        """Whether every base is drawn anew: somebody went, or the host asked for it."""
        return any(op.kind in (REMOVE, LEFT, REKEY) for op in self.ops)

    @property
    def hurry(self) -> bool:
        """Whether nobody may use the old keys a moment longer: somebody was removed."""
        return any(op.kind == REMOVE for op in self.ops)


def roster_hash(rows: list[tuple[int, bytes]]) -> bytes:
    """H(["CSL1/roster", [[slot, m]… by slot]])."""
    return digest(cbor.encode(["CSL1/roster", [list(row) for row in sorted(rows)]]))
