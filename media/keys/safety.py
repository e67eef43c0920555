"""The safety number of two people (docs/protocol.md §10): 60 digits that both read to each other once, or one scans from the other."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from media.errors import ProtocolError
from media.keys import cbor

if TYPE_CHECKING:
    from media.keys.sign import HybridPublic

ROUNDS = 5200
GROUP = 5
GROUPS = 6
TAG = 4
"""Bytes of a user id that a code carries: they tell a code for others from a false one, and prove nothing."""
_CODE = re.compile(r"CSL1:([0-9A-F]{8})([0-9A-F]{8}):([0-9]{30})([0-9]{30})")


@dataclass(frozen=True)
class Identity:
    """One of the two: organisation, user id and device key of the certificate that is compared."""

    org: bytes
    user: bytes
    public: HybridPublic


@dataclass(frozen=True)
class Side:
    """One of the two as a code names it: `tag` of the person (8 hexadecimal digits), `half` of the number (30 digits)."""

    tag: str
    half: str


def side(who: Identity) -> Side:
    """Return what a code says of *who*; takes some 20 ms, as the rounds are meant to."""
    keys = cbor.encode(["CSL1/safety", who.org, who.user, who.public.ed25519, who.public.mldsa])
    value = keys
    for _ in range(ROUNDS):
        value = hashlib.sha512(value + keys).digest()
    half = "".join(_group(value[GROUP * i : GROUP * (i + 1)]) for i in range(GROUPS))
    return Side(who.user[:TAG].hex().upper(), half)


def number(one: Identity, other: Identity) -> str:
    """Return the 12 groups of 5 digits, the same whoever asks."""
    return " ".join(groups(side(one), side(other)))


def groups(one: Side, other: Side) -> tuple[str, ...]:
    """Return the number of two sides that are known, group by group."""
    digits = "".join(sorted((one.half, other.half)))
    return tuple(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))


def code(shower: Side, reader: Side) -> str:
    """Return the text of the QR code on the screen of *shower*, for the camera of *reader*: it says who is which."""
    return f"CSL1:{shower.tag}{reader.tag}:{shower.half}{reader.half}"


def read_code(text: str) -> tuple[Side, Side]:
    """Return who shows a code and for whom; raise ProtocolError for any other text."""
    found = _CODE.fullmatch(text)
    if found is None:
        raise ProtocolError("not a code of a safety number")
    shower, reader, first, second = found.groups()
    return Side(shower, first), Side(reader, second)


def _group(piece: bytes) -> str:
    return f"{int.from_bytes(piece, 'big') % 10**GROUP:0{GROUP}}"
