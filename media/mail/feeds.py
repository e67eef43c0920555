"""What gateways, their followers and the organisation's issuer say in sealed messages (docs/protocol.md §11, §15, §16)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar, Self

from media.errors import ProtocolError
from media.keys import cbor
from media.mail import texts
from media.mail.bodies import HASH, ID, Patient, record, rows
from media.mail.types import Type

MAX_RAW = 10_000
MAX_UNITS = 256
MAX_CHAINS = 1024


@dataclass(frozen=True)
class Raw:
    """A message as the gateway got it: its number there, from whom, when (Unix ms), its bytes."""

    seq: int
    sender: str
    arrived_ms: int
    data: bytes = field(repr=False)

    def row(self) -> list[object]:
        """Return the array that stands in a body."""
        return [self.seq, self.sender, self.arrived_ms, self.data]


def _raw(value: list[Any]) -> tuple[Raw, ...]:
    return tuple(Raw(*row) for row in rows(value, MAX_RAW, (int, str, int, bytes)))


@dataclass(frozen=True)
class Batch:
    """Messages of the feed, in the order in which the gateway numbered them."""

    TYPE: ClassVar = Type.BATCH
    messages: tuple[Raw, ...]

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/batch", [one.row() for one in self.messages]])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        (messages,) = record(data, cls.TYPE, "CSL1/batch", (list,))
        return cls(_raw(messages))


@dataclass(frozen=True)
class Alive:
    """The gateway's word, every 5 minutes, to one device: `last` has for each of its chains (16 bytes) the last seq said."""

    TYPE: ClassVar = Type.ALIVE
    last: tuple[tuple[bytes, int], ...]

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/alive", [list(row) for row in self.last]])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        (value,) = record(data, cls.TYPE, "CSL1/alive", (list,))
        return cls(tuple((chain, seq) for chain, seq in rows(value, MAX_CHAINS, (ID, int))))


@dataclass(frozen=True)
class Follow:
    """The author's device follows these care units from now on, and no other."""

    TYPE: ClassVar = Type.FOLLOW
    units: tuple[str, ...]

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        data = cbor.encode(["CSL1/follow", list(self.units)])
        self.parse(data)
        return data

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        (units,) = record(data, cls.TYPE, "CSL1/follow", (list,))
        cbor.check(units, [str] * len(units))
        if len(units) > MAX_UNITS:
            raise ProtocolError("too many care units")
        return cls(tuple(map(texts.check_line, units)))


@dataclass(frozen=True)
class Snapshot:
    """Piece `number` (from 0) of what was said before of the patients in `unit`."""

    TYPE: ClassVar = Type.SNAPSHOT
    unit: str
    number: int
    last: bool
    messages: tuple[Raw, ...]

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        fields = [texts.check_line(self.unit), self.number, int(self.last)]
        return cbor.encode(["CSL1/snapshot", *fields, [one.row() for one in self.messages]])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        unit, number, last, messages = record(data, cls.TYPE, "CSL1/snapshot", (str, int, int, list))
        if last > 1:
            raise ProtocolError("not a piece of a snapshot")
        return cls(texts.check_line(unit), number, bool(last), _raw(messages))


@dataclass(frozen=True)
class Outgoing:
    """A document for the hospital's record; its message's msg_id is what the acknowledgement names. `kind` is its LOINC or local type."""

    TYPE: ClassVar = Type.OUTGOING
    kind: str
    title: str = field(repr=False)
    media: str
    patient: Patient
    data: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        told = [texts.check_line(self.kind), texts.check_line(self.title), texts.check_line(self.media)]
        return cbor.encode(["CSL1/outgoing", *told, self.patient.row(), self.data])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        kind, title, media, row, inner = record(data, cls.TYPE, "CSL1/outgoing", (str, str, str, list, bytes))
        patient = Patient.of_row(row)
        if patient is None:
            raise ProtocolError("a document of nobody")
        for line in (kind, title, media):
            texts.check_line(line)
        return cls(kind, title, media, patient, inner)


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
