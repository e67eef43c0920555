"""What passes between the relay and those who are in a room."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from media.wire.message import Message
from media.wire.streams import VIDEO

MAX_CONTROL = 128 * 1024
MAX_SUBSCRIPTIONS = 768


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
