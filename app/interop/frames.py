"""MLLP frames out of a stream of bytes, without I/O: `<VT> message <FS> <CR>` (HL7 v2 transport, MLLP release 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VT, FS, END = b"\x0b", b"\x1c", b"\x1c\r"
MAX_FRAME = 32 << 20
MAX_PART = 64 << 10
"""What is kept of a frame that is no message, and of bytes outside frames."""
_AFTER_FS = b"\r\n\x0b"
_BLANK = re.compile(rb"[\x00\t\r\n ]+")


class Fault(StrEnum):
    """What is wrong with the frame itself."""

    OVERSIZED = "oversized"
    """Longer than allowed; what is there is its beginning."""
    CUT = "cut"
    """The sender fell silent or left inside of it; what is there is its beginning."""
    UNFRAMED = "unframed"
    """Bytes of a sender that sent no frame at all."""


@dataclass(frozen=True)
class Frame:
    """What stood between VT and FS CR, byte for byte."""

    raw: bytes = field(repr=False)
    fault: Fault | None = None


class Deframer:
    """Finds frames in pieces of a stream, in linear time, holding at most one frame of *limit* bytes.

    A VT inside a frame is data, and so is an FS that no CR, LF or VT follows. What stands between frames is passed over and
    counted in `stray_bytes` (blanks are not); `stray` is its beginning while there was no frame yet.
    """

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self._limit = limit
        self._bytes = bytearray()
        self._seen = 0
        self._skipping = False
        self.inside = False
        """True between VT and FS CR."""
        self.stray = b""
        self.stray_bytes = self.frames = 0

    @property
    def held(self) -> int:
        """How many bytes of an unfinished frame are held."""
        return len(self._bytes)

    @property
    def nearly(self) -> bool:
        """True when only the CR behind the FS is missing: some senders send none."""
        return self.inside and self._bytes.endswith(FS)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take *data*; yield what is complete by it, and once what has become too long. Use it up before the next call."""
        self._bytes += data
        while self._bytes and (self.inside or self._enter()):
            end = self._end()
            if end < 0:
                yield from self._too_long()
                return
            yield from self._leave(end)

    def finish(self) -> Iterator[Frame]:
        """Yield what is left once the sender is silent or gone: a frame without its CR, a frame cut short, bytes without frame."""
        if self.nearly:
            yield from self._leave(len(self._bytes) - 1)
        elif self.inside and not self._skipping:
            yield Frame(bytes(self._bytes[:MAX_PART]), Fault.CUT)
        elif not self.frames and self.stray_bytes:
            yield Frame(self.stray, Fault.UNFRAMED)

    def _enter(self) -> bool:
        """Go behind the next VT, over what stands before it."""
        start = self._bytes.find(VT)
        stray = bytes(self._bytes if start < 0 else self._bytes[:start])
        self.stray_bytes += len(_BLANK.sub(b"", stray))
        if not self.frames:
            self.stray += stray[: MAX_PART - len(self.stray)]
        del self._bytes[: len(stray) + 1]
        self.inside, self._skipping, self._seen = start >= 0, False, 0
        return self.inside

    def _end(self) -> int:
        """Return where the frame's FS is, -1 while it is not there."""
        at = self._bytes.find(FS, self._seen)
        while 0 <= at < len(self._bytes) - 1 and self._bytes[at + 1] not in _AFTER_FS:
            at = self._bytes.find(FS, at + 1)
        complete = 0 <= at < len(self._bytes) - 1
        self._seen = at if at >= 0 else len(self._bytes)
        return at if complete else -1

    def _leave(self, end: int) -> Iterator[Frame]:
        """Take out the frame that ends at *end*, with the CR or LF behind it."""
        skipped, self.inside, self._skipping = self._skipping, False, False
        with memoryview(self._bytes) as view:
            raw = bytes(view[: end if end <= self._limit else MAX_PART])
        line_end = bytes(self._bytes[end + 1 : end + 2]) in {b"\r", b"\n"}
        del self._bytes[: end + 1 + line_end]
        self.frames += 1
        if not skipped:
            yield Frame(raw.lstrip(VT), Fault.OVERSIZED if end > self._limit else None)

    def _too_long(self) -> Iterator[Frame]:
        """Tell of a frame beyond the limit once, at once, and hold no more of it."""
        if len(self._bytes) > self._limit and not self._skipping:
            self._skipping = True
            yield Frame(bytes(self._bytes[:MAX_PART]), Fault.OVERSIZED)
        if self._skipping:
            del self._bytes[: len(self._bytes) - self._bytes.endswith(FS)]
            self._seen = 0
