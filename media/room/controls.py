"""What members say in a call (docs/protocol.md §5-§7): payloads of stream 0, and letters sealed to one member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

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
    pair_of,
    rows_of,
)

MAX_ASKED = 8
MAX_LINKS_ASKED = 64
FRAME, LETTER, DOOR = 0, 1, 2
"""First byte of a control message on the wire."""
KEY, ASK, GIVE, PEN = range(4)
LETTERS = ("CSL1/key", "CSL1/ask", "CSL1/give", "CSL1/pen")


@dataclass(frozen=True)
class News:
    """A link as it is broadcast, with the join objects of those it adds, in the order of its ops."""

    label: ClassVar[str] = "CSL1/news"
    link: bytes
    joins: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Return the payload."""
        return cbor.encode([self.label, self.link, list(self.joins)])

    @classmethod
    def decode(cls, data: bytes) -> News:
        """Decode a payload."""
        link, joins = cbor.record(data, cls.label, (bytes, list))
        return cls(link, tuple(rows_of(joins, MAX_ADDS, kind_of(bytes))))


@dataclass(frozen=True)
class Beat:
    """A heartbeat: where I stand, whom I heard, what I sent."""

    label: ClassVar[str] = "CSL1/beat"
    n: int
    link_hash: bytes
    counter: int
    heard: tuple[tuple[int, int], ...]
    sent: tuple[tuple[int, int], ...]
    state: int

    def encode(self) -> bytes:
        """Return the payload."""
        heard, sent = [list(row) for row in self.heard], [list(row) for row in self.sent]
        return cbor.encode([self.label, self.n, self.link_hash, self.counter, heard, sent, self.state])

    @classmethod
    def decode(cls, data: bytes) -> Beat:
        """Decode a payload."""
        n, link_hash, counter, heard, sent, state = cbor.record(
            data, cls.label, (int, HASH, int, list, list, int)
        )
        rows = rows_of(heard, MAX_MEMBERS, pair_of), rows_of(sent, MAX_STREAMS, pair_of)
        return cls(n, link_hash, counter, tuple(rows[0]), tuple(rows[1]), state)


@dataclass(frozen=True)
class Ack:
    """I stand at link n and hold the keys of these slots."""

    label: ClassVar[str] = "CSL1/ack"
    n: int
    link_hash: bytes
    slots: tuple[int, ...]

    def encode(self) -> bytes:
        """Return the payload."""
        return cbor.encode([self.label, self.n, self.link_hash, list(self.slots)])

    @classmethod
    def decode(cls, data: bytes) -> Ack:
        """Decode a payload."""
        n, link_hash, slots = cbor.record(data, cls.label, (int, HASH, list))
        return cls(n, link_hash, tuple(rows_of(slots, MAX_MEMBERS, kind_of(int))))


@dataclass(frozen=True)
class Chat:
    """A line to all, up to 4,000 characters."""

    label: ClassVar[str] = "CSL1/chat"
    text: str

    def encode(self) -> bytes:
        """Return the payload."""
        return cbor.encode([self.label, self.text])

    @classmethod
    def decode(cls, data: bytes) -> Chat:
        """Decode a payload."""
        (text,) = cbor.record(data, cls.label, (str,))
        if not 0 < len(text) <= MAX_CHAT:
            raise ProtocolError("a chat line has 1 to 4,000 characters")
        return cls(text)


@dataclass(frozen=True)
class Commit:
    """My commitment in a round of the call code."""

    label: ClassVar[str] = "CSL1/code-commit"
    n: int
    link_hash: bytes
    round: int
    commitment: bytes

    def encode(self) -> bytes:
        """Return the payload."""
        return cbor.encode([self.label, self.n, self.link_hash, self.round, self.commitment])

    @classmethod
    def decode(cls, data: bytes) -> Commit:
        """Decode a payload."""
        return cls(*cbor.record(data, cls.label, (int, HASH, int, HASH)))


@dataclass(frozen=True)
class Reveal:
    """What I committed to."""

    label: ClassVar[str] = "CSL1/code-reveal"
    n: int
    link_hash: bytes
    round: int
    r: bytes

    def encode(self) -> bytes:
        """Return the payload."""
        return cbor.encode([self.label, self.n, self.link_hash, self.round, self.r])

    @classmethod
    def decode(cls, data: bytes) -> Reveal:
        """Decode a payload."""
        return cls(*cbor.record(data, cls.label, (int, HASH, int, NONCE)))


@dataclass(frozen=True)
class Leave:
    """I go."""

    label: ClassVar[str] = "CSL1/leave"

    def encode(self) -> bytes:
        """Return the payload."""
        return cbor.encode([self.label])

    @classmethod
    def decode(cls, data: bytes) -> Leave:
        """Decode a payload."""
        cbor.record(data, cls.label, ())
        return cls()


Control = News | Beat | Ack | Chat | Commit | Reveal | Leave
_CONTROLS: dict[str, Any] = {kind.label: kind for kind in (News, Beat, Ack, Chat, Commit, Reveal, Leave)}


def decode(payload: bytes) -> Control:
    """Decode any payload of stream 0; raises ProtocolError."""
    kind = _CONTROLS.get(cbor.label(payload))
    if kind is None:
        raise ProtocolError("an unknown control message")
    control: Control = kind.decode(payload)
    return control


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
