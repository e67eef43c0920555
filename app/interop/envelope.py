"""MSH: who sends what kind of message to whom, and how it wants to be answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.interop import times

if TYPE_CHECKING:
    from app.interop.er7 import Message, Segment

_FIELDS = 22
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """MSH. `header[n]` are the bytes of MSH-n as they came (1 the separator, 2 the encoding characters), to answer with.

    `kind`, `event`, `structure` are MSH-9; `sender` and `receiver` application and facility; `charset` MSH-18 as
    written; `sent_ms` MSH-7 in Unix milliseconds, 0 where it says none. What is longer than a thousand bytes is cut, and empty in
    `header`.
    """

    control_id: str
    kind: str
    event: str
    structure: str
    sender: tuple[str, str]
    receiver: tuple[str, str]
    version: str
    charset: str
    sent_ms: int
    country: str
    profile: str
    header: tuple[bytes, ...] = field(repr=False)


def envelope(message: Message, zone: str) -> Envelope:
    """Return the envelope of *message*; *zone* (IANA) is that of MSH-7 without an offset. Raises Er7Error."""
    header = message.header
    kind = [header.field(9).component(number).cut(_LONGEST).upper() for number in (1, 2, 3)]
    sent = times.milliseconds(header.field(7).component(1).cut(_LONGEST), zone)
    return Envelope(
        control_id=_short(header, 10),
        kind=kind[0],
        event=kind[1],
        structure=kind[2],
        sender=(_short(header, 3), _short(header, 4)),
        receiver=(_short(header, 5), _short(header, 6)),
        version=header.field(12).component(1).cut(_LONGEST),
        charset=_short(header, 18),
        sent_ms=sent or 0,
        country=_short(header, 17).upper(),
        profile=_short(header, 21),
        header=(b"", *(_raw(header, number) for number in range(1, _FIELDS))),
    )


def _short(header: Segment, number: int) -> str:
    return header.field(number).cut(_LONGEST)


def _raw(header: Segment, number: int) -> bytes:
    value = header.field(number)
    return value.raw if len(value) <= _LONGEST else b""
