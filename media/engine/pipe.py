"""The pipe between window and engine: length (u32, little endian), then one msgpack message; the types are checked.

The window may send 4 MiB (a trust anchor with hundreds of certificates), the engine 64 kB. End of file means that the
other side died.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import struct
import threading
from typing import IO, TYPE_CHECKING, TypeVar

import msgspec

from media.engine import messages
from media.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
MOST_FROM_WINDOW = 4 * 1024 * 1024
MOST_FROM_ENGINE = 64 * 1024
MOST_WAITING = 2_000
log = logging.getLogger(__name__)
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


def read_from_window(stream: IO[bytes]) -> Iterator[messages.ToEngine]:
    """Yield the window's messages until it ends; raise ProtocolError on anything else."""
    for body in _bodies(stream, MOST_FROM_WINDOW):
        yield _decode(_to_engine, body)


def read_from_engine(stream: IO[bytes]) -> Iterator[messages.ToWindow]:
    """Yield the engine's messages until it ends; raise ProtocolError on anything else."""
    for body in _bodies(stream, MOST_FROM_ENGINE):
        yield _decode(_to_window, body)


class Outbox:
    """Writes messages on a thread of its own, in order, so that `put` never waits.

    *broken* is called once when the other side no longer reads (it died, or 2,000 messages wait), and when a message
    is too large.
    """

    def __init__(self, stream: IO[bytes], most: int, broken: Callable[[], None]) -> None:
        self._stream, self._most, self._broken = stream, most, broken
        self._waiting: queue.SimpleQueue[messages.Message | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="pipe", daemon=True)
        self._thread.start()

    def put(self, message: messages.Message) -> None:
        """Send *message* soon; after the end it is lost."""
        if self._waiting.qsize() > MOST_WAITING:
            self._broken()
            return
        self._waiting.put(message)

    def close(self) -> None:
        """Send what waits (1 s at most), then end the stream."""
        self._waiting.put(None)
        self._thread.join(1)

    def _write(self) -> None:
        try:
            while (message := self._waiting.get()) is not None:
                self._stream.write(pack(message, self._most))
                self._stream.flush()
        except OSError:
            self._broken()
        except ProtocolError:
            log.exception("the pipe is given up")
            self._broken()
        finally:
            with contextlib.suppress(OSError):
                self._stream.close()


def _bodies(stream: IO[bytes], most: int) -> Iterator[bytes]:
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
