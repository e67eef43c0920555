"""What all readers of messages share: the message, its time zone, what was odd about it, and the types many fields have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.interop import times
from storage.patients.facts import Fact, Key, Professional, Stamp

if TYPE_CHECKING:
    from app.interop.envelope import Envelope
    from app.interop.er7 import Message, Segment, Value
    from storage.patients.facts import Content

LONG = 64 << 10
"""Bytes of one text that are read; what is longer stays whole in the message."""
_AHEAD_MS = 86_400_000
_WARNINGS = 50
_TIME = 64


class Refused(Exception):  # noqa: N818 -- an answer, not a fault of ours
    """The message cannot be taken: HL7 table 0357 code, place (`PID-3`), and a sentence without patient data."""

    def __init__(self, error: str, place: str, text: str) -> None:
        super().__init__(text)
        self.error = error
        self.place = place
        self.text = text


class Reading:
    """One message being read: *zone* is the site's (IANA), *arrived_ms* when it came; `warnings` in the order they arose."""

    def __init__(self, message: Message, envelope: Envelope, zone: str, arrived_ms: int) -> None:
        self.message = message
        self.envelope = envelope
        self.zone = zone
        self.arrived_ms = arrived_ms
        self.warnings: dict[str, None] = {}
        self.event = envelope.event
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

    def needed(self, name: str) -> Segment:
        """Return the first segment *name*. Raises Refused."""
        found = self.message.first(name)
        if found is None:
            raise Refused("100", name, f"Segment {name} absent")
        return found

    def text(self, value: Value) -> str:
        """Return the text of *value*, at most LONG bytes of it."""
        if len(value) <= LONG:
            return said(value)
        self.warn("text_cut")
        return value.cut(LONG)

    def _recorded(self) -> int:
        event = self.message.first("EVN")
        told = (self.time(event.field(2)) if event else 0) or self.time(self.message.header.field(7))
        if told > self.arrived_ms + _AHEAD_MS:
            self.warn("time_ahead")
            return self.arrived_ms
        return told or self.arrived_ms


def words(text: str) -> frozenset[str]:
    """Return the words of *text*: a table of codes."""
    return frozenset(text.split())


def said(value: Value) -> str:
    """Return the text, empty for HL7's `""`."""
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
    code, label, system, other, other_label, other_system = (said(value.component(n)) for n in range(1, 7))
    if not code and not label:
        code, label, system = other, other_label, other_system
    return code, label or said(value.component(9)), system
