"""What members say in a call (docs/protocol.md §5-§7): payloads of stream 0, and letters sealed to one member."""

from __future__ import annotations

from dataclasses import dataclass, fields
from struct import Struct
from typing import TYPE_CHECKING, Any, ClassVar, Self

from media.errors import ProtocolError, TrustError
from media.keys import cbor, seal, sign
from media.room.messages import (
    HASH,
    MAX_ADDS,
    MAX_CHAT,
    MAX_MEMBERS,
    MAX_RETIRED,
    MAX_STREAMS,
    NONCE,
    SIG,
    digest,
    kind_of,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_ASKED = 8
FRAME, LETTER, DOOR = 0, 1, 2
"""First byte of a control message on the wire."""
KEY, ASK, GIVE, PEN = range(4)
LETTERS = ("CSL1/key", "CSL1/ask", "CSL1/give", "CSL1/pen")


@dataclass(frozen=True)
class Control:
    """A payload of stream 0: a use label, then the fields of the class, each of its kind in `KINDS`."""

    LABEL: ClassVar[str]
    KINDS: ClassVar[tuple[cbor.Kind, ...]] = ()

    def encode(self) -> bytes:
        """Return the payload."""
        return cbor.encode([self.LABEL, *(getattr(self, one.name) for one in fields(self))])

    @classmethod
    def of(cls, values: list[Any]) -> Self:
        """Return the message of decoded fields; raises ProtocolError."""
        cbor.check(values, cls.KINDS)
        return cls(*values)


@dataclass(frozen=True)
class News(Control):
    """A link as it is broadcast, with the join objects of those it adds, in the order of its ops."""

    LABEL = "CSL1/news"
    KINDS = (bytes, list)
    link: bytes
    joins: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, values: list[Any]) -> Self:
        """Return the message of decoded fields; at most 24 newcomers."""
        cbor.check(values, cls.KINDS)
        return cls(values[0], tuple(rows_of(values[1], MAX_ADDS, kind_of(bytes))))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Decode a payload that is known to be one of these."""
        return cls.of(cbor.use(data, cls.LABEL, len(cls.KINDS)))


HEARD, SENT = Struct("!HI"), Struct("!BI")
"""Rows of a beat: slot and counter; stream and frame."""


@dataclass(frozen=True)
class Beat(Control):
    """A heartbeat: where I stand, whom I heard, what I sent. `heard` and `sent` are packed rows."""

    LABEL = "CSL1/beat"
    KINDS = (int, HASH, int, bytes, bytes, int)
    n: int
    link_hash: bytes
    counter: int
    heard: bytes
    sent: bytes
    state: int

    @classmethod
    def of(cls, values: list[Any]) -> Self:
        """Return the message of decoded fields; whole rows, at most one a member and one a stream."""
        beat = super().of(values)
        for rows, row, most in ((beat.heard, HEARD, MAX_MEMBERS), (beat.sent, SENT, MAX_STREAMS)):
            if len(rows) % row.size or len(rows) > most * row.size:
                raise ProtocolError("a beat's rows are cut or too many")
        return beat

    def echo(self, slot: int) -> int:
        """Return the last counter of *slot* that the sender heard, 0 for none."""
        return next((counter for heard, counter in HEARD.iter_unpack(self.heard) if heard == slot), 0)

    def frames(self) -> list[tuple[int, int]]:
        """Return (stream, last frame) of what the sender sent."""
        return list(SENT.iter_unpack(self.sent))


def pack_rows(row: Struct, rows: Iterable[tuple[int, int]]) -> bytes:
    """Return the packed rows of a beat."""
    return b"".join(row.pack(key, value & 0xFFFFFFFF) for key, value in rows)


@dataclass(frozen=True)
class Ack(Control):
    """I stand at link n and hold the keys of these slots."""

    LABEL = "CSL1/ack"
    KINDS = (int, HASH, list)
    n: int
    link_hash: bytes
    slots: tuple[int, ...]

    @classmethod
    def of(cls, values: list[Any]) -> Self:
        """Return the message of decoded fields."""
        cbor.check(values, cls.KINDS)
        return cls(values[0], values[1], tuple(rows_of(values[2], MAX_MEMBERS, kind_of(int))))


@dataclass(frozen=True)
class Chat(Control):
    """A line to all, 1 to 4,000 characters."""

    LABEL = "CSL1/chat"
    KINDS = (str,)
    text: str

    @classmethod
    def of(cls, values: list[Any]) -> Self:
        """Return the message of decoded fields."""
        chat = super().of(values)
        if not 0 < len(chat.text) <= MAX_CHAT:
            raise ProtocolError("a chat line has 1 to 4,000 characters")
        return chat


MOST = 0xFFFF
"""A coordinate at the far side of a picture."""


@dataclass(frozen=True)
class Point(Control):
    """I point at a place of the picture that slot `sharer` shares: `x` from its left, `y` from its top, `MOST` = its whole side."""

    LABEL = "CSL1/point"
    KINDS = (int, int, int)
    sharer: int
    x: int
    y: int

    @classmethod
    def of(cls, values: list[Any]) -> Self:
        """Return the message of decoded fields: a slot, and a place within the picture."""
        point = super().of(values)
        if point.sharer >= MOST or max(point.x, point.y) > MOST:
            raise ProtocolError("a pointer outside of every picture")
        return point


@dataclass(frozen=True)
class Commit(Control):
    """My commitment in a round of the call code."""

    LABEL = "CSL1/code-commit"
    KINDS = (int, HASH, int, HASH)
    n: int
    link_hash: bytes
    round: int
    commitment: bytes


@dataclass(frozen=True)
class Reveal(Control):
    """What I committed to."""

    LABEL = "CSL1/code-reveal"
    KINDS = (int, HASH, int, NONCE)
    n: int
    link_hash: bytes
    round: int
    r: bytes


@dataclass(frozen=True)
class Mute(Control):
    """The host asks these slots, all others where empty, to switch their microphones off."""

    LABEL = "CSL1/mute"
    KINDS = (list,)
    slots: tuple[int, ...] = ()

    @classmethod
    def of(cls, values: list[Any]) -> Self:
        """Return the message of decoded fields."""
        cbor.check(values, cls.KINDS)
        return cls(tuple(rows_of(values[0], MAX_MEMBERS, kind_of(int))))


@dataclass(frozen=True)
class Floor(Control):
    """The host gives the floor: the hand of *slot* that went up as number *turn* is down."""

    LABEL = "CSL1/floor"
    KINDS = (int, int)
    slot: int
    turn: int


@dataclass(frozen=True)
class Leave(Control):
    """I go."""

    LABEL = "CSL1/leave"


_CONTROLS: dict[str, type[Control]] = {
    kind.LABEL: kind for kind in (News, Beat, Ack, Chat, Point, Commit, Reveal, Mute, Floor, Leave)
}


def decode(payload: bytes) -> Control:
    """Decode any payload of stream 0; raises ProtocolError."""
    value = cbor.decode(payload)
    label = value[0] if isinstance(value, list) and value else None
    if not isinstance(label, str) or label not in _CONTROLS:
        raise ProtocolError("an unknown control message")
    return _CONTROLS[label].of(value[1:])


@dataclass(frozen=True)
class Ask:
    """Please send again: links from `first_link` on (0 = none), your key, certificates by hash."""

    first_link: int = 0
    key: bool = False
    certificates: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Return the text of a letter."""
        return cbor.encode([LETTERS[ASK], self.first_link, int(self.key), list(self.certificates)])

    @classmethod
    def decode(cls, data: bytes) -> Ask:
        """Decode an opened letter."""
        first, key, hashes = cbor.record(data, LETTERS[ASK], (int, int, list))
        return cls(first, bool(key), tuple(rows_of(hashes, MAX_ASKED, kind_of(HASH))))


@dataclass(frozen=True)
class Give:
    """What was asked for: certificates, or one link as it was broadcast (`News`, encoded) and not more than that."""

    certificates: tuple[bytes, ...] = ()
    news: bytes = b""

    def encode(self) -> bytes:
        """Return the text of a letter."""
        return cbor.encode([LETTERS[GIVE], list(self.certificates), self.news])

    @classmethod
    def decode(cls, data: bytes) -> Give:
        """Decode an opened letter."""
        certificates, news = cbor.record(data, LETTERS[GIVE], (list, bytes))
        return cls(tuple(rows_of(certificates, MAX_ASKED, kind_of(bytes))), news)


@dataclass(frozen=True)
class Pen:
    """What the next host needs: the relay's admin seed and the retired `cs_pk` hashes."""

    admin_seed: bytes
    retired: tuple[bytes, ...]

    def encode(self) -> bytes:
        """Return the text of a letter."""
        return cbor.encode([LETTERS[PEN], self.admin_seed, list(self.retired)])

    @classmethod
    def decode(cls, data: bytes) -> Pen:
        """Decode an opened letter."""
        seed, retired = cbor.record(data, LETTERS[PEN], (32, list))
        return cls(seed, tuple(rows_of(retired, MAX_RETIRED, kind_of(HASH))))


def seal_letter(signer: sign.Signer, kx_pk: bytes, info: list[object], text: bytes) -> bytes:
    """Seal *text* ‖ Sig over ``info ‖ H(text)``; *info* begins with the letter's use and names call, sender, recipient."""
    return seal.seal(kx_pk, info, text + signer.sign(cbor.encode([*info, digest(text)])))


def open_letter(kx: seal.XWing, cs_pk: bytes, info: list[object], data: bytes) -> bytes:
    """Return the text of a letter; raises TrustError when it is not by *cs_pk*, not for this *info* or not for us."""
    opened = kx.open(info, data)
    text, signature = opened[:-SIG], opened[-SIG:]
    if len(opened) < SIG:
        raise TrustError("signature", "a letter is cut short")
    sign.verify(cs_pk, cbor.encode([*info, digest(text)]), signature)
    return text
