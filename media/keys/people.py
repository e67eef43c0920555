"""What an organisation says of its people beside their certificates: specialty, service, RPPS (docs/protocol.md §3).

The log names the hash of the newest list, so that the directory's head signs it, and nobody shows an older one.
"""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from media.errors import ProtocolError
from media.keys import cbor
from media.keys.certs import MAX_TEXT, ROLES, shown_text
from media.keys.issuers import ID_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

PEOPLE = "CSL1/people"
MAX_PEOPLE = 20_000
MAX_LIST = 8 * 1024 * 1024
_DIGITS = re.compile(r"[0-9]{11}")
_PHONE = re.compile(r"[0-9+(). -]{0,30}")
_MAIL = re.compile(r"|[^@\s]{1,60}@[^@\s]{1,60}")
_KINDS = (ID_BYTES, str, str, str, str, str, str, str, str)


def is_rpps(text: str) -> bool:
    """Tell whether *text* is an RPPS number: eleven digits, the last one Luhn's check digit."""
    if not _DIGITS.fullmatch(text):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(text))]
    return sum(n - 9 * (n > 9) for n in doubled) % 10 == 0


@dataclass(frozen=True)
class Entry:
    """One person, with or without a device. Every text but the name may be empty; `rpps` as `is_rpps` says."""

    user: bytes
    name: str
    role: str = "other"
    specialty: str = ""
    service: str = ""
    structure: str = ""
    rpps: str = ""
    phone: str = ""
    mail: str = ""

    def __post_init__(self) -> None:
        if len(self.user) != ID_BYTES or self.role not in ROLES:
            raise ProtocolError("a person has a user id and a known role")
        for text in (self.specialty, self.service, self.structure, self.phone, self.mail):
            _check(text, empty=True)
        _check(self.name)
        if self.rpps and not is_rpps(self.rpps):
            raise ProtocolError("an RPPS number has eleven digits and a check digit")
        if not (_PHONE.fullmatch(self.phone) and _MAIL.fullmatch(self.mail)):
            raise ProtocolError("a telephone number or mail address of another form")


def _check(text: str, *, empty: bool = False) -> None:
    plain = text.isascii() and text.isprintable() and text == text.strip() and len(text) <= MAX_TEXT
    if plain and (text or empty):
        return  # nothing hides in ASCII, and a list has tens of thousands of such texts
    if shown_text(text, empty=empty) != text:
        raise ProtocolError("a shown text is NFC")


def encode(entries: Iterable[Entry]) -> bytes:
    """Return the list, by user id; raises ProtocolError for somebody named twice and for more than anybody would take."""
    rows: list[Any] = [list(astuple(one)) for one in sorted(entries, key=lambda one: one.user)]
    data = cbor.encode([PEOPLE, rows])
    parse(data)
    return data


def parse(data: bytes) -> tuple[Entry, ...]:
    """Read a list: at most 8 MiB and 20,000 people, each once, by user id; raises ProtocolError."""
    (rows,) = cbor.record(data, PEOPLE, (list,), max_bytes=MAX_LIST, max_depth=3)
    if len(rows) > MAX_PEOPLE:
        raise ProtocolError("a list has at most 20,000 people")
    entries = tuple(_entry(row) for row in rows)
    users = [one.user for one in entries]
    if any(one >= other for one, other in pairwise(users)):
        raise ProtocolError("a list names everybody once, in order")
    return entries


def _entry(row: Any) -> Entry:
    if not isinstance(row, list):
        raise ProtocolError("a person is a row")
    cbor.check(row, _KINDS)
    return Entry(*row)
