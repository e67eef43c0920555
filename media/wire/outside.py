"""What passes outside any room: small blobs that the relay keeps under a tag, and the measuring of a line."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from media.wire.message import Message

MAX_BLOB = 64 * 1024
MAX_MEASURE = 256 * 1024


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
