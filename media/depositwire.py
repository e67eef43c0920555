"""What is said on a relay's path `/deposit` (docs/protocol.md §14): the owner of a deposit, and the page of whoever collects it.

The page is a stranger: it proves nothing but what follows from the link's key and the code together.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from struct import Struct

from media.wire import Kinds, Message, Refused, admission_text

PATH = "/deposit"
LEAVE, OWN = 32, 33
"""Purposes of an admission proof: the organisation leaves a deposit; its owner asks or takes it back."""
ID_BYTES = TOKEN_BYTES = 16
MAX_PIECE = 256 * 1024
MOST_WRONG = 5
COMING, THERE, SHUT, COLLECTED, EXPIRED = range(5)
"""How a deposit stands. SHUT: too many wrong codes. Of the last three the relay keeps no file."""


@dataclass(frozen=True)
class Leave(Message):
    """The owner begins, or goes on: *size* sealed bytes for *life_s* seconds; *single* 1: collected once."""

    KIND = 0x01
    HEAD = Struct("!16s32s32s32s64sQIB")
    id: bytes
    verifier: bytes
    owner_pk: bytes
    relay_pk: bytes
    proof: bytes
    size: int
    life_s: int
    single: int

    @property
    def rest(self) -> bytes:
        """What the proof signs beyond the id."""
        head = Struct("!QIB").pack(self.size, self.life_s, self.single)
        return hashlib.sha256(self.verifier + self.owner_pk + head).digest()


@dataclass(frozen=True)
class Put(Message):
    """The next sealed bytes, from *offset* on."""

    KIND = 0x02
    HEAD = Struct("!Q")
    LIMIT = MAX_PIECE
    offset: int
    piece: bytes


@dataclass(frozen=True)
class End(Message):
    """All bytes were sent: their SHA-256."""

    KIND = 0x03
    HEAD = Struct("!32s")
    digest: bytes


@dataclass(frozen=True)
class Ask(Message):
    """The owner asks how it stands (*drop* 0) or takes it back (1)."""

    KIND = 0x04
    HEAD = Struct("!16sB64s")
    id: bytes
    drop: int
    proof: bytes

    @property
    def rest(self) -> bytes:
        """What the proof signs beyond the id."""
        return bytes((self.drop,))


@dataclass(frozen=True)
class Try(Message):
    """The page: a proof of link and code, and the token of an earlier answer to go on with, else zeros."""

    KIND = 0x10
    HEAD = Struct("!16s32s16s")
    id: bytes
    proof: bytes
    token: bytes


@dataclass(frozen=True)
class Want(Message):
    """The page asks for sealed bytes, at most `MAX_PIECE`."""

    KIND = 0x11
    HEAD = Struct("!QI")
    offset: int
    length: int


@dataclass(frozen=True)
class Done(Message):
    """The page has opened and verified all of it."""

    KIND = 0x12


@dataclass(frozen=True)
class Here(Message):
    """So many bytes are on the relay's disk."""

    KIND = 0x41
    HEAD = Struct("!Q")
    size: int


@dataclass(frozen=True)
class Fine(Message):
    """Done, and on the disk."""

    KIND = 0x42


@dataclass(frozen=True)
class Stands(Message):
    """How it stands: *wrong* codes so far; when it was first *opened* and last *collected*, to the minute, 0 for never."""

    KIND = 0x43
    HEAD = Struct("!BBQQ")
    state: int
    wrong: int
    opened_s: int
    collected_s: int


@dataclass(frozen=True)
class Opened(Message):
    """The code is right: *size* sealed bytes; *token* goes on after a cut, within the hour."""

    KIND = 0x51
    HEAD = Struct("!16sQ")
    token: bytes
    size: int


@dataclass(frozen=True)
class Wrong(Message):
    """The code is wrong; so many tries are left."""

    KIND = 0x52
    HEAD = Struct("!B")
    left: int


@dataclass(frozen=True)
class Piece(Message):
    """Sealed bytes from *offset* on."""

    KIND = 0x53
    HEAD = Struct("!Q")
    LIMIT = MAX_PIECE
    offset: int
    data: bytes


UP: Kinds[Message] = Kinds(Leave, Put, End, Ask, Try, Want, Done)
"""What owner and page say."""
DOWN: Kinds[Message] = Kinds(Refused, Here, Fine, Stands, Opened, Wrong, Piece)
"""What the relay says after its greeting."""
decode_up, decode_down = UP.decode, DOWN.decode


def proof_text(purpose: int, nonce: bytes, cert_hash: bytes, message: Leave | Ask) -> bytes:
    """Build what the proof of a message signs."""
    return admission_text(purpose, nonce, cert_hash, message.id, message.rest)
