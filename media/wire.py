"""Layouts of everything that passes between a client and its relay (docs/protocol.md §8): bytes <-> dataclasses.

Standard library only. All integers are big-endian. Every decoder is strict: a wrong size, an unknown kind or a value out of
its range raises `ProtocolError`, and nothing is allocated from a length that the sender merely claims.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, fields
from struct import Struct
from typing import Any, ClassVar, NamedTuple, Self

from media.errors import ProtocolError

VERSION = 1
MAX_DATAGRAM = 1200
TAG_BYTES = 8
PIECE_BYTES = 1179
MAX_FRAME = 1_500_000
MAX_FRAGMENTS = -(-MAX_FRAME // PIECE_BYTES)
EVERYONE = 0xFFFF
"""As a receiver: all slots. No slot bears this number."""
CONTROL, VOICE, THUMBNAIL, CAMERA, SCREEN = range(5)
VIDEO = (THUMBNAIL, CAMERA, SCREEN)
FLAG_KEY, FLAG_VOICE, FLAG_START, FLAG_RETRANSMIT = 1, 2, 4, 0x10
END_TO_END_FLAGS = 0x0F

MAX_KNOCK = 16 * 1024
MAX_ANSWER = 288 * 1024
"""A sealed Welcome: a roster of 256 KiB and what surrounds it."""
MAX_CONTROL = 128 * 1024
MAX_BLOB = 64 * 1024
MAX_MEASURE = 256 * 1024
MAX_MESSAGE = MAX_ANSWER + 64
MAX_SLOTS = 256
MAX_SUBSCRIPTIONS = 768
OPEN, KNOCK, RESUME, STORE = 1, 2, 3, 4
"""Purposes of an admission proof."""


class Tagger:
    """Hop tags: keyed BLAKE2b, 8 bytes, over the header of a media packet, over all that precedes it in other datagrams.

    The tag keeps strangers from injecting; what the piece holds is for the frame's own encryption to check.
    """

    def __init__(self, key: bytes) -> None:
        self._base = hashlib.blake2b(digest_size=TAG_BYTES, key=key)
        self.fresh = self._base.copy
        """A new hash under the key: what loops over many packets use."""

    def tag(self, data: bytes | bytearray | memoryview) -> bytes:
        """Tag of *data*."""
        keyed = self._base.copy()
        keyed.update(data)
        return keyed.digest()

    def holds(self, data: bytes | bytearray | memoryview, tag: bytes | memoryview) -> bool:
        """Whether *tag* is that of *data*, compared in constant time."""
        return hmac.compare_digest(self.tag(data), tag)


# --- media packets (UDP, or one WebSocket message each) ---------------------------------------------------

HEADER = Struct("!BHBBIHH")
"""version u8 | slot u16 | stream u8 | flags u8 | frame u32 | fragment u16 | fragments u16, then the piece and the tag."""
MIN_PACKET = HEADER.size + 1 + TAG_BYTES


@dataclass(frozen=True, slots=True)
class Packet:
    """One piece of a frame. Every piece but a frame's last is exactly `PIECE_BYTES` long."""

    slot: int
    stream: int
    flags: int
    frame: int
    fragment: int
    fragments: int
    piece: bytes

    def pack(self, hop: Tagger) -> bytes:
        """Give the datagram, ≤ 1,200 B, tagged under *hop*."""
        place = (self.slot, self.stream, self.flags, self.frame, self.fragment, self.fragments)
        head = HEADER.pack(VERSION, *place)
        return head + self.piece + hop.tag(head)

    @classmethod
    def unpack(cls, data: bytes, hop: Tagger) -> Packet:
        """Read a datagram and check its tag; `ProtocolError` when anything is off."""
        if not MIN_PACKET <= len(data) <= MAX_DATAGRAM or not hop.holds(
            data[: HEADER.size], data[-TAG_BYTES:]
        ):
            raise ProtocolError("packet of a wrong size or tag")
        version, slot, stream, flags, frame, fragment, fragments = HEADER.unpack_from(data)
        piece = data[HEADER.size : -TAG_BYTES]
        if version != VERSION or not sound_piece(stream, fragment, fragments, len(piece)):
            raise ProtocolError("packet header out of range")
        return cls(slot, stream, flags, frame, fragment, fragments, piece)


def sound_piece(stream: int, fragment: int, fragments: int, size: int) -> bool:
    """Tell whether a media header fits its piece of *size* bytes."""
    return (
        VOICE <= stream <= SCREEN
        and fragment < fragments <= MAX_FRAGMENTS
        and (size == PIECE_BYTES or (fragment == fragments - 1 and 0 < size < PIECE_BYTES))
    )


# --- other datagrams --------------------------------------------------------------------------------------

HELLO, COOKIE, ECHO, BOUND, PING, PONG, NACK = range(2, 9)
"""First byte of the datagrams that are not media. HELLO and ECHO carry ticket and cookie (zeros at first), COOKIE the cookie."""
TICKET_BYTES = COOKIE_BYTES = 16
MAX_NACK = 256
_INTRODUCTION = Struct("!B16s16s")
_COOKIE = Struct("!B16s")
_BEAT = Struct("!BHI")
_NACK = Struct("!BHHBI")


def pack_introduction(ticket: bytes, cookie: bytes = bytes(COOKIE_BYTES)) -> bytes:
    """HELLO without a cookie, ECHO with one; 33 B either way, so that no answer is larger."""
    return _INTRODUCTION.pack(HELLO if cookie == bytes(COOKIE_BYTES) else ECHO, ticket, cookie)


def unpack_introduction(data: bytes) -> tuple[bytes, bytes]:
    """(ticket, cookie) of a HELLO or ECHO."""
    if len(data) != _INTRODUCTION.size or data[0] not in {HELLO, ECHO}:
        raise ProtocolError("not an introduction")
    _, ticket, cookie = _INTRODUCTION.unpack(data)
    return ticket, cookie


def pack_cookie(cookie: bytes) -> bytes:
    """Build the relay's answer to HELLO, 17 B."""
    return _COOKIE.pack(COOKIE, cookie)


def unpack_cookie(data: bytes) -> bytes:
    """Read the cookie in a COOKIE."""
    if len(data) != _COOKIE.size or data[0] != COOKIE:
        raise ProtocolError("not a cookie")
    return bytes(data[1:])


def pack_beat(kind: int, slot: int, stamp: int, hop: Tagger) -> bytes:
    """BOUND, PING or PONG: slot and a 32-bit stamp that PONG returns, tagged under the slot's hop key."""
    body = _BEAT.pack(kind, slot, stamp & 0xFFFFFFFF)
    return body + hop.tag(body)


def unpack_beat(data: bytes, hop: Tagger) -> tuple[int, int, int]:
    """(kind, slot, stamp) of a BOUND, PING or PONG."""
    body = bytes(data[:-TAG_BYTES])
    if len(body) != _BEAT.size or not hop.holds(body, data[-TAG_BYTES:]):
        raise ProtocolError("beat of a wrong size or tag")
    kind, slot, stamp = _BEAT.unpack(body)
    if kind not in {BOUND, PING, PONG}:
        raise ProtocolError("not a beat")
    return kind, slot, stamp


class Nack(NamedTuple):
    """*asker* lacks these fragments of a frame of *slot*; none named = the whole frame."""

    asker: int
    slot: int
    stream: int
    frame: int
    fragments: tuple[int, ...]

    def pack(self, hop: Tagger) -> bytes:
        """Give the datagram; at most `MAX_NACK` fragments."""
        named = self.fragments[:MAX_NACK]
        body = _NACK.pack(NACK, self.asker, self.slot, self.stream, self.frame)
        body += b"".join(number.to_bytes(2, "big") for number in named)
        return body + hop.tag(body)

    @classmethod
    def unpack(cls, data: bytes, hop: Tagger) -> Nack:
        """Read a NACK and check its tag."""
        body = bytes(data[:-TAG_BYTES])
        size = len(body) - _NACK.size
        if not 0 <= size <= 2 * MAX_NACK or size % 2 or not hop.holds(body, data[-TAG_BYTES:]):
            raise ProtocolError("request of a wrong size or tag")
        kind, asker, slot, stream, frame = _NACK.unpack_from(body)
        if kind != NACK or not VOICE <= stream <= SCREEN:
            raise ProtocolError("request out of range")
        numbers = body[_NACK.size :]
        return cls(
            asker,
            slot,
            stream,
            frame,
            tuple(int.from_bytes(numbers[i : i + 2], "big") for i in range(0, size, 2)),
        )


# --- control messages (WebSocket) -------------------------------------------------------------------------


@dataclass(frozen=True)
class Message:
    """A kind byte, a fixed head of all fields but the last, and, where `LIMIT` is set, the last field as the tail.

    The tail is bytes (`LIMIT` bytes at most), ASCII text where `TEXT`, or rows of `ROW` (`LIMIT` of them at most).
    """

    KIND: ClassVar[int]
    HEAD: ClassVar[Struct] = Struct("!")
    LIMIT: ClassVar[int] = 0
    ROW: ClassVar[Struct | None] = None
    TEXT: ClassVar[bool] = False

    def encode(self) -> bytes:
        """Give the WebSocket message; `ProtocolError` when a field has a wrong size."""
        values = [getattr(self, field.name) for field in fields(self)]
        tail = self._pack_tail(values.pop()) if self.LIMIT else b""
        head = self.HEAD.pack(*values)
        if self.HEAD.unpack(head) != tuple(values):
            raise ProtocolError("field of a wrong size")
        return bytes((self.KIND,)) + head + tail

    def _pack_tail(self, tail: Any) -> bytes:
        if self.TEXT:
            tail = tail.encode("ascii")
        if len(tail) > self.LIMIT:
            raise ProtocolError("message too long")
        return b"".join(self.ROW.pack(*row) for row in tail) if self.ROW else bytes(tail)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a message of this kind; `ProtocolError` when it is not one."""
        size = 1 + cls.HEAD.size
        if len(data) < size or data[0] != cls.KIND or (not cls.LIMIT and len(data) != size):
            raise ProtocolError("message of a wrong kind or size")
        values = cls.HEAD.unpack_from(data, 1)
        return cls(*values, *((cls._unpack_tail(data[size:]),) if cls.LIMIT else ()))

    @classmethod
    def _unpack_tail(cls, tail: bytes) -> Any:
        unit = cls.ROW.size if cls.ROW else 1
        if len(tail) % unit or len(tail) // unit > cls.LIMIT:
            raise ProtocolError("message of a wrong size")
        if cls.ROW:
            return list(cls.ROW.iter_unpack(tail))
        if cls.TEXT and not (tail.isascii() and tail.decode("ascii").isprintable()):
            raise ProtocolError("text out of range")
        return tail.decode("ascii") if cls.TEXT else tail


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


@dataclass(frozen=True)
class Control(Message):
    """Sealed control bytes: *slot* is the receiver (or `EVERYONE`) on the way up, the sender on the way down."""

    KIND = 0x40
    HEAD = Struct("!H")
    LIMIT = MAX_CONTROL
    slot: int
    data: bytes


@dataclass(frozen=True)
class Subscribe(Message):
    """All (slot, stream) that this client wants from now on; video streams only."""

    KIND = 0x41
    LIMIT = MAX_SUBSCRIPTIONS
    ROW = Struct("!HB")
    wanted: list[tuple[int, int]]


@dataclass(frozen=True)
class KeyRequest(Message):
    """A key frame of that stream, please."""

    KIND = 0x42
    HEAD = Struct("!HB")
    slot: int
    stream: int


@dataclass(frozen=True)
class KeyWanted(Message):
    """Somebody needs a key frame of your *stream*; at most once a second."""

    KIND = 0x43
    HEAD = Struct("!B")
    stream: int


@dataclass(frozen=True)
class Wanted(Message):
    """Which of your video streams anybody receives, one byte each."""

    KIND = 0x44
    LIMIT = len(VIDEO)
    streams: bytes


@dataclass(frozen=True)
class Gone(Message):
    """That slot's connection is lost; it may come back."""

    KIND = 0x45
    HEAD = Struct("!H")
    slot: int


@dataclass(frozen=True)
class Back(Message):
    """That slot is connected again."""

    KIND = 0x46
    HEAD = Struct("!H")
    slot: int


@dataclass(frozen=True)
class OverTls(Message):
    """Client: UDP does not answer; send my media here until my address is bound again."""

    KIND = 0x47


@dataclass(frozen=True)
class StoreBlob(Message):
    """Keep *data* under *tag*; *proof* by the organisation's relay key, purpose STORE, *tag* as the room, H(data) as the rest."""

    KIND = 0x50
    HEAD = Struct("!16s32s64s")
    LIMIT = MAX_BLOB
    tag: bytes
    relay_pk: bytes
    proof: bytes
    data: bytes


@dataclass(frozen=True)
class BlobStored(Message):
    """It lies on the relay's disk."""

    KIND = 0x51


@dataclass(frozen=True)
class FetchBlob(Message):
    """Whoever knows the tag may have the (encrypted) blob."""

    KIND = 0x52
    HEAD = Struct("!16s")
    tag: bytes


@dataclass(frozen=True)
class Blob(Message):
    """The blob that was asked for."""

    KIND = 0x53
    LIMIT = MAX_BLOB
    data: bytes


@dataclass(frozen=True)
class Measure(Message):
    """Bytes that mean nothing, before any admission: how long they take tells how fast the line is."""

    KIND = 0x54
    LIMIT = MAX_MEASURE
    filler: bytes


@dataclass(frozen=True)
class Measured(Message):
    """They are here. *udp_port* 0: no UDP here; a HELLO with *ticket* is answered by a cookie for a minute, and binds nothing."""

    KIND = 0x55
    HEAD = Struct("!H16s")
    udp_port: int
    ticket: bytes


_UP: dict[int, type[Message]] = {
    kind.KIND: kind
    for kind in (
        *(Open, Knock, Resume, KnockText, Answer, Admit, Refuse, Evict, CloseRoom),
        *(Control, Subscribe, KeyRequest, OverTls, StoreBlob, FetchBlob, Measure),
    )
}
_DOWN: dict[int, type[Message]] = {
    kind.KIND: kind
    for kind in (
        *(
            Greeting,
            Admitted,
            Waiting,
            Refused,
            Knocked,
            KnockGone,
            Answered,
            Control,
            KeyWanted,
            Wanted,
            Gone,
            Back,
        ),
        *(BlobStored, Blob, Measured),
    )
}


def greeted_version(data: bytes) -> int:
    """Return the version that a relay's first word names, whatever follows; `ProtocolError` when it is no greeting."""
    if len(data) < 2 or data[0] != Greeting.KIND:
        raise ProtocolError("not a greeting")
    return data[1]


def decode_up(data: bytes) -> Message:
    """Read a control message from a client."""
    return _decode(_UP, data)


def decode_down(data: bytes) -> Message:
    """Read a control message from the relay."""
    return _decode(_DOWN, data)


def _decode(kinds: dict[int, type[Message]], data: bytes) -> Message:
    kind = kinds.get(data[0]) if data else None
    if kind is None:
        raise ProtocolError("unknown message kind")
    return kind.decode(data)


def admission_text(purpose: int, nonce: bytes, cert_hash: bytes, room_id: bytes, rest: bytes) -> bytes:
    """Build what an admission proof signs; *cert_hash* (SHA-256 of the relay's certificate, DER) binds it to one relay."""
    if (len(nonce), len(cert_hash), len(room_id)) != (32, 32, 16):
        raise ProtocolError("admission field of a wrong size")
    return b"CSL1/relay\0" + bytes((purpose,)) + nonce + cert_hash + room_id + rest


# --- payloads of sealed frames (docs/protocol.md §6) ------------------------------------------------------

_VOICE = Struct("!Q")
_VIDEO = Struct("!QHH")


def pack_voice(capture_us: int, opus: bytes) -> bytes:
    """Payload of a voice frame; *capture_us* in microseconds of the sender's clock."""
    return _VOICE.pack(capture_us) + opus


def unpack_voice(payload: bytes) -> tuple[int, bytes]:
    """(capture_us, opus)."""
    if len(payload) <= _VOICE.size:
        raise ProtocolError("voice payload too short")
    return _VOICE.unpack_from(payload)[0], payload[_VOICE.size :]


def pack_video(capture_us: int, width: int, height: int, annexb: bytes) -> bytes:
    """Payload of a video frame: size in pixels, H.264 Annex B."""
    return _VIDEO.pack(capture_us, width, height) + annexb


def unpack_video(payload: bytes) -> tuple[int, int, int, bytes]:
    """(capture_us, width, height, annexb)."""
    if len(payload) <= _VIDEO.size:
        raise ProtocolError("video payload too short")
    return *_VIDEO.unpack_from(payload), payload[_VIDEO.size :]
