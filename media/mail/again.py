"""What is said about a file that the relay has no longer (docs/protocol.md §11): whoever was to have it asks, its author's desk answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from media.errors import ProtocolError
from media.keys import cbor
from media.mail import bodies
from media.mail.types import Type


@dataclass(frozen=True)
class Wanted:
    """File number `file` of the message `about` is to be laid out at the relay again."""

    TYPE: ClassVar = Type.WANTED
    LABEL: ClassVar = "CSL1/wanted"
    about: bytes
    file: int

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        self._check()
        return cbor.encode([self.LABEL, self.about, self.file])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        found = cls(*bodies.record(data, cls.TYPE, cls.LABEL, (bodies.ID, int)))
        found._check()
        return found

    def _check(self) -> None:
        if self.file >= bodies.MAX_FILES:
            raise ProtocolError("a message has at most 32 files")


@dataclass(frozen=True)
class Laid:
    """It lies there again, under the ids of its manifest; or it will not: the message, the file or the right to it is gone."""

    TYPE: ClassVar = Type.LAID
    LABEL: ClassVar = "CSL1/laid"
    about: bytes
    file: int
    there: bool

    def encode(self) -> bytes:
        """Return the bytes of the body."""
        self._check()
        return cbor.encode([self.LABEL, self.about, self.file, int(self.there)])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body."""
        about, file, there = bodies.record(data, cls.TYPE, cls.LABEL, (bodies.ID, int, int))
        if there > 1:
            raise ProtocolError("neither yes nor no")
        found = cls(about, file, bool(there))
        found._check()
        return found

    def _check(self) -> None:
        if self.file >= bodies.MAX_FILES:
            raise ProtocolError("a message has at most 32 files")
