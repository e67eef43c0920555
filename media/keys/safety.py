"""The safety number of two people (docs/protocol.md §10): 60 digits that both read to each other once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from media.keys import cbor

if TYPE_CHECKING:
    from media.keys.sign import HybridPublic

ROUNDS = 5200
GROUP = 5
GROUPS = 6


@dataclass(frozen=True)
class Identity:
    """One of the two: organisation, user id and device key of the certificate that is compared."""

    org: bytes
    user: bytes
    public: HybridPublic


def number(one: Identity, other: Identity) -> str:
    """Return the 12 groups of 5 digits, the same whoever asks."""
    return " ".join(sorted((_half(one), _half(other))))


def _half(who: Identity) -> str:
    keys = cbor.encode(["CSL1/safety", who.org, who.user, who.public.ed25519, who.public.mldsa])
    value = keys
    for _ in range(ROUNDS):
        value = hashlib.sha512(value + keys).digest()
    return " ".join(_group(value[5 * i : 5 * i + 5]) for i in range(GROUPS))


def _group(piece: bytes) -> str:
    return f"{int.from_bytes(piece, 'big') % 10**GROUP:0{GROUP}}"
