"""The call code (docs/protocol.md §7): commit, reveal, then eight digits that all members read aloud."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from media.errors import TrustError
from media.keys import cbor
from media.keys.sign import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

RANDOM_BYTES = 16
DIGITS = 8


def random() -> bytes:
    """Return one member's secret contribution to one round, 16 bytes."""
    return os.urandom(RANDOM_BYTES)


def commitment(call: bytes, link_hash: bytes, m: bytes, r: bytes) -> bytes:
    """Return the commitment of member *m* to *r*, 32 bytes."""
    return digest(cbor.encode(["CSL1/code", call, link_hash, m, r]))


def reveal(committed: bytes, call: bytes, link_hash: bytes, m: bytes, r: bytes) -> None:
    """Raise TrustError("code-mismatch") unless *r* is what member *m* committed to."""
    if len(r) != RANDOM_BYTES or commitment(call, link_hash, m, r) != committed:
        raise TrustError("code-mismatch")


def digits(call: bytes, link_hash: bytes, revealed: Sequence[tuple[bytes, bytes]]) -> str:
    """Return the 8 digits of all (m, r) in order of slot."""
    whole = digest(cbor.encode(["CSL1/code-all", call, link_hash, [list(pair) for pair in revealed]]))
    return f"{int.from_bytes(whole, 'big') % 10**DIGITS:0{DIGITS}}"
