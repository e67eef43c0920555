"""Calendar files of a meeting (RFC 5545, with the methods of RFC 5546): title, time and link, nobody's name. No Qt.

No ATTENDEE, though RFC 5546 §3.2.2 wants one: the program knows no mail addresses; who sends the file chooses them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_OCTETS = 75
PRODUCT = "-//Consilium//RCP//FR"


@dataclass(frozen=True)
class Entry:
    """One version of a meeting in a calendar. Times are seconds since 1970; `uid` 16 bytes, the same for every version.

    `organiser` is a user id (16 bytes), `note` a sentence above the link.
    """

    uid: bytes
    sequence: int
    organiser: bytes
    title: str
    starts_s: int
    ends_s: int
    link: str
    note: str
    cancelled: bool = False


def calendar(entry: Entry, now_s: int) -> bytes:
    """Return the whole file, UTF-8 with CRLF, as written at *now_s*."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if entry.cancelled else 'REQUEST'}",
        *_event(entry, now_s),
        "END:VCALENDAR",
    )
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _event(entry: Entry, now_s: int) -> tuple[str, ...]:
    return (
        "BEGIN:VEVENT",
        f"UID:{uuid.UUID(bytes=entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_moment(now_s)}",
        f"DTSTART:{_moment(entry.starts_s)}",
        f"DTEND:{_moment(entry.ends_s)}",
        f"ORGANIZER:{uuid.UUID(bytes=entry.organiser).urn}",
        f"SUMMARY:{_escaped(entry.title)}",
        f"DESCRIPTION:{_escaped(entry.note + chr(10) + entry.link)}",
        f"URL:{entry.link}",
        "CLASS:PRIVATE",
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        "END:VEVENT",
    )


def _moment(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Escape a TEXT value (§3.3.11)."""
    for plain, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, safe)
    return text


def _folded(line: str) -> Iterator[bytes]:
    """Cut a line into pieces of at most 75 octets, each but the first after a space (§3.1), never inside a character."""
    piece = b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > MAX_OCTETS:
            yield piece
            piece = b" "
        piece += octets
    yield piece
