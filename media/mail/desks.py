"""What desks say to each other by themselves, in sealed messages (docs/protocol.md §11): built as `media.mail.bodies`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from media.errors import ProtocolError
from media.keys import cbor
from media.keys.envelope import check_numbers
from media.mail.bodies import KEY, Attachment, record
from media.mail.types import Type


@dataclass(frozen=True)
class Presence:
    """Where the author's device says how it can be reached: the word of `writer_pk`, sealed under `key` (media.keys.word)."""

    TYPE: ClassVar = Type.PRESENCE
    writer_pk: bytes
    key: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/presence", self.writer_pk, self.key])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        return cls(*record(data, cls.TYPE, "CSL1/presence", (KEY, KEY)))


@dataclass(frozen=True)
class Newer:
    """A directory bundle of this height lies at the relay as `file`; whoever says it, the bundle is judged by its own signatures."""

    TYPE: ClassVar = Type.DIRECTORY
    height: int
    file: Attachment

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/newer", self.height, self.file.row()])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        height, file = record(data, cls.TYPE, "CSL1/newer", (int, list))
        check_numbers(height)
        return cls(height, Attachment.of_row(file))


@dataclass(frozen=True)
class Vouched:
    """A signed `media.keys.vouch.Vouch`, as it came."""

    TYPE: ClassVar = Type.VOUCH
    vouch: bytes

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/vouched", self.vouch])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        return cls(*record(data, cls.TYPE, "CSL1/vouched", (bytes,)))


@dataclass(frozen=True)
class History:
    """Piece `number` (from 0) of what the own older device has, for the new one; what the records are is the vault's."""

    TYPE: ClassVar = Type.HISTORY
    number: int
    last: bool
    records: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        return cbor.encode(["CSL1/history", self.number, int(self.last), self.records])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        number, last, records = record(data, cls.TYPE, "CSL1/history", (int, int, bytes))
        check_numbers(number)
        if last > 1:
            raise ProtocolError("not a piece of a history")
        return cls(number, bool(last), records)
