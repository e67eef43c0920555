"""`keys.json`: the wrapped keys of a profile's files, as bytes and as dataclasses; no cryptography but a checksum.

The envelope `{"format", "sum", "body"}` holds for every format to come, so that damage is told from a newer version:
`sum` is SHA-256 over the format's decimal digits, a colon and the body's bytes as written.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

import msgspec

from storage.errors import Damaged, TooNew

FORMAT = 1
MAX_BYTES = 65_536
ALWAYS = {"vault", "audit"}
"""Files of every profile: an older one has no others yet, and gets them with its next keys."""

Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Short = Annotated[bytes, msgspec.Meta(max_length=32)]
Box = Annotated[bytes, msgspec.Meta(min_length=40, max_length=128)]
Wraps = dict[str, Annotated[list[Box], msgspec.Meta(min_length=1, max_length=2)]]


class Kdf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Argon2id (ops passes, mem KiB) over the password; the recovery code, being random, takes 0 and 0."""

    ops: Annotated[int, msgspec.Meta(ge=0)]
    mem_kib: Annotated[int, msgspec.Meta(ge=0)]
    salt: Id


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way in. Each wraps the key of every file; two wraps a file (old, new) while a change is under way.

    A slot from before a file was thought of does not wrap it.

    `keyring` is a hash of the keyring's half, empty when the slot needs none; `check` opens for the right secret only.
    """

    id: Id
    kind: Literal["password", "recovery"]
    kdf: Kdf
    keyring: Short
    check: Box
    wraps: Wraps


class KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole: the profile's id, the id of each file, and the slots (a hospital slot will be one more)."""

    profile: Id
    files: dict[str, Id]
    slots: Annotated[list[Slot], msgspec.Meta(min_length=1, max_length=16)]


class _Envelope(msgspec.Struct):
    format: int
    sum: str
    body: msgspec.Raw


def encode(keys: KeyFile) -> bytes:
    """Return *keys* as they are written to disk."""
    body = msgspec.json.encode(keys)
    return msgspec.json.encode(_Envelope(FORMAT, _sum(FORMAT, body), msgspec.Raw(body)))


def decode(data: bytes) -> KeyFile:
    """Read what `encode` wrote; raises Damaged and TooNew."""
    if len(data) > MAX_BYTES:
        raise Damaged("keys.json", "too large")
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
        body = bytes(envelope.body)
        if envelope.sum != _sum(envelope.format, body):
            raise Damaged("keys.json", "checksum")
        if envelope.format > FORMAT:
            raise TooNew("keys.json")
        keys = msgspec.json.decode(body, type=KeyFile)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Damaged("keys.json", "cannot be read") from error
    if envelope.format != FORMAT or not all(
        ALWAYS <= slot.wraps.keys() <= keys.files.keys() for slot in keys.slots
    ):
        raise Damaged("keys.json", "incomplete")
    return keys


def _sum(number: int, body: bytes) -> str:
    return hashlib.sha256(f"{number}:".encode() + body).hexdigest()
