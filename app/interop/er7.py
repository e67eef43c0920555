"""HL7 v2 in its usual notation (chapter 2, "ER7"), read without losing a byte.

A `Message` keeps the bytes that came and looks at them only where asked: segments at once, fields, repetitions,
components and subcomponents (all numbered from 1, as HL7 does) when somebody wants them. Twenty megabytes of a document in
OBX-5 are never copied, decoded or searched as a whole by Python code, so that no other thread waits for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from app.interop.charset import Charset, detect
from app.interop.delimiters import delimiters, separator
from app.interop.escapes import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT: Final = 64 << 10
"""Bytes of one text that are read; what is longer stays whole in the message."""
BOM: Final = b"\xef\xbb\xbf"
_BLANK: Final = b" \t\r\n\x00\x0b\x1c"
_HEADERS: Final = frozenset({"MSH", "FHS", "BHS"})
_BLANKS: Final = 1 << 10
_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9]{2}")
_CONTROLS = dict.fromkeys([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)])
_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""What makes a name look like another one by turning it round; the marks that Arabic and Hebrew need stay."""
_UNSEEN = _CONTROLS | _OVERRIDES


class Er7Error(Exception):
    """The bytes are no message, or go beyond a limit; `kind` is one of: header, delimiters, size, segments, fields, parts."""

    def __init__(self, kind: str, segment: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.segment = segment


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still read: bytes of a message, its segments, fields of one, parts of a field, and fields and parts that are looked at."""

    message: int = 32 << 20
    segments: int = 200_000
    fields: int = 2_000
    parts: int = 10_000
    looked_at: int = 500_000


class Value:
    """A field or a part of one, as a place in the message."""

    __slots__ = ("_end", "_level", "_message", "_start")

    def __init__(self, message: Message, start: int, end: int, level: int) -> None:
        self._message = message
        self._start = start
        self._end = end
        self._level = level

    def __repr__(self) -> str:
        return "Value(…)"

    def __len__(self) -> int:
        return self._end - self._start

    @property
    def raw(self) -> bytes:
        """The bytes as they came."""
        return self._message.raw[self._start : self._end]

    @property
    def text(self) -> str:
        """The characters, escapes resolved, controls other than tab and line ends left out, stripped.

        Of more than TEXT bytes only so many are read.
        """
        return self.cut(TEXT)

    def cut(self, size: int) -> str:
        """Return `text` of the first *size* bytes."""
        if self._start == self._end:
            return ""
        message = self._message
        text = message.charset.decode(message.raw[self._start : min(self._end, self._start + size)])
        if message.escape and message.escape in text:
            text = unescape(text, message.delimiters.text, message.charset)
        if not text.isprintable():
            text = text.translate(_UNSEEN)
        return text.strip()

    def pieces(self, size: int) -> Iterator[bytes]:
        """Give the bytes as they came, at most *size* at a time."""
        for start in range(self._start, self._end, size):
            yield self._message.raw[start : min(self._end, start + size)]

    def tail(self, size: int) -> bytes:
        """Return the last *size* bytes as they came."""
        return self._message.raw[max(self._start, self._end - size) : self._end]

    @property
    def escaped(self) -> bool:
        """Whether an escape character stands in it."""
        mark = self._message.delimiters.escape
        return bool(mark) and self._message.raw.find(mark, self._start, self._end) >= 0

    @property
    def null(self) -> bool:
        """Whether it is HL7's `""`: what was known before is to be taken away."""
        return self._end - self._start == 2 and self.raw == b'""'

    @property
    def repetitions(self) -> list[Value]:
        """The repetitions of a field that are not empty; of anything else itself."""
        if self._level > 0:
            return [self] if self else []
        return [each for each in self._split(self._message.delimiters.repetition, 1) if each]

    @property
    def components(self) -> list[Value]:
        """All components (of the first repetition), also the empty ones."""
        if self._level == 0:
            return self._pick(self._message.delimiters.repetition, 1, 1).components
        return self._split(self._message.delimiters.component, 2) if self._level == 1 else [self]

    def component(self, number: int) -> Value:
        """Return component *number* (of the first repetition), empty where there is none."""
        if self._level == 0:
            return self._pick(self._message.delimiters.repetition, 1, 1).component(number)
        if self._level > 1:
            return self if number == 1 else self._none()
        return self._pick(self._message.delimiters.component, number, 2)

    def subcomponent(self, number: int) -> Value:
        """Return subcomponent *number* (of the first component), empty where there is none."""
        return self.component(1)._pick(self._message.delimiters.subcomponent, number, 3)  # noqa: SLF001 -- of its own kind

    def _none(self) -> Value:
        return Value(self._message, self._end, self._end, 3)

    def _pick(self, mark: bytes, number: int, level: int) -> Value:
        find, start, stop, size = self._message.raw.find, self._start, self._end, len(mark)
        if start == stop or (number > 1 and not mark):
            return self._none()
        for _ in range(number - 1):
            at = find(mark, start, stop)
            if at < 0:
                return self._none()
            start = at + size
        end = find(mark, start, stop) if mark else -1
        return Value(self._message, start, stop if end < 0 else end, level)

    def _split(self, mark: bytes, level: int) -> list[Value]:
        most = self._message.limits.parts
        ends = _cuts(self._message.raw, mark, self._start, self._end, most)
        self._message.look(len(ends), most, "parts")
        starts = [self._start, *(end + len(mark) for end in ends)]
        return [
            Value(self._message, start, end, level)
            for start, end in zip(starts, [*ends, self._end], strict=True)
        ]


class Segment:
    """One segment; `name` in capitals. Fields are found when the first of them is asked for."""

    __slots__ = ("_cuts", "_message", "end", "name", "start")

    def __init__(self, message: Message, start: int, end: int) -> None:
        self._message = message
        self.start = start
        self.end = end
        self.name = message.raw[start : start + 3].decode("ascii", "replace").upper()
        self._cuts: list[int] | None = None

    def __repr__(self) -> str:
        return f"Segment({self.name})"

    @property
    def raw(self) -> bytes:
        """The bytes without the line end."""
        return self._message.raw[self.start : self.end]

    def field(self, number: int) -> Value:
        """Return field *number* (MSH-1 is the separator itself), empty where there is none. Raises Er7Error beyond the limit."""
        cuts = self._cuts or self._found()
        header = self.name in _HEADERS
        if header:
            number -= 1
            if number == 0:
                return Value(self._message, self.start + 3, self.start + 4, 3)
        if not 0 <= number < len(cuts) - 1:
            return Value(self._message, self.end, self.end, 3)
        level = 3 if header and number == 1 else 0
        return Value(self._message, cuts[number] + 1, cuts[number + 1], level)

    def __len__(self) -> int:
        return len(self._found()) - 2 + (self.name in _HEADERS)

    def _found(self) -> list[int]:
        if self._cuts is None:
            message = self._message
            most = message.limits.fields
            cuts = _cuts(message.raw, message.delimiters.field, self.start, self.end, most + 1)
            message.look(len(cuts), most + 1, "fields", self.name)
            self._cuts = [self.start - 1, *cuts, self.end]
        return self._cuts


class Message:
    """One message. `bytes(message)` are the bytes that came; `joined` and `lower` say what was unusual about its lines."""

    def __init__(self, raw: bytes, limits: Limits) -> None:
        self.raw = raw
        self.limits = limits
        self._at = _begin(raw)
        marks = delimiters(raw, self._at)
        if marks is None:
            raise Er7Error("delimiters")
        self.delimiters = marks
        self.escape = self.delimiters.text[3]
        self.joined = False
        self._looked_at = 0
        self.segments = list(self._lines())
        self.lower = any(raw[each.start : each.start + 3] != each.name.encode() for each in self.segments)

    @classmethod
    def parse(cls, raw: bytes, limits: Limits | None = None) -> Message:
        """Return the message of *raw*, which may begin with a byte order mark or blanks. Raises Er7Error."""
        limits = limits or Limits()
        if len(raw) > limits.message:
            raise Er7Error("size")
        return cls(raw, limits)

    def __bytes__(self) -> bytes:
        return self.raw

    def __repr__(self) -> str:
        return f"Message({len(self.segments)} segments)"

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    @cached_property
    def charset(self) -> Charset:
        """How its bytes are read."""
        declared = self.header.field(18).repetitions
        return detect(self.raw, declared[0].raw[:64].decode("ascii", "replace").strip() if declared else "")

    def look(self, count: int, most: int, kind: str, segment: str = "") -> None:
        """Count *count* more fields or parts looked at. Raises Er7Error *kind* where they reach *most*, parts where all are too many."""
        if count >= most:
            raise Er7Error(kind, segment)
        self._looked_at += count
        if self._looked_at > self.limits.looked_at:
            raise Er7Error("parts", segment)

    def _lines(self) -> Iterator[Segment]:
        """Segments end at CR, LF or both; a line that does not begin as a segment belongs to the one before."""
        start, end, count = self._at, self._at, 0
        for line, stop in _lines(self.raw, self._at, 2 * self.limits.segments):
            if line > self._at and not self._named(line, stop):
                self.joined = True
                end = stop
                continue
            if line > self._at:
                yield Segment(self, start, end)
                count += 1
                if count >= self.limits.segments:
                    raise Er7Error("segments")
            start, end = line, stop
        yield Segment(self, start, end)

    def _named(self, start: int, end: int) -> bool:
        name = self.raw[start : start + 3]
        if not _NAME.fullmatch(name):
            return False
        if end - start == 3:
            return name.isupper()
        return self.raw.startswith(self.delimiters.field, start + 3)


def _begin(raw: bytes) -> int:
    at = len(BOM) if raw.startswith(BOM) else 0
    start = raw[at : at + _BLANKS]
    at += len(start) - len(start.lstrip(_BLANK))
    if raw[at : at + 3].upper() != b"MSH" or not separator(raw, at):
        raise Er7Error("header")
    return at


def _cuts(raw: bytes, mark: bytes, start: int, end: int, most: int) -> list[int]:
    """Return where *mark* stands, *most* places at most; by single searches, which let other threads in."""
    cuts: list[int] = []
    find, size = raw.find, len(mark)
    at = find(mark, start, end) if mark else -1
    while at >= 0 and len(cuts) < most:
        cuts.append(at)
        at = find(mark, at + size, end)
    return cuts


def _lines(raw: bytes, start: int, most: int) -> Iterator[tuple[int, int]]:
    """Places of the lines that are not blank; two searches run side by side, so that each byte is looked at twice at most.

    Raises Er7Error after *most* lines, blank ones too.
    """
    size = len(raw)
    ends = dict.fromkeys((b"\r", b"\n"), start - 1)
    for _ in range(most):
        if start >= size:
            return
        for mark, at in ends.items():
            if at < start:
                found = raw.find(mark, start)
                ends[mark] = size if found < 0 else found
        stop = min(ends.values())
        if raw[start:stop].strip(_BLANK) if stop - start < 64 else True:
            yield start, stop
        start = stop + 1
    raise Er7Error("segments")
