"""The pipe between window and engine: length (u32, little endian), then one msgpack message; the types are checked.

The window may send 4 MiB (a trust anchor with hundreds of certificates), the engine 64 kB. End of file means that the
other side died.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import msgspec

from media.engine import messages
from media.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")
MOST_FROM_WINDOW = 4 * 1024 * 1024
MOST_FROM_ENGINE = 64 * 1024
_LENGTH = struct.Struct("<I")
_encoder = msgspec.msgpack.Encoder()
_to_engine: msgspec.msgpack.Decoder[messages.ToEngine] = msgspec.msgpack.Decoder(messages.ToEngine)
_to_window: msgspec.msgpack.Decoder[messages.ToWindow] = msgspec.msgpack.Decoder(messages.ToWindow)


def pack(message: messages.Message, most: int) -> bytes:
    """Return *message* with its length; raise ProtocolError above *most* bytes."""
    body = _encoder.encode(message)
    if len(body) > most:
        raise ProtocolError("message too large for the pipe")
    return _LENGTH.pack(len(body)) + body


def read_from_window(stream: BinaryIO) -> Iterator[messages.ToEngine]:
    """Yield the window's messages until it ends; raise ProtocolError on anything else."""
    for body in _bodies(stream, MOST_FROM_WINDOW):
        yield _decode(_to_engine, body)


def read_from_engine(stream: BinaryIO) -> Iterator[messages.ToWindow]:
    """Yield the engine's messages until it ends; raise ProtocolError on anything else."""
    for body in _bodies(stream, MOST_FROM_ENGINE):
        yield _decode(_to_window, body)


def _bodies(stream: BinaryIO, most: int) -> Iterator[bytes]:
    while len(head := stream.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        if length > most:
            raise ProtocolError("message too large for the pipe")
        body = stream.read(length)
        if len(body) < length:
            return
        yield body


def _decode(decoder: msgspec.msgpack.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError("not a message of this pipe") from error
