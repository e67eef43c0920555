"""Layouts of what passes between a device and its mailboxes at the relay (docs/protocol.md §12): bytes <-> dataclasses, as in `media.wire`.

Every request carries a number of the client's choice; answers carry it back, in any order.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from struct import Struct
from typing import ClassVar

from media import wire

BLOCK_BYTES = 8192
ID_BYTES = 16
MAX_CARD = 4096
MAX_PIECE = 256 * 1024
WORD_BYTES = 128
MAX_WORDS = 256
"""Words that are asked for at once."""
BLOB_SIZES = (64 << 10, 1 << 20, 8 << 20, 64 << 20)
"""What a blob may measure, by its size class; it is padded to one of them."""
ENTER, LISTEN, DROP, WRITE, PUBLISH, SAY, LATER, CANCEL = 5, 6, 7, 8, 9, 10, 11, 12
"""Purposes of proofs (`wire.admission_text`)."""
MAX_AHEAD_S = 7 * 86_400
"""How far ahead a block may be left for a later time."""
NOBODY = bytes(16)
"""In the place of a room or queue where a proof names none."""


def card_tag(owner_pk: bytes) -> bytes:
    """Return where the card of the device with that Ed25519 key lies, or the word of that key."""
    return hashlib.sha256(owner_pk).digest()[:ID_BYTES]


@dataclass(frozen=True)
class Request(wire.Message):
    """Parent of all that a client asks."""

    PURPOSE: ClassVar[int] = 0
    request: int


@dataclass(frozen=True)
class Answer(wire.Message):
    """Parent of all that the relay answers."""

    request: int


# --- up ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Enter(wire.Message):
    """First word of a connection for mailboxes: the organisation's relay key and its proof; zeros: a stranger."""

    KIND = 0x60
    HEAD = Struct("!32s64s")
    relay_pk: bytes = bytes(32)
    proof: bytes = bytes(64)


@dataclass(frozen=True)
class MakeQueue(Request):
    """Keep blocks under *queue* for whoever has the owner's key; *writer_pk* of zeros: a contact queue."""

    KIND = 0x62
    HEAD = Struct("!I16s32s32s")
    queue: bytes
    owner_pk: bytes
    writer_pk: bytes


@dataclass(frozen=True)
class DropQueue(Request):
    """Forget the queue and what is in it; proof by the owner."""

    KIND = 0x63
    HEAD = Struct("!I16s64s")
    PURPOSE = DROP
    queue: bytes
    proof: bytes


@dataclass(frozen=True)
class Listen(Request):
    """Hand me what lies there and what comes; proof by the owner."""

    KIND = 0x64
    HEAD = Struct("!I16s64s")
    PURPOSE = LISTEN
    queue: bytes
    proof: bytes


@dataclass(frozen=True)
class Acknowledge(Request):
    """I have that block; only on a connection that listens to the queue."""

    KIND = 0x65
    HEAD = Struct("!I16sQ")
    queue: bytes
    number: int


@dataclass(frozen=True)
class Send(Request):
    """Put a block there; proof by the writer over H(block), zeros for a contact queue."""

    KIND = 0x66
    HEAD = Struct(f"!I16s64s{BLOCK_BYTES}s")
    PURPOSE = WRITE
    queue: bytes
    proof: bytes
    block: bytes


@dataclass(frozen=True)
class Publish(Request):
    """Lay out the card of the device *owner_pk*; its proof covers number and H(card)."""

    KIND = 0x67
    HEAD = Struct("!I32sI64s")
    LIMIT = MAX_CARD
    PURPOSE = PUBLISH
    owner_pk: bytes
    number: int
    proof: bytes
    card: bytes

    @property
    def rest(self) -> bytes:
        """What the proof signs beyond the tag."""
        return publish_rest(self.number, self.card)


@dataclass(frozen=True)
class FetchCard(Request):
    """The card under a tag, please."""

    KIND = 0x68
    HEAD = Struct("!I16s")
    tag: bytes


@dataclass(frozen=True)
class BeginBlob(Request):
    """Make room for a blob, or go on with it; answered by the number of bytes that are there."""

    KIND = 0x69
    HEAD = Struct("!I16sBI32s")
    blob: bytes
    size_class: int
    life_s: int
    delete_hash: bytes


@dataclass(frozen=True)
class PutPiece(Request):
    """Bytes of a blob that was begun on this connection."""

    KIND = 0x6A
    HEAD = Struct("!I16sQ")
    LIMIT = MAX_PIECE
    blob: bytes
    offset: int
    piece: bytes


@dataclass(frozen=True)
class EndBlob(Request):
    """All of it is there; its SHA-256 is *digest*."""

    KIND = 0x6B
    HEAD = Struct("!I16s32s")
    blob: bytes
    digest: bytes


@dataclass(frozen=True)
class BlobSize(Request):
    """Tell how large a whole blob is."""

    KIND = 0x6C
    HEAD = Struct("!I16s")
    blob: bytes


@dataclass(frozen=True)
class GetPiece(Request):
    """Bytes of a whole blob."""

    KIND = 0x6D
    HEAD = Struct("!I16sQI")
    blob: bytes
    offset: int
    length: int


@dataclass(frozen=True)
class DropBlob(Request):
    """Forget a blob; H(delete_key) is what it was begun with."""

    KIND = 0x6E
    HEAD = Struct("!I16s32s")
    blob: bytes
    delete_key: bytes


@dataclass(frozen=True)
class SayWord(Request):
    """Keep *word* for a short time, in the place of the one before; the proof of *owner_pk* covers H(word)."""

    KIND = 0x6F
    HEAD = Struct(f"!I32s64s{WORD_BYTES}s")
    PURPOSE = SAY
    owner_pk: bytes
    proof: bytes
    word: bytes


@dataclass(frozen=True)
class ReadWords(Request):
    """The words under these tags, please."""

    KIND = 0x75
    HEAD = Struct("!I")
    LIMIT = MAX_WORDS
    ROW = Struct("!16s")
    tags: list[tuple[bytes]]


@dataclass(frozen=True)
class Later(Request):
    """Put a block there at *release_s* (Unix seconds), unless who has the other half of *cancel_pk* says no before.

    *place* is one random name for all blocks that are cancelled together. Proof by the writer, as for `Send`, over `rest`.
    """

    KIND = 0x77
    HEAD = Struct(f"!I16s16sQ32s64s{BLOCK_BYTES}s")
    PURPOSE = LATER
    place: bytes
    queue: bytes
    release_s: int
    cancel_pk: bytes
    proof: bytes
    block: bytes

    @property
    def rest(self) -> bytes:
        """What the proof signs beyond the queue."""
        return later_rest(self.place, self.release_s, self.cancel_pk, self.block)


@dataclass(frozen=True)
class Cancel(Request):
    """Forget what was left under *place*, and take nothing under it any more; proof by *cancel_pk*."""

    KIND = 0x78
    HEAD = Struct("!I16s32s64s")
    PURPOSE = CANCEL
    place: bytes
    cancel_pk: bytes
    proof: bytes


# --- down -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entered(wire.Message):
    """You may ask."""

    KIND = 0x61


@dataclass(frozen=True)
class Done(Answer):
    """Done, and on the disk."""

    KIND = 0x70
    HEAD = Struct("!I")


@dataclass(frozen=True)
class Not(Answer):
    """Not done; codes: docs/relay.md."""

    KIND = 0x71
    HEAD = Struct("!I")
    LIMIT = 32
    TEXT = True
    code: str


@dataclass(frozen=True)
class Number(Answer):
    """A number of bytes."""

    KIND = 0x72
    HEAD = Struct("!IQ")
    value: int


@dataclass(frozen=True)
class Bytes(Answer):
    """A card (none: empty), or bytes of a blob."""

    KIND = 0x73
    HEAD = Struct("!I")
    LIMIT = MAX_PIECE
    data: bytes


@dataclass(frozen=True)
class Words(Answer):
    """The words that are there, each behind the place of its tag in the request."""

    KIND = 0x76
    HEAD = Struct("!I")
    LIMIT = MAX_WORDS
    ROW = Struct(f"!B{WORD_BYTES}s")
    words: list[tuple[int, bytes]]


@dataclass(frozen=True)
class Delivery(wire.Message):
    """A block out of a queue that this connection listens to."""

    KIND = 0x74
    HEAD = Struct(f"!16sQ{BLOCK_BYTES}s")
    queue: bytes
    number: int
    block: bytes


REQUESTS: wire.Kinds[Request] = wire.Kinds(
    *(MakeQueue, DropQueue, Listen, Acknowledge, Send, Publish, FetchCard),
    *(BeginBlob, PutPiece, EndBlob, BlobSize, GetPiece, DropBlob),
    *(SayWord, ReadWords, Later, Cancel),
)
"""What a client asks that has entered."""
DOWN: wire.Kinds[wire.Message] = wire.Kinds(Entered, Done, Not, Number, Bytes, Words, Delivery, wire.Refused)
"""What the relay says on a connection for mailboxes."""
decode_request, decode_down = REQUESTS.decode, DOWN.decode


def block_digest(block: bytes) -> bytes:
    """Build what the proof of a block, or of a word, signs."""
    return hashlib.sha256(block).digest()


def later_rest(place: bytes, release_s: int, cancel_pk: bytes, block: bytes) -> bytes:
    """Build what the proof of a block for later signs beyond its queue."""
    return place + release_s.to_bytes(8, "big") + cancel_pk + block_digest(block)


def opens(delete_key: bytes, delete_hash: bytes) -> bool:
    """Tell whether a key is the one whose hash a blob was begun with."""
    return hmac.compare_digest(hashlib.sha256(delete_key).digest(), delete_hash)


def publish_rest(number: int, card: bytes) -> bytes:
    """Build what the proof of a card signs beyond its tag."""
    return number.to_bytes(4, "big") + hashlib.sha256(card).digest()
