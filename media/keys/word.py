"""Words of presence (docs/protocol.md §17): how somebody can be reached now, signed and sealed for whoever was given the key.

Number and signature are inside: who carries a word can show an old one, and a reader cannot write in the owner's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from media.errors import ProtocolError
from media.keys import cbor, seal, sign

if TYPE_CHECKING:
    from media.keys.sign import Signer

WORD = "CSL1/word"
WORD_BYTES = 128
NUMBER_BYTES, PAD_BYTES = 8, 15
MAX_NUMBER = 2**48 - 1
FRESH_MS = 150_000
SKEW_MS = 120_000
"""How far the clocks of two desks may differ; what is from further ahead says nothing."""


class Here(IntEnum):
    """What people share of their presence."""

    GONE = 0
    ONLINE = 1
    AWAY = 2
    RCP = 3


@dataclass(frozen=True)
class Word:
    """`number`: when it was said, in Unix ms by its author's clock, above every number said before."""

    number: int
    here: Here

    def fresh(self, first_ms: int, now_ms: int) -> bool:
        """Tell whether it counts still at a desk that saw it first at *first_ms*."""
        said = -SKEW_MS <= now_ms - self.number < FRESH_MS
        return said and 0 <= now_ms - first_ms < FRESH_MS


def seal_word(word: Word, signer: Signer, key: bytes) -> bytes:
    """Return the 128 bytes for the relay."""
    head = word.number.to_bytes(NUMBER_BYTES, "big") + bytes((word.here,)) + bytes(PAD_BYTES)
    return seal.box(key, head + signer.sign(_text(signer.public, head)), _text(signer.public, b""))


def open_word(data: bytes, writer_pk: bytes, key: bytes) -> Word:
    """Return what the owner of *writer_pk* says; raises TrustError, ProtocolError."""
    plain = seal.unbox(key, data, _text(writer_pk, b""))
    head, signature = plain[: -sign.ED25519_SIGNATURE], plain[-sign.ED25519_SIGNATURE :]
    sign.verify(writer_pk, _text(writer_pk, head), signature)
    number = int.from_bytes(head[:NUMBER_BYTES], "big")
    if len(data) != WORD_BYTES or number > MAX_NUMBER or any(head[NUMBER_BYTES + 1 :]):
        raise ProtocolError("not a word")
    try:
        return Word(number, Here(head[NUMBER_BYTES]))
    except ValueError as error:
        raise ProtocolError("not a presence") from error


def _text(writer_pk: bytes, head: bytes) -> bytes:
    return cbor.encode([WORD, writer_pk, head])
