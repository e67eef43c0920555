"""What window and press say to each other: length (u32, little endian), then one msgpack message; the types are checked.

The window asks one thing at a time and gets one answer. End of file means that the other side is gone.
"""

from __future__ import annotations

import struct
from typing import IO, TypeAlias, TypeVar

import msgspec

from app.papers.cda.values import Cda  # noqa: TC001 -- msgspec reads the annotations
from app.papers.errors import Refused

MAX_DOCUMENT = 64 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_PAGES = 5_000
MAX_ASKED = MAX_DOCUMENT + 65_536
MAX_ANSWERED = 4 * MAX_PIXELS + 65_536
_LENGTH = struct.Struct("<I")

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width, height in points of the page (1/72 inch), from its upper left corner."""


class Open(msgspec.Struct, tag="open"):
    """Read this document: the first thing that is asked, and the only one that carries its bytes."""

    media: str
    data: bytes

    def __repr__(self) -> str:
        return "Open(…)"


class Draw(msgspec.Struct, tag="draw"):
    """Paint a page *width* pixels wide."""

    page: int
    width: int


class Read(msgspec.Struct, tag="read"):
    """Tell all the text of a page."""

    page: int


class Select(msgspec.Struct, tag="select"):
    """Tell the text between two points of a page."""

    page: int
    start: tuple[float, float]
    end: tuple[float, float]


class Seek(msgspec.Struct, tag="seek"):
    """Look for *text* from *page* on, until something was found or a share of a second is over."""

    text: str
    page: int

    def __repr__(self) -> str:
        return "Seek(…)"


class Opened(msgspec.Struct, tag="opened"):
    """The document: sizes of its pages in points, or the values of a CDA, or lines of text; a CDA may have pages as well."""

    sizes: tuple[tuple[float, float], ...] = ()
    cda: Cda | None = None
    lines: tuple[str, ...] = ()
    searchable: bool = False

    def __repr__(self) -> str:
        return "Opened(…)"


class Drawn(msgspec.Struct, tag="drawn"):
    """A page as BGRX bytes, rows without gaps."""

    page: int
    width: int
    height: int
    pixels: bytes


class Text(msgspec.Struct, tag="text"):
    """Text of a page, or of a part of it, and where its lines stand."""

    text: str
    boxes: tuple[Box, ...] = ()

    def __repr__(self) -> str:
        return "Text(…)"


class Found(msgspec.Struct, tag="found"):
    """What was found on a page, each hit by the boxes of its lines; `page` is where to look on, -1 at the end."""

    on: int
    hits: tuple[tuple[Box, ...], ...]
    page: int


class No(msgspec.Struct, tag="no"):
    """The document, or this of it, is refused."""

    code: str


Asked: TypeAlias = Open | Draw | Read | Select | Seek
Answer: TypeAlias = Opened | Drawn | Text | Found | No

T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()
_asked: msgspec.msgpack.Decoder[Asked] = msgspec.msgpack.Decoder(Asked)
_answer: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


class Broken(Exception):  # noqa: N818 -- a pipe's end, not always a fault
    """The other side is gone, or said what this pipe does not know."""


def write(stream: IO[bytes], slip: Asked | Answer) -> None:
    """Send *slip*; raise OSError when nobody reads any more."""
    body = _encoder.encode(slip)
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def read_asked(stream: IO[bytes]) -> Asked:
    """Return what the window asks; raise Broken when it is gone."""
    return _read(stream, _asked, MAX_ASKED)


def read_answer(stream: IO[bytes]) -> Answer:
    """Return what the press answers; raise Broken when it is gone or breaks the rules."""
    answer = _read(stream, _answer, MAX_ANSWERED)
    if isinstance(answer, Drawn) and not _fits(answer):
        raise Broken
    return answer


def _fits(drawn: Drawn) -> bool:
    """Whether the picture is as large as it says: its bytes become an image in the window."""
    positive = drawn.width > 0 and drawn.height > 0
    return positive and len(drawn.pixels) == 4 * drawn.width * drawn.height <= 4 * MAX_PIXELS


def _read(stream: IO[bytes], decoder: msgspec.msgpack.Decoder[T], most: int) -> T:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise Broken
    (length,) = _LENGTH.unpack(head)
    if length > most:
        raise Broken
    body = stream.read(length)
    if len(body) < length:
        raise Broken
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Broken from error


def checked(data: bytes) -> bytes:
    """Return *data* if it is no larger than a document may be; raise Refused."""
    if len(data) > MAX_DOCUMENT:
        raise Refused("too-large")
    if not data:
        raise Refused("empty")
    return data
