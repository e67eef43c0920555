"""What is said about meetings that somebody calls (docs/protocol.md §11): the invitation, the room's key for hosts, who comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Self

from media.errors import ProtocolError
from media.keys import cbor
from media.keys.invite import SECRET_BYTES, TAG_BYTES
from media.keys.seal import KEY_BYTES
from media.keys.terms import MAX_DATES
from media.mail.types import RULES, Type

if TYPE_CHECKING:
    from collections.abc import Sequence

UID_BYTES = 16
MAX_SEQUENCE = 2**32 - 1


@dataclass(frozen=True)
class Convened:
    """A meeting as it stands in version `sequence`: what its link has, the signed invitation, the numbers of the dates `off`.

    `cancelled`: it does not take place, or without whoever reads this.
    """

    TYPE: ClassVar = Type.CONVENED
    LABEL: ClassVar = "CSL1/convened"
    uid: bytes
    sequence: int
    cancelled: bool
    tag: bytes
    secret: bytes = field(repr=False)
    invite: bytes = field(repr=False)
    off: tuple[int, ...] = ()

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        data = cbor.encode([self.LABEL, *self._fields()])
        self.parse(data)
        return data

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body; of the invitation nothing is judged."""
        return cls(*_read(cls.TYPE, data, cls.LABEL))

    def _fields(self) -> list[object]:
        return [
            self.uid,
            self.sequence,
            int(self.cancelled),
            self.tag,
            self.secret,
            self.invite,
            list(self.off),
        ]


@dataclass(frozen=True)
class Hosting(Convened):
    """The same, for its hosts only: with `inv_sk`, whose holder may open the room. Goes to devices whose key was compared."""

    TYPE: ClassVar = Type.HOSTING
    LABEL: ClassVar = "CSL1/hosting"
    inv_sk: bytes = field(default=b"", repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        return cls(*_read(cls.TYPE, data, cls.LABEL, KEY_BYTES))

    def _fields(self) -> list[object]:
        return [*super()._fields(), self.inv_sk]


class Coming(IntEnum):
    """What somebody answers to an invitation."""

    YES = 1
    NO = 2


@dataclass(frozen=True)
class Attending:
    """Whether the author comes to the meeting `uid`, as it stood in version `sequence`."""

    TYPE: ClassVar = Type.ATTENDING
    uid: bytes
    sequence: int
    answer: Coming

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/attending", self.uid, self.sequence, int(self.answer)])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        kinds = (UID_BYTES, int, int)
        uid, sequence, answer = cbor.record(data, "CSL1/attending", kinds, max_bytes=RULES[cls.TYPE].limit)
        if sequence > MAX_SEQUENCE or answer not in tuple(Coming):
            raise ProtocolError("not an answer to an invitation")
        return cls(uid, sequence, Coming(answer))


def _read(kind: Type, data: bytes, label: str, *more: int) -> Sequence[Any]:
    kinds: tuple[cbor.Kind, ...] = (UID_BYTES, int, int, TAG_BYTES, SECRET_BYTES, bytes, list, *more)
    found = cbor.record(data, label, kinds, max_bytes=RULES[kind].limit)
    _, sequence, cancelled, *_, off = found[:7]
    cbor.check(off, [int] * len(off))
    if sequence > MAX_SEQUENCE or cancelled > 1 or any(b <= a for a, b in pairwise(off)):
        raise ProtocolError("not a meeting that was called")
    if off and off[-1] >= MAX_DATES:
        raise ProtocolError("a date that no meeting has")
    return *found[:2], bool(cancelled), *found[3:6], tuple(off), *found[7:]
