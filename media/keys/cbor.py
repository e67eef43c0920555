"""The strict CBOR subset of CSL1 (docs/protocol.md §1; RFC 8949 §4.2.1): one value has one encoding.

Unsigned integers below 2^64, byte strings, NFC text and arrays. Everything else, every longer form and every trailing byte
is refused, so that two different byte strings never mean the same thing.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, TypeAlias

from media.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BYTES = 65_536
MAX_DEPTH = 4
MAX_UINT = 2**64 - 1

UINT, BYTES, TEXT, ARRAY = 0, 2, 3, 4

Kind: TypeAlias = "type[int | bytes | str | list[Any]] | int"
"""What a field must be: a type, or a number for a byte string of exactly that length."""


def head(major: int, argument: int) -> bytes:
    """Encode the initial byte and the shortest argument of one item."""
    if not 0 <= argument <= MAX_UINT:
        raise ProtocolError("CBOR: integer out of range")
    if argument < 24:
        return bytes((major << 5 | argument,))
    for info, size in ((24, 1), (25, 2), (26, 4)):
        if argument < 1 << (8 * size):
            return bytes((major << 5 | info,)) + argument.to_bytes(size, "big")
    return bytes((major << 5 | 27,)) + argument.to_bytes(8, "big")


def encode(value: object) -> bytes:
    """Encode *value*; raises ProtocolError for what the subset cannot say (a float, a bool, text that is not NFC)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return head(UINT, value)
    if isinstance(value, bytes):
        return head(BYTES, len(value)) + value
    if isinstance(value, str):
        return _encode_text(value)
    if isinstance(value, list | tuple):
        return head(ARRAY, len(value)) + b"".join(map(encode, value))
    raise ProtocolError("CBOR: this type is not in the subset")


def _encode_text(value: str) -> bytes:
    if not unicodedata.is_normalized("NFC", value):
        raise ProtocolError("CBOR: text is not NFC")
    try:
        text = value.encode()
    except UnicodeEncodeError as error:
        raise ProtocolError("CBOR: text is not Unicode") from error
    return head(TEXT, len(text)) + text


def decode(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Decode exactly one value; arrays become lists. Raises ProtocolError for anything but its one encoding."""
    if len(data) > max_bytes:
        raise ProtocolError("CBOR: too long")
    value, end = _item(data, 0, max_depth)
    if end != len(data):
        raise ProtocolError("CBOR: trailing bytes")
    return value


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    major, argument, at = _head(data, at)
    if major == UINT:
        return argument, at
    if argument > len(data) - at:
        raise ProtocolError("CBOR: cut short")
    if major == ARRAY:
        return _array(data, at, argument, depth)
    piece = data[at : at + argument]
    return (piece if major == BYTES else _text(piece)), at + argument


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    if at >= len(data):
        raise ProtocolError("CBOR: cut short")
    major, info = data[at] >> 5, data[at] & 31
    if major not in (UINT, BYTES, TEXT, ARRAY) or info > 27:
        raise ProtocolError("CBOR: a type or form outside the subset")
    at += 1
    if info < 24:
        return major, info, at
    size = 1 << (info - 24)
    if at + size > len(data):
        raise ProtocolError("CBOR: cut short")
    argument = int.from_bytes(data[at : at + size], "big")
    if argument < (24 if size == 1 else 1 << (4 * size)):
        raise ProtocolError("CBOR: not the shortest form")
    return major, argument, at + size


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[list[Any], int]:
    if depth == 0:
        raise ProtocolError("CBOR: too deep")
    values = []
    for _ in range(count):
        value, at = _item(data, at, depth - 1)
        values.append(value)
    return values, at


def _text(piece: bytes) -> str:
    try:
        text = piece.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("CBOR: text is not UTF-8") from error
    if not unicodedata.is_normalized("NFC", text):
        raise ProtocolError("CBOR: text is not NFC")
    return text


def label(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> str:
    """Return the use label that *data* begins with."""
    value = decode(data, max_bytes=max_bytes, max_depth=max_depth)
    if not isinstance(value, list) or not value or not isinstance(value[0], str):
        raise ProtocolError("CBOR: no use label")
    return value[0]


def use(
    data: bytes, name: str, n_fields: int, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> list[Any]:
    """Decode ``[name, field…]`` and return the *n_fields* fields after the label; anything else raises ProtocolError."""
    value = decode(data, max_bytes=max_bytes, max_depth=max_depth)
    if not isinstance(value, list) or len(value) != n_fields + 1 or value[0] != name:
        raise ProtocolError(f"CBOR: not a {name}")
    return value[1:]


def record(
    data: bytes, name: str, kinds: Sequence[Kind], *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> list[Any]:
    """As `use`, and each field must be of its kind in *kinds* (a number means a byte string of that length)."""
    values = use(data, name, len(kinds), max_bytes=max_bytes, max_depth=max_depth)
    check(values, kinds)
    return values


def check(values: Sequence[Any], kinds: Sequence[Kind]) -> None:
    """Raise ProtocolError unless each of *values* is of its kind."""
    if len(values) != len(kinds):
        raise ProtocolError("CBOR: wrong number of fields")
    for value, kind in zip(values, kinds, strict=True):
        fits = (
            isinstance(value, bytes) and len(value) == kind
            if isinstance(kind, int)
            else isinstance(value, kind)
        )
        if not fits:
            raise ProtocolError("CBOR: a field of the wrong kind")
