"""Documents inside OBX (ED: `source^type^subtype^encoding^data`, HL7 v2.5 2.A.24; text in TX, FT, ST): kind, size, content."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Final

from app.interop.er7 import Er7Error, Message
from app.interop.reading import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.interop.er7 import Segment, Value
    from app.interop.reading import Reading

LIMIT: Final = 64 << 20
TEXTS: Final = frozenset({"TX", "FT", "ST"})
_PIECE: Final = 1 << 18
_MEDIA = {
    ("TEXT", "XML"): "text/xml",
    ("TEXT", "HL7CDA"): "text/xml",
    ("APPLICATION", "XML"): "text/xml",
    ("TEXT", ""): "text/plain",
    ("TEXT", "PLAIN"): "text/plain",
    ("TX", ""): "text/plain",
    ("FT", ""): "text/plain",
    ("AP", "PDF"): "application/pdf",
    ("PDF", ""): "application/pdf",
    ("IMAGE", "JPG"): "image/jpeg",
    ("IM", "JPEG"): "image/jpeg",
}
_STARTS = {
    b"JVBERi": "application/pdf",
    b"PD94bW": "text/xml",
    b"PENsaW": "text/xml",
    b"iVBORw": "image/png",
    b"/9j/": "image/jpeg",
}
"""What the first bytes of base64 are, where the sender names no kind that says it."""
_SPACE = b" \t\r\n"
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


class DocumentError(ValueError):
    """The content cannot be had: no such OBX, not what its encoding says, or too long."""


def media(value: Value) -> str:
    """Return the media type of an ED; what the sender calls it, or else what its first bytes are."""
    kind, subkind = said(value.component(2)).upper(), said(value.component(3)).upper()
    named = _MEDIA.get((kind, subkind)) or (f"{kind}/{subkind}".lower() if kind and subkind else "")
    if named and named != "application/octet-stream":
        return named
    start = value.component(5).cut(16).encode("ascii", "replace")
    return next(
        (found for mark, found in _STARTS.items() if start.startswith(mark)),
        named or "application/octet-stream",
    )


def size(value: Value) -> int:
    """Return how many bytes the content of an ED has once decoded (closely, where line ends stand inside)."""
    data = value.component(5)
    if _encoding(value) != "BASE64":
        return len(data) // 2 if _encoding(value) == "HEX" else len(data)
    return max(0, len(data) * 3 // 4 - data.tail(2).count(b"="))


def _encoding(value: Value) -> str:
    return said(value.component(4)).upper()


def document_bytes(raw: bytes, segment: int) -> bytes:
    """Return the content of the document in OBX number *segment* (from 0) of the message *raw*. Raises DocumentError.

    Base64 may hold line ends and lack its padding, nothing else; text is UTF-8, with the OBX lines that go on with it.
    """
    try:
        message = Message.parse(raw)
        line = message.segments[segment] if 0 <= segment < len(message.segments) else None
        if line is None or line.name != "OBX":
            raise DocumentError
        if said(line.field(2)).upper() == "ED":
            return _decoded(line.field(5))
        return "\n".join(_lines(message, segment)).encode("utf-8", "replace")
    except (Er7Error, binascii.Error) as error:
        raise DocumentError from error


def _lines(message: Message, first: int) -> Iterator[str]:
    code = message.segments[first].field(3).raw
    for line in message.segments[first:]:
        if line.name == "OBX" and same_text(line, code):
            yield "\n".join(_pieces(line.field(5)))
        elif line.name not in {"OBX", "NTE", "PRT"}:
            return


def same_text(line: Segment, code: bytes) -> bool:
    """Whether an OBX is text under that OBX-3, so that it belongs to the same document."""
    return said(line.field(2)).upper() in TEXTS and line.field(3).raw == code


def _pieces(value: Value) -> Iterator[str]:
    for each in value.repetitions:
        yield each.cut(len(each))


def _decoded(value: Value) -> bytes:
    data, encoding = value.component(5), _encoding(value)
    if encoding == "BASE64":
        return _base64(data)
    if encoding == "HEX":
        return binascii.unhexlify(data.cut(len(data)))
    return data.cut(len(data)).encode("utf-8", "replace")


def _base64(data: Value) -> bytes:
    """Decode piece by piece, so that no other thread waits long."""
    done: list[bytes] = []
    rest, size, ended = b"", 0, False
    for piece in _clean(data):
        if size > LIMIT // 3 * 4 or (ended and piece):
            raise DocumentError
        rest += piece
        ready = len(rest) // 4 * 4
        ended = rest[ready - 4 : ready].endswith(b"=")
        done.append(binascii.a2b_base64(rest[:ready], strict_mode=True))
        rest, size = rest[ready:], size + ready
    if ended and rest:
        raise DocumentError
    done.append(binascii.a2b_base64(rest + b"=" * (-len(rest) % 4), strict_mode=True))
    return b"".join(done)


def _clean(data: Value) -> Iterator[bytes]:
    if data.escaped:
        yield data.cut(len(data)).encode("ascii", "replace").translate(None, _SPACE)
        return
    for piece in data.pieces(_PIECE):
        yield piece.translate(None, _SPACE)


def check(value: Value, reading: Reading) -> None:
    """Warn where an ED holds nothing, or is no base64 from its start on."""
    start = value.component(5).cut(1_024)
    if not start:
        reading.warn("document_empty")
    elif _encoding(value) == "BASE64" and not _BASE64.fullmatch(start):
        reading.warn("document_encoding")
