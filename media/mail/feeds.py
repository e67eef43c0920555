"""What gateways, their followers and the organisation's issuer say in sealed messages (docs/protocol.md §11, §15, §16)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar, Self

from media.errors import ProtocolError
from media.keys import cbor
from media.keys.envelope import check_numbers
from media.mail import texts
from media.mail.bodies import HASH, ID, Patient, record, rows
from media.mail.types import Type

LIFE = 16
MAX_PACKED = 4096
MAX_UNITS = 256


@dataclass(frozen=True)
class Packed:
    """An HL7 message as the gateway got it: from whom (MSH-3 and MSH-4), MSH-10, when (Unix ms); `size` 0: `data` is not deflated."""

    sender: bytes
    control_id: bytes = field(repr=False)
    arrived_ms: int
    size: int
    data: bytes = field(repr=False)

    def row(self) -> list[object]:
        """Return the array that stands in a body."""
        return [self.sender, self.control_id, self.arrived_ms, self.size, self.data]


@dataclass(frozen=True)
class Place:
    """How far the feed of a care unit is: `life` parts it from one of the same unit that was lost; no number: nothing was said yet."""

    unit: str
    life: bytes
    number: int

    def row(self) -> list[object]:
        """Return the array that stands in a body."""
        return [texts.check_line(self.unit), self.life, self.number]


def _packed(value: list[Any]) -> tuple[Packed, ...]:
    found = tuple(Packed(*row) for row in rows(value, MAX_PACKED, (bytes, bytes, int, int, bytes)))
    check_numbers(*(number for one in found for number in (one.arrived_ms, one.size)))
    return found


def _places(value: list[Any]) -> tuple[Place, ...]:
    found = rows(value, MAX_UNITS, (str, LIFE, int))
    check_numbers(*(number for _, _, number in found))
    return tuple(Place(texts.check_line(unit), life, number) for unit, life, number in found)


@dataclass(frozen=True)
class Batch:
    """The messages of a feed after number `after` up to that of `place`, in the order in which they came."""

    TYPE: ClassVar = Type.BATCH
    place: Place
    after: int
    messages: tuple[Packed, ...]

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/batch", self.place.row(), self.after, [one.row() for one in self.messages]])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        place, after, messages = record(data, cls.TYPE, "CSL1/batch", (list, int, list))
        (found,) = _places([place])
        if after >= found.number:
            raise ProtocolError("not a batch of a feed")
        return cls(found, after, _packed(messages))


@dataclass(frozen=True)
class Alive:
    """The gateway's word to one device, every 5 minutes at least: what it follows, and how far it was served."""

    TYPE: ClassVar = Type.ALIVE
    places: tuple[Place, ...]

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/alive", [one.row() for one in self.places]])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        (value,) = record(data, cls.TYPE, "CSL1/alive", (list,))
        return cls(_places(value))


@dataclass(frozen=True)
class Follow:
    """The author's device follows these care units from now on, and no other; without any, those that the rules give it.

    `has`: how far it has their feeds without a gap. `again`: what is missing is to be said once more.
    """

    TYPE: ClassVar = Type.FOLLOW
    units: tuple[str, ...]
    has: tuple[Place, ...] = ()
    again: bool = False

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        has = [one.row() for one in self.has]
        data = cbor.encode(["CSL1/follow", list(self.units), has, int(self.again)])
        self.parse(data)
        return data

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        units, has, again = record(data, cls.TYPE, "CSL1/follow", (list, list, int))
        if len(units) > MAX_UNITS or again > 1:
            raise ProtocolError("too many care units")
        cbor.check(units, [str] * len(units))
        return cls(tuple(map(texts.check_line, units)), _places(has), bool(again))


@dataclass(frozen=True)
class Snapshot:
    """A piece of what the gateway has of the patients in `place.unit`; with the last one the feed goes on from `place`."""

    TYPE: ClassVar = Type.SNAPSHOT
    place: Place
    last: bool
    messages: tuple[Packed, ...]

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        fields = [self.place.row(), int(self.last), [one.row() for one in self.messages]]
        return cbor.encode(["CSL1/snapshot", *fields])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        place, last, messages = record(data, cls.TYPE, "CSL1/snapshot", (list, int, list))
        if last > 1:
            raise ProtocolError("not a piece of a snapshot")
        (found,) = _places([place])
        return cls(found, bool(last), _packed(messages))


@dataclass(frozen=True)
class Outgoing:
    """A document for the hospital's record; its message's msg_id is what the acknowledgement names. `kind` is its LOINC or local type.

    `text`: the same in plain words, or "".
    """

    TYPE: ClassVar = Type.OUTGOING
    kind: str
    title: str = field(repr=False)
    media: str
    patient: Patient
    data: bytes = field(repr=False)
    text: str = field(default="", repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        told = [texts.check_line(self.kind), texts.check_line(self.title), texts.check_line(self.media)]
        plain = texts.check_text(self.text, empty=True)
        return cbor.encode(["CSL1/outgoing", *told, self.patient.row(), self.data, plain])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        kinds = (str, str, str, list, bytes, str)
        kind, title, media, row, inner, plain = record(data, cls.TYPE, "CSL1/outgoing", kinds)
        patient = Patient.of_row(row)
        if patient is None:
            raise ProtocolError("a document of nobody")
        for line in (kind, title, media):
            texts.check_line(line)
        return cls(kind, title, media, patient, inner, texts.check_text(plain, empty=True))


class Stage(IntEnum):
    """How far an outgoing document came."""

    QUEUED = 1
    SENT = 2
    ACCEPTED = 3
    REFUSED = 4


@dataclass(frozen=True)
class OutgoingAck:
    """What became of the outgoing document of the message `about`; `code` says why it was refused."""

    TYPE: ClassVar = Type.OUTGOING_ACK
    about: bytes
    stage: Stage
    code: str = ""

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        code = texts.check_line(self.code, empty=True)
        return cbor.encode(["CSL1/outgoing-ack", self.about, int(self.stage), code])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        about, stage, code = record(data, cls.TYPE, "CSL1/outgoing-ack", (ID, int, str))
        if stage not in tuple(Stage):
            raise ProtocolError("not a stage of a document")
        return cls(about, Stage(stage), texts.check_line(code, empty=True))


@dataclass(frozen=True)
class Request:
    """A certificate request to the issuer, as media.keys.certs reads it."""

    TYPE: ClassVar = Type.REQUEST
    data: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/asked", self.data])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        return cls(*record(data, cls.TYPE, "CSL1/asked", (bytes,)))


@dataclass(frozen=True)
class Answered:
    """The issuer's answer to the request with this hash; `code` is empty where `data` is a certificate or an enrolment."""

    TYPE: ClassVar = Type.ANSWER
    about: bytes
    code: str
    data: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        code = texts.check_line(self.code, empty=True)
        return cbor.encode(["CSL1/answered", self.about, code, self.data])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        about, code, inner = record(data, cls.TYPE, "CSL1/answered", (HASH, str, bytes))
        return cls(about, texts.check_line(code, empty=True), inner)


@dataclass(frozen=True)
class Differed:
    """What the author tells the issuer: the safety numbers compared with this *user* were not the same."""

    TYPE: ClassVar = Type.DIFFERED
    user: bytes

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/differed", self.user])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        return cls(*record(data, cls.TYPE, "CSL1/differed", (ID,)))
