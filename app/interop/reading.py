"""What all readers of messages share: the message, its time zone, what was odd about it, and the types many fields have."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from app.interop import mapping, times
from app.interop.er7 import TEXT
from storage.patients.facts import Fact, Key, Professional, Stamp

if TYPE_CHECKING:
    from app.interop.envelope import Envelope
    from app.interop.er7 import Message, Segment, Value
    from app.interop.mapping import Mapping
    from storage.patients.facts import Content

_AHEAD_MS = 86_400_000
_WARNINGS = 50
_MOST = {"PID": 100, "ROL": 500, "ZBE": 100}
_MOST_SEGMENTS = 10_000
_TIME = 64


class Refused(Exception):  # noqa: N818 -- an answer, not a fault of ours
    """The message cannot be taken: HL7 table 0357 code, place (`PID-3`), and a sentence without patient data."""

    def __init__(self, error: str, place: str, text: str) -> None:
        super().__init__(text)
        self.error = error
        self.place = place
        self.text = text


class Reading:
    """One message being read: *zone* and *table* (of questionnaires' codes) are the site's, *arrived_ms* when it came; `warnings` in the order they arose."""

    def __init__(
        self,
        message: Message,
        envelope: Envelope,
        zone: str,
        arrived_ms: int,
        table: Mapping | None = None,
    ) -> None:
        self.message = message
        self.envelope = envelope
        self.zone = zone
        self.arrived_ms = arrived_ms
        self.table = table or mapping.own()
        self.warnings: dict[str, None] = {}
        self._scope(message.segments)
        event = self.first("EVN")
        self.event = envelope.event or (event.field(1).text.upper() if event else "")
        header = message.header
        self.facility = self.text(header.field(4).component(1)) or self.text(header.field(3).component(1))
        self.stamp = Stamp(self._recorded(), envelope.control_id)

    def warn(self, code: str) -> None:
        """Note something odd that does not hinder."""
        if len(self.warnings) < _WARNINGS:
            self.warnings[code] = None

    def time(self, value: Value) -> int:
        """Return the moment in Unix milliseconds, 0 where nothing (or nothing readable) is said."""
        text = value.component(1).cut(_TIME)
        if not text or text == '""':
            return 0
        found = times.milliseconds(text, self.zone)
        if found is None:
            self.warn("time")
        return found or 0

    def fact(self, key: Key, content: Content) -> Fact:
        """Return *content* about *key* as this message tells it."""
        return Fact(key, self.stamp, content)

    def all(self, name: str) -> list[Segment]:
        """Return all segments of that name."""
        return self._named.get(name, [])

    def first(self, name: str) -> Segment | None:
        """Return the first segment of that name."""
        found = self._named.get(name)
        return found[0] if found else None

    def patients(self) -> list[Reading]:
        """Return one reading for each PID: what stands before the first one, and what follows it up to the next."""
        starts = [at for at, each in enumerate(self.segments) if each.name == "PID"]
        if len(starts) < 2:
            return [self]
        head = self.segments[: starts[0]]
        ends = [*starts[1:], len(self.segments)]
        return [self._of([*head, *self.segments[start:end]]) for start, end in zip(starts, ends, strict=True)]

    def _of(self, segments: list[Segment]) -> Reading:
        part = copy(self)
        part._scope(segments)  # noqa: SLF001 -- a copy of its own
        return part

    def needed(self, name: str) -> Segment:
        """Return the first segment *name*. Raises Refused."""
        found = self.first(name)
        if found is None:
            raise Refused("100", name, f"Segment {name} absent")
        return found

    def text(self, value: Value) -> str:
        """Return the text of *value*; warns where that is not all of it."""
        if len(value) > TEXT:
            self.warn("text_cut")
        return said(value)

    def _scope(self, segments: list[Segment]) -> None:
        self.segments = segments
        self._named: dict[str, list[Segment]] = {}
        for each in segments:
            self._named.setdefault(each.name, []).append(each)

    def bounded(self) -> None:
        """Raise Refused where one kind of segment stands there more often than any care needs."""
        for name, found in self._named.items():
            if len(found) > _MOST.get(name, _MOST_SEGMENTS):
                raise Refused("198", name, "Trop de segments de ce nom")

    def _recorded(self) -> int:
        event = self.first("EVN")
        told = (self.time(event.field(2)) if event else 0) or self.time(self.message.header.field(7))
        if told > self.arrived_ms + _AHEAD_MS:
            self.warn("time_ahead")
            return self.arrived_ms
        return told if told > 0 else self.arrived_ms


def words(text: str) -> frozenset[str]:
    """Return the words of *text*: a table of codes."""
    return frozenset(text.split())


def said(value: Value) -> str:
    """Return the text, empty for HL7's `""`."""
    if not value:
        return ""
    return "" if value.null else value.text


def authority(number: Value, fallback: str) -> str:
    """Return who gave a number (CX): universal id of CX.4, else its namespace, else CX.6, else *fallback*."""
    giver, facility = number.component(4), number.component(6)
    parts = (giver.subcomponent(2), giver.subcomponent(1), facility.subcomponent(2), facility.subcomponent(1))
    return next((text for part in parts if (text := said(part))), fallback)


def professional(person: Value, part: str) -> Professional | None:
    """Return who stands in an XCN (number, family name, given name), None where nobody does."""
    number, family = said(person.component(1)), said(person.component(2).subcomponent(1))
    name = " ".join(filter(None, (family, said(person.component(3)))))
    return Professional(number, name or number, part) if number or name else None


def professionals(people: Value, part: str) -> list[Professional]:
    """Return everybody of a repeated XCN."""
    return [found for each in people.repetitions if (found := professional(each, part))]


def coded(value: Value) -> tuple[str, str, str]:
    """Return code, label and system of a CE or CWE; the second coding (components 4 to 6) where the first is empty."""
    parts = [said(each) for each in value.components[:9]] + [""] * 9
    code, label, system = parts[:3] if parts[0] or parts[1] else parts[3:6]
    return code, label or parts[8], system
