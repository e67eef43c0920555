"""Typed text, one-line labels and file names that others made: nothing in them hides or reorders what people read."""

from __future__ import annotations

import re
import unicodedata

from media.errors import ProtocolError

MAX_CHARACTERS = 20_000
MAX_LINE = 200
MAX_NAME = 120
MAX_END = 16
"""Characters of what stands behind the last dot of a name."""
MAX_MARKS = 4
JOINERS = frozenset("\u00ad\u061c\u200c\u200d\u200e\u200f")
"""Format characters that writing needs: soft hyphen, joiners of Indic scripts and pictures, marks of direction."""
NAMELESS = "document"
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
_SEPARATORS = re.compile(r'[/\\:*?"<>|]')
_RUNS = re.compile(
    r"\.(apk|app|bat|cmd|com|cpl|desktop|dll|exe|hta|jar|jse?|lnk|msc|msi|msp|pif|ps1|reg|scr|sh|url|vbe?|vbs|wsf|wsh|xlsm|docm)$",
    re.IGNORECASE,
)


def clean_text(text: str) -> str:
    """Return *text* as it may be sent: NFC, lines ended by one character, no control, no override of direction."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept = "".join(one for one in lines if one in "\n\t" or _seen(one) or one in JOINERS)
    return unicodedata.normalize("NFC", kept)


def check_text(text: str, *, empty: bool = False) -> str:
    """Return *text*, or raise ProtocolError: 1 to 20,000 characters as `clean_text` writes them."""
    if len(text) > MAX_CHARACTERS or clean_text(text) != text or not (text.strip() or empty):
        raise ProtocolError("a message has 1 to 20,000 characters, none of which hides")
    return text


def check_line(text: str, *, empty: bool = False, most: int = MAX_LINE) -> str:
    """Return *text*, or raise ProtocolError: one line of visible characters, at most *most*, without outer space."""
    if len(text) > most or _plain(text) != text or not (text or empty):
        raise ProtocolError("a label is one line of visible characters")
    return text


def clean_line(text: str, most: int = MAX_LINE) -> str:
    """Return *text* as `check_line` takes it, cut where it is too long; it may have become empty."""
    return _plain(_plain(text)[:most])


def _plain(text: str) -> str:
    """Return the visible characters of one line, at most four marks on a letter."""
    kept, marks = [], 0
    for one in unicodedata.normalize("NFC", " ".join(text.split())):
        marks = marks + 1 if unicodedata.category(one) in {"Mn", "Me"} else 0
        if _seen(one) and marks <= MAX_MARKS:
            kept.append(one)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def _seen(one: str) -> bool:
    return unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} and one not in "\u2800\u3164\uffa0"


def plain_name(name: str) -> str:
    """Return a file name as it may be sent: visible, no path, nothing that a system keeps for itself; never empty."""
    whole = _trim(_SEPARATORS.sub("_", _plain(name)))
    stem, dot, end = whole.rpartition(".")
    if not dot or len(end) > MAX_END:
        stem, end = whole, ""
    tail = f".{end}" if end else ""
    kept = _trim(stem[: MAX_NAME - len(tail) - 1] + tail) or NAMELESS
    return f"_{kept}" if _RESERVED.match(kept) else kept


def _trim(name: str) -> str:
    return name.strip(". ")


def check_name(name: str) -> str:
    """Return *name*, or raise ProtocolError for one that `plain_name` would change."""
    if plain_name(name) != name:
        raise ProtocolError("not a name of a file")
    return name


def safe_name(name: str) -> str:
    """Return under which name a file of others is shown and saved: a plain one, whose end starts no program."""
    plain = plain_name(name)
    return f"{plain}_" if _RUNS.search(plain) else plain
