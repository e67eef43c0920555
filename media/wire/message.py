"""What every message is on a WebSocket: a kind byte, a fixed head, at most one tail of a limited size."""

from __future__ import annotations

from dataclasses import dataclass, fields
from struct import Struct
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from media.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Message:
    """A kind byte, a fixed head of all fields but the last, and, where `LIMIT` is set, the last field as the tail.

    The tail is bytes (`LIMIT` bytes at most), ASCII text where `TEXT`, or rows of `ROW` (`LIMIT` of them at most).
    """

    KIND: ClassVar[int]
    HEAD: ClassVar[Struct] = Struct("!")
    LIMIT: ClassVar[int] = 0
    ROW: ClassVar[Struct | None] = None
    TEXT: ClassVar[bool] = False

    def encode(self) -> bytes:
        """Give the WebSocket message; `ProtocolError` when a field has a wrong size."""
        values = [getattr(self, field.name) for field in fields(self)]
        tail = self._pack_tail(values.pop()) if self.LIMIT else b""
        head = self.HEAD.pack(*values)
        if self.HEAD.unpack(head) != tuple(values):
            raise ProtocolError("field of a wrong size")
        return bytes((self.KIND,)) + head + tail

    def _pack_tail(self, tail: Any) -> bytes:
        if self.TEXT:
            tail = tail.encode("ascii")
        if len(tail) > self.LIMIT:
            raise ProtocolError("message too long")
        return b"".join(self.ROW.pack(*row) for row in tail) if self.ROW else bytes(tail)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a message of this kind; `ProtocolError` when it is not one."""
        size = 1 + cls.HEAD.size
        if len(data) < size or data[0] != cls.KIND or (not cls.LIMIT and len(data) != size):
            raise ProtocolError("message of a wrong kind or size")
        values = cls.HEAD.unpack_from(data, 1)
        return cls(*values, *((cls._unpack_tail(data[size:]),) if cls.LIMIT else ()))

    @classmethod
    def _unpack_tail(cls, tail: bytes) -> Any:
        unit = cls.ROW.size if cls.ROW else 1
        if len(tail) % unit or len(tail) // unit > cls.LIMIT:
            raise ProtocolError("message of a wrong size")
        if cls.ROW:
            return list(cls.ROW.iter_unpack(tail))
        if cls.TEXT and not (tail.isascii() and tail.decode("ascii").isprintable()):
            raise ProtocolError("text out of range")
        return tail.decode("ascii") if cls.TEXT else tail


M = TypeVar("M", bound=Message)


class Kinds(Generic[M]):
    """The messages that one side may say on a connection, told apart by their first byte."""

    def __init__(self, *kinds: type[M]) -> None:
        self._kinds = {kind.KIND: kind for kind in kinds}

    def __iter__(self) -> Iterator[type[M]]:
        return iter(self._kinds.values())

    def decode(self, data: bytes) -> M:
        """Read one of them; `ProtocolError` when it is none, or not well made."""
        kind = self._kinds.get(data[0]) if data else None
        if kind is None:
            raise ProtocolError("unknown message kind")
        return kind.decode(data)
