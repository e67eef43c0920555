"""Messages in a file: one after the other, in MLLP frames, or in a batch (FHS, BHS, BTS, FTS)."""

from __future__ import annotations

import re
from itertools import pairwise

_START = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|(?<=[\r\n\x0b\x1c]))[ \t]*([Mm][Ss][Hh])(?=[^A-Za-z0-9\s\"])")
_STOP = re.compile(rb"\x1c|(?<=[\r\n])(?:FHS|BHS|BTS|FTS)(?=[^A-Za-z0-9])")


def messages(raw: bytes) -> list[bytes]:
    """Return the bytes of each message, from its MSH to the next one or the end of its frame or batch.

    What stands around them (frame marks, batch headers, prose) is in none of them. Messages written as literals of a
    programming language are none.
    """
    starts = [found.start(1) for found in _START.finditer(raw)]
    return [_one(raw, start, end) for start, end in pairwise([*starts, len(raw)])]


def _one(raw: bytes, start: int, end: int) -> bytes:
    stop = _STOP.search(raw, start, end)
    return raw[start : stop.start() if stop else end].rstrip(b"\x0b")
