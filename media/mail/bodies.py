"""What people say to each other in sealed messages (docs/protocol.md §11): a dataclass a type, bytes <-> values.

`encode` raises ProtocolError for what may not be sent; `parse` takes bytes of others and raises it for anything but the one encoding
within the limits. `media.mail.desks` has what desks say by themselves, `media.mail.feeds` what gateways do, `media.mail.say` finds the
class of a type.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import Any, ClassVar, Self

from media.errors import ProtocolError
from media.keys import cbor, files
from media.keys.certs import shown_text
from media.keys.envelope import check_numbers
from media.keys.seal import PUBLIC_BYTES
from media.mail import texts
from media.mail.types import RULES, Type

ID, HASH, KEY = 16, 32, 32
MAX_FILES = 32
MAX_FILE = 2 * 1024**3
MAX_RECEIPTS = 256
MAX_TEAM = 65
MAX_SECONDS = 2**32 - 1
MAX_OPEN_S, MAX_SHOWN_S = 86_400, 300
_MEDIA = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}")


def record(data: bytes, kind: Type, label: str, kinds: tuple[cbor.Kind, ...]) -> list[Any]:
    """Decode the body of a type within its limit."""
    return cbor.record(data, label, kinds, max_bytes=RULES[kind].limit)


def rows(value: list[Any], most: int, kinds: tuple[cbor.Kind, ...]) -> list[list[Any]]:
    """Check a bounded array of arrays, each with fields of *kinds*."""
    if len(value) > most or not all(isinstance(row, list) for row in value):
        raise ProtocolError("an array that is too long, or of something else")
    for row in value:
        cbor.check(row, kinds)
    return value


def ids(value: list[Any], least: int, most: int) -> tuple[bytes, ...]:
    """Check a bounded array of different ids in rising order."""
    cbor.check(value, [ID] * len(value))
    if not least <= len(value) <= most or any(one >= other for one, other in pairwise(value)):
        raise ProtocolError("ids that are too many, or not in order")
    return tuple(value)


@dataclass(frozen=True)
class Patient:
    """Whom it is about: the hospital's number, and what the sender saw of the identity."""

    authority: str
    ipp: str = field(repr=False)
    label: str = field(repr=False)

    def row(self) -> list[object]:
        """Return the array that stands in a body."""
        texts.check_line(self.authority)
        texts.check_line(self.ipp)
        return [self.authority, self.ipp, texts.check_line(self.label, empty=True)]

    @classmethod
    def of_row(cls, row: list[Any]) -> Patient | None:
        """Read an array; an empty one is nobody."""
        if not row:
            return None
        cbor.check(row, (str, str, str))
        patient = cls(*row)
        patient.row()
        return patient


def _patient(patient: Patient | None) -> list[object]:
    return patient.row() if patient else []


@dataclass(frozen=True)
class Attachment:
    """A file of a message: `size` bytes of plaintext, sealed under `key`, in blobs `blobs` of the sizes that `files.parts` says.

    `digest` is H of the sealed bytes. An ephemeral document has no key here, but `open_within_s` and `shown_for_s`.
    """

    name: str = field(repr=False)
    kind: str
    size: int
    key: bytes = field(repr=False)
    digest: bytes
    blobs: tuple[bytes, ...]
    open_within_s: int = 0
    shown_for_s: int = 0

    def row(self) -> list[object]:
        """Return the array that stands in a body; raises ProtocolError for a name or size that may not be sent."""
        texts.check_name(self.name)
        self._check()
        fields = [
            self.size,
            self.key,
            self.digest,
            b"".join(self.blobs),
            self.open_within_s,
            self.shown_for_s,
        ]
        return [self.name, self.kind, *fields]

    @classmethod
    def of_row(cls, row: list[Any]) -> Attachment:
        """Read an array; the name becomes a safe one (`texts.safe_name`)."""
        cbor.check(row, (str, str, int, bytes, HASH, bytes, int, int))
        name, kind, size, key, digest, packed, within, shown = row
        if len(packed) % ID:
            raise ProtocolError("ids of blobs that are cut")
        blobs = tuple(packed[at : at + ID] for at in range(0, len(packed), ID))
        found = cls(texts.safe_name(name), kind, size, key, digest, blobs, within, shown)
        found._check()
        return found

    def _check(self) -> None:
        if self.size > MAX_FILE or len(self.blobs) != len(files.parts(self.size)):
            raise ProtocolError("a file of another size than its blobs")
        if not _MEDIA.fullmatch(self.kind):
            raise ProtocolError("not a media type")
        once = bool(self.shown_for_s)
        if once != bool(self.open_within_s) or len(self.key) != (0 if once else KEY):
            raise ProtocolError("a file has a key, or is shown once")
        if self.open_within_s > MAX_OPEN_S or self.shown_for_s > MAX_SHOWN_S:
            raise ProtocolError("a document that stays too long")


def attachments(value: list[Any]) -> tuple[Attachment, ...]:
    """Read the files of a message."""
    if len(value) > MAX_FILES or not all(isinstance(row, list) for row in value):
        raise ProtocolError("a message has at most 32 files")
    return tuple(map(Attachment.of_row, value))


@dataclass(frozen=True)
class Text:
    """A message as people write it; `quote` is the msg_id that it answers, or empty. One of text and files is there."""

    TYPE: ClassVar = Type.TEXT
    text: str = field(repr=False)
    quote: bytes = b""
    patient: Patient | None = None
    files: tuple[Attachment, ...] = ()

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        self._check()
        rows = [one.row() for one in self.files]
        return cbor.encode(["CSL1/text", self.text, self.quote, _patient(self.patient), rows])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        text, quote, patient, rows = record(data, cls.TYPE, "CSL1/text", (str, bytes, list, list))
        found = cls(text, quote, Patient.of_row(patient), attachments(rows))
        found._check()
        return found

    def _check(self) -> None:
        texts.check_text(self.text, empty=bool(self.files))
        if len(self.quote) not in (0, ID) or len(self.files) > MAX_FILES:
            raise ProtocolError("a quote names one message, and 32 files are enough")


@dataclass(frozen=True)
class Correct:
    """The text of the own message `about` is now this; what stood before stays readable."""

    TYPE: ClassVar = Type.CORRECT
    about: bytes
    text: str = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/correct", self.about, texts.check_text(self.text)])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        about, text = record(data, cls.TYPE, "CSL1/correct", (ID, str))
        return cls(about, texts.check_text(text))


@dataclass(frozen=True)
class Withdraw:
    """The own message `about` is taken back; that it was there stays."""

    TYPE: ClassVar = Type.WITHDRAW
    about: bytes

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/withdraw", self.about])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        return cls(*record(data, cls.TYPE, "CSL1/withdraw", (ID,)))


class Reached(IntEnum):
    """What a receipt says."""

    DELIVERED = 1
    READ = 2


@dataclass(frozen=True)
class Receipt:
    """The messages `about` came to a device (on its disk), or were read by its user, at `at_ms` by its clock."""

    TYPE: ClassVar = Type.RECEIPT
    reached: Reached
    about: tuple[bytes, ...]
    at_ms: int

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/receipt", int(self.reached), list(self.about), self.at_ms])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body; the ids are different and in rising order."""
        reached, about, at_ms = record(data, cls.TYPE, "CSL1/receipt", (int, list, int))
        if reached not in tuple(Reached):
            raise ProtocolError("not a receipt")
        check_numbers(at_ms)
        return cls(Reached(reached), ids(about, 1, MAX_RECEIPTS), at_ms)


@dataclass(frozen=True)
class Taken:
    """The act "pris en charge": of the message `about`, whose header body has the hash `header_hash`."""

    TYPE: ClassVar = Type.TAKEN
    about: bytes
    header_hash: bytes

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/taken", self.about, self.header_hash])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        return cls(*record(data, cls.TYPE, "CSL1/taken", (ID, HASH)))


@dataclass(frozen=True)
class Team:
    """What a team's thread is from now on, whole. `members` with the author, in rising order; the newest of all counts (`media.mail.team`)."""

    TYPE: ClassVar = Type.TEAM
    title: str = field(repr=False)
    members: tuple[bytes, ...]
    expire_s: int = 0
    patient: Patient | None = None

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        fields = [self.title, list(self.members), self.expire_s, _patient(self.patient)]
        data = cbor.encode(["CSL1/team", *fields])
        self.parse(data)
        return data

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        title, members, expire_s, patient = record(data, cls.TYPE, "CSL1/team", (str, list, int, list))
        if shown_text(title, empty=True) != title or expire_s > MAX_SECONDS:
            raise ProtocolError("a team's title or timer")
        return cls(title, ids(members, 1, MAX_TEAM), expire_s, Patient.of_row(patient))


@dataclass(frozen=True)
class Ask:
    """I want to open the ephemeral document `file` (from 0) of the message `about`; its key may be sealed to `once_pk` (X-Wing)."""

    TYPE: ClassVar = Type.ASK
    about: bytes
    file: int
    once_pk: bytes

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/ask-once", self.about, self.file, self.once_pk])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        found = cls(*record(data, cls.TYPE, "CSL1/ask-once", (ID, int, PUBLIC_BYTES)))
        if found.file >= MAX_FILES:
            raise ProtocolError("a message has at most 32 files")
        return found


class Answer(IntEnum):
    """What became of an ask for an ephemeral document."""

    GRANTED = 0
    EXPIRED = 1
    OPENED = 2
    GONE = 3
    REFUSED = 4


@dataclass(frozen=True)
class Grant:
    """The answer to the ask whose header body has the hash `ask`; `box` is the file's key sealed to its one-time key, else empty."""

    TYPE: ClassVar = Type.GRANT
    ask: bytes
    answer: Answer
    box: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/grant-once", self.ask, int(self.answer), self.box])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        ask, answer, box = record(data, cls.TYPE, "CSL1/grant-once", (HASH, int, bytes))
        if answer not in tuple(Answer) or bool(box) != (answer == Answer.GRANTED):
            raise ProtocolError("not an answer")
        return cls(ask, Answer(answer), box)


@dataclass(frozen=True)
class Sheet:
    """An opaque signed record of a feature; `kind` says whose."""

    TYPE: ClassVar = Type.RECORD
    kind: str
    data: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/sheet", texts.check_line(self.kind, most=40), self.data])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        kind, inner = record(data, cls.TYPE, "CSL1/sheet", (str, bytes))
        return cls(texts.check_line(kind, most=40), inner)
