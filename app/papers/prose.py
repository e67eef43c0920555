"""Plain text from strangers: decoded, without control characters, in lines that can be laid out."""

from __future__ import annotations

import codecs
import re

from app.papers.errors import Refused

ENCODINGS = ("utf-8-sig", "utf-16", "cp1252", "latin-1")
MAX_LETTERS = 2_000_000
MAX_LINES = 50_000
LONGEST = 2_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Controls of terminals, and of direction: these could make a number read otherwise than it stands."""


def lines(data: bytes) -> tuple[str, ...]:
    """Return the lines of *data*; raise Refused above 2 million letters, or where it is no text."""
    text = _decoded(data)
    if text.count("\x00") > len(text) // 100:
        raise Refused("damaged")
    if len(text) > MAX_LETTERS:
        raise Refused("too-large")
    found = [
        line[place : place + LONGEST]
        for line in _CONTROL.sub("", text).expandtabs(8).splitlines()
        for place in range(0, len(line) or 1, LONGEST)
    ]
    if len(found) > MAX_LINES:
        raise Refused("too-large")
    if not any(line.strip() for line in found):
        raise Refused("empty")
    return tuple(found)


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    for name in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
