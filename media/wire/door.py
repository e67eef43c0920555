"""How a connection gets into a room, and what passes at its door: greeting, admission, knocks and answers."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from media.errors import ProtocolError
from media.wire.message import Message

MAX_KNOCK = 16 * 1024
MAX_ANSWER = 288 * 1024
"""A sealed Welcome: a roster of 256 KiB and what surrounds it."""
MAX_SLOTS = 256
OPEN, KNOCK, RESUME, STORE = 1, 2, 3, 4
"""Purposes of an admission proof."""


@dataclass(frozen=True)
class Greeting(Message):
    """Relay's first word: the protocol's version and the nonce that every proof on this connection signs.

    Kind and version are the first two bytes in every version there will be; what follows is the version's own.
    """

    KIND = 0x20
    HEAD = Struct("!B32s")
    version: int
    nonce: bytes


@dataclass(frozen=True)
class Open(Message):
    """A host opens the room, or comes back to it, as *slot* of *table*; *fresh* 1: only if there is no room yet.

    *proofs*: four Ed25519 signatures, 64 B each, by the room key, the admin key, the organisation's relay key, the slot key.
    """

    KIND = 0x21
    HEAD = Struct("!16s32s32s32sBH256s")
    LIMIT = MAX_SLOTS
    ROW = Struct("!H32s")
    room_id: bytes
    room_pk: bytes
    admin_pk: bytes
    relay_pk: bytes
    fresh: int
    slot: int
    proofs: bytes
    table: list[tuple[int, bytes]]

    @property
    def rest(self) -> bytes:
        """What the proofs sign beyond the room: keys, slot and table."""
        head = self.admin_pk + self.relay_pk + bytes((self.fresh,)) + self.slot.to_bytes(2, "big")
        return head + b"".join(Struct("!H32s").pack(*row) for row in self.table)


@dataclass(frozen=True)
class Knock(Message):
    """Stand at the door with a slot key. *proofs*: two signatures, by the room key and the slot key."""

    KIND = 0x22
    HEAD = Struct("!16s32s32s128s")
    room_id: bytes
    room_pk: bytes
    slot_pk: bytes
    proofs: bytes

    @property
    def rest(self) -> bytes:
        """What the proofs sign beyond the room: the slot key."""
        return self.slot_pk


@dataclass(frozen=True)
class Resume(Message):
    """Take one's slot again. *proofs*: one signature by the slot key."""

    KIND = 0x23
    HEAD = Struct("!16sH64s")
    room_id: bytes
    slot: int
    proofs: bytes

    @property
    def rest(self) -> bytes:
        """What the proof signs beyond the room: the slot."""
        return self.slot.to_bytes(2, "big")


@dataclass(frozen=True)
class Admitted(Message):
    """You are *slot*: what UDP needs. *udp_port* 0: no UDP here. *admin* 1: you hold the door."""

    KIND = 0x24
    HEAD = Struct("!HB16s32s32sH")
    slot: int
    admin: int
    ticket: bytes
    hop_key: bytes
    down_key: bytes
    udp_port: int


@dataclass(frozen=True)
class Waiting(Message):
    """Your knock's proof holds; speak through the door."""

    KIND = 0x25


@dataclass(frozen=True)
class Refused(Message):
    """No; the relay closes. Codes: docs/relay.md."""

    KIND = 0x26
    LIMIT = 32
    TEXT = True
    code: str


@dataclass(frozen=True)
class KnockText(Message):
    """Knocker to the admins."""

    KIND = 0x30
    LIMIT = MAX_KNOCK
    data: bytes


@dataclass(frozen=True)
class Knocked(Message):
    """A knocker said *data*; *knock* names it towards `Answer`, `Admit` and `Refuse`."""

    KIND = 0x31
    HEAD = Struct("!I32s")
    LIMIT = MAX_KNOCK
    knock: int
    slot_pk: bytes
    data: bytes


@dataclass(frozen=True)
class KnockGone(Message):
    """That knocker left, was admitted or was refused."""

    KIND = 0x32
    HEAD = Struct("!I")
    knock: int


@dataclass(frozen=True)
class Answer(Message):
    """Admin to a knocker."""

    KIND = 0x33
    HEAD = Struct("!I")
    LIMIT = MAX_ANSWER
    knock: int
    data: bytes


@dataclass(frozen=True)
class Answered(Message):
    """An admin said *data* to you, the knocker."""

    KIND = 0x34
    LIMIT = MAX_ANSWER
    data: bytes


@dataclass(frozen=True)
class Admit(Message):
    """Admin: that knocker's slot key gets *slot*."""

    KIND = 0x35
    HEAD = Struct("!IH")
    knock: int
    slot: int


@dataclass(frozen=True)
class Refuse(Message):
    """Admin: turn that knocker away."""

    KIND = 0x36
    HEAD = Struct("!I")
    knock: int


@dataclass(frozen=True)
class Evict(Message):
    """Admin: that slot and its key are out for the life of the room."""

    KIND = 0x37
    HEAD = Struct("!H")
    slot: int


@dataclass(frozen=True)
class CloseRoom(Message):
    """Admin: the meeting is over."""

    KIND = 0x38


def greeted_version(data: bytes) -> int:
    """Return the version that a relay's first word names, whatever follows; `ProtocolError` when it is no greeting."""
    if len(data) < 2 or data[0] != Greeting.KIND:
        raise ProtocolError("not a greeting")
    return data[1]


def admission_text(purpose: int, nonce: bytes, cert_hash: bytes, room_id: bytes, rest: bytes) -> bytes:
    """Build what an admission proof signs; *cert_hash* (SHA-256 of the relay's certificate, DER) binds it to one relay."""
    if (len(nonce), len(cert_hash), len(room_id)) != (32, 32, 16):
        raise ProtocolError("admission field of a wrong size")
    return b"CSL1/relay\0" + bytes((purpose,)) + nonce + cert_hash + room_id + rest
