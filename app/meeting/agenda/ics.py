"""Calendar files of a meeting (RFC 5545, with the methods of RFC 5546): title, time and link, nobody's name. No Qt.

No ATTENDEE, though RFC 5546 §3.2.2 wants one: the program knows no mail addresses; who sends the file chooses them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.meeting.agenda import zone

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_OCTETS = 75
PRODUCT = "-//Consilium//RCP//FR"


@dataclass(frozen=True)
class Entry:
    """One version of a meeting in a calendar. Times are seconds since 1970; `uid` 16 bytes, the same for every version.

    `organiser` is a user id (16 bytes), `note` a sentence above the link. A series has its `starts`, the first from `starts_s` to
    `ends_s`, `every` so many weeks at the same hour of `zone` (`app.meeting.agenda.zone`), without the numbers `off`; with `only` >= 0 the
    file is about that one date.
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
    starts: tuple[int, ...] = ()
    every: int = 0
    zone: str = ""
    off: tuple[int, ...] = ()
    only: int = -1


def calendar(entry: Entry, now_s: int) -> bytes:
    """Return the whole file, UTF-8 with CRLF, as written at *now_s*."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if entry.cancelled else 'REQUEST'}",
        *(zone.rules(entry.zone, entry.starts[0], entry.starts[-1]) if entry.starts else ()),
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
        *_times(entry),
        f"ORGANIZER:{uuid.UUID(bytes=entry.organiser).urn}",
        f"SUMMARY:{_escaped(entry.title)}",
        f"DESCRIPTION:{_escaped(entry.note + chr(10) + entry.link)}",
        f"URL:{entry.link}",
        "CLASS:PRIVATE",
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        "END:VEVENT",
    )


def _times(entry: Entry) -> tuple[str, ...]:
    length_s = entry.ends_s - entry.starts_s
    if not entry.starts:
        return f"DTSTART:{_moment(entry.starts_s)}", f"DTEND:{_moment(entry.ends_s)}"
    start = entry.starts[max(entry.only, 0)]
    span = f"DTSTART{_at(entry, start)}", f"DTEND{_at(entry, start + length_s)}"
    if entry.only >= 0:
        return f"RECURRENCE-ID{_at(entry, start)}", *span
    rule = f"RRULE:FREQ=WEEKLY;INTERVAL={entry.every};COUNT={len(entry.starts)}"
    return *span, rule, *(f"EXDATE{_at(entry, entry.starts[number])}" for number in entry.off)


def _at(entry: Entry, at_s: int) -> str:
    """Write a moment of a series in its zone: UTC would move it by an hour when the clocks change."""
    local = zone.wall(at_s, zone.named(entry.zone))
    return f";TZID={entry.zone or zone.UNNAMED}:{local:%Y%m%dT%H%M%S}"


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
