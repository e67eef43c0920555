"""What window and reader say to each other: `width u16 ‖ height u16 ‖ a byte a pixel`, then `length u16 ‖ ASCII`, little endian.

One picture, one answer, empty where no code was seen. End of file means that the other side is gone.
"""

from __future__ import annotations

import struct
from typing import IO

MAX_WIDTH, MAX_HEIGHT, MAX_TEXT = 1920, 1200, 128
"""No picture is larger; no longer text is handed on."""
_PICTURE, _TEXT = struct.Struct("<HH"), struct.Struct("<H")


class Broken(Exception):  # noqa: N818 -- a pipe's end, not always a fault
    """The other side is gone, or said what this pipe does not know."""


def ask(stream: IO[bytes], width: int, height: int, rows: bytes) -> None:
    """Send a picture; raise OSError when nobody reads any more."""
    stream.write(_PICTURE.pack(width, height))
    stream.write(rows)
    stream.flush()


def asked(stream: IO[bytes]) -> tuple[int, int, bytes]:
    """Return width, height and rows of the next picture; raise Broken."""
    width, height = _PICTURE.unpack(_exactly(stream, _PICTURE.size))
    if not (0 < width <= MAX_WIDTH and 0 < height <= MAX_HEIGHT):
        raise Broken
    return width, height, _exactly(stream, width * height)


def answer(stream: IO[bytes], text: str) -> None:
    """Send what was read."""
    body = text.encode("ascii")
    stream.write(_TEXT.pack(len(body)) + body)
    stream.flush()


def answered(stream: IO[bytes]) -> str:
    """Return what was read; raise Broken."""
    (length,) = _TEXT.unpack(_exactly(stream, _TEXT.size))
    body = _exactly(stream, length) if length <= MAX_TEXT else b"\xff"
    if not body.isascii():
        raise Broken
    return body.decode("ascii")


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise Broken
    return data
