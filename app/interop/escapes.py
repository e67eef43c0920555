r"""Escape sequences of HL7 v2 (chapter 2.7): `\F\ \S\ \T\ \R\ \E\ \Xhh…\ \.br\ \H\ \N\ \Cxxyy\ \Mxxyyzz\`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.interop.charset import Charset

_BREAKS = (".br", ".ce", ".sp")
_SILENT = (".in", ".ti", ".fi", ".nf", ".sk")
_LINES_AT_MOST = 100
_HEX = frozenset("0123456789abcdefABCDEF")


def unescape(text: str, marks: tuple[str, str, str, str, str], charset: Charset) -> str:
    """Resolve the sequences of *text*; what is none stays as it is written.

    *marks*: field, component, repetition, escape, subcomponent. Highlighting and switches of character set leave no trace.
    """
    field, component, repetition, escape, subcomponent = marks
    plain = {
        "F": field,
        "S": component,
        "T": subcomponent,
        "R": repetition,
        "E": escape,
        "H": "",
        "N": "",
        "P": "#",
    }
    parts = text.split(escape)
    done = [parts[0]]
    at = 1
    while at < len(parts):
        known = _one(parts[at], plain, charset) if at + 1 < len(parts) else None
        if known is None:
            done += (escape, parts[at])
            at += 1
        else:
            done += (known, parts[at + 1])
            at += 2
    return "".join(done)


def _one(word: str, plain: dict[str, str], charset: Charset) -> str | None:
    if word in plain:
        return plain[word]
    if word[:1] == "X" and len(word) % 2 and len(word) > 1 and _HEX.issuperset(word[1:]):
        return charset.decode(bytes.fromhex(word[1:]))
    if word[:1] in {"C", "M"} and len(word) in {5, 7} and _HEX.issuperset(word[1:]):
        return ""
    if word[:3] in _BREAKS:
        return "\n" * _count(word[3:])
    return "" if word[:3] in _SILENT else None


def _count(digits: str) -> int:
    digits = digits.strip().lstrip("+")
    return (
        min(int(digits), _LINES_AT_MOST) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 1
    )
