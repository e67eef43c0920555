"""What divides a message: MSH-1 and MSH-2, as bytes of any length."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADER = re.compile(rb"[^\r\n]{0,64}")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """MSH-1 and MSH-2; a part that MSH-2 leaves out is empty and divides nothing."""

    field: bytes
    component: bytes
    repetition: bytes
    escape: bytes
    subcomponent: bytes

    @property
    def text(self) -> tuple[str, str, str, str, str]:
        """The same as characters: field, component, repetition, escape, subcomponent."""
        field, component, repetition, escape, subcomponent = (
            _characters(each)
            for each in (self.field, self.component, self.repetition, self.escape, self.subcomponent)
        )
        return field, component, repetition, escape, subcomponent


def separator(raw: bytes, at: int) -> bytes:
    """Return MSH-1 of the message that begins at *at*, empty where no separator can be."""
    field = raw[at + 3 : at + 4]
    return b"" if field.isalnum() or field in b'" \t\r\n' or field < b"!" else field


def delimiters(raw: bytes, at: int) -> Delimiters | None:
    """Return MSH-1 and MSH-2 of the message that begins at *at*; None where MSH-2 cannot be read."""
    field = separator(raw, at)
    line = _HEADER.match(raw[at + 4 : at + 68])
    coded = (line.group() if line else b"").partition(field)[0]
    marks = [_bytes(each, coded) for each in dict.fromkeys(_characters(coded))]
    if not marks or len(marks) > 6 or any(each.isalnum() or each == b'"' for each in marks):
        return None
    component, repetition, escape, subcomponent = (marks + [b""] * 4)[:4]
    return Delimiters(field, component, repetition, escape, subcomponent)


def _characters(coded: bytes) -> str:
    try:
        return coded.decode("utf-8")
    except UnicodeDecodeError:
        return coded.decode("iso8859-1")


def _bytes(character: str, coded: bytes) -> bytes:
    wide = character.encode("utf-8")
    return wide if wide in coded else character.encode("iso8859-1", "replace")
