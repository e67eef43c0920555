"""What passes as datagrams (docs/protocol.md §8): tagged pieces of media frames, and the few words that keep an address bound."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from media.errors import ProtocolError
from media.wire.streams import SCREEN, VOICE

VERSION = 1
MAX_DATAGRAM = 1200
TAG_BYTES = 8
PIECE_BYTES = 1179
MAX_FRAME = 1_500_000
MAX_FRAGMENTS = -(-MAX_FRAME // PIECE_BYTES)


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
