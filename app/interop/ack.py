"""Acknowledgements (HL7 v2.5, chapter 2.9), written from the bytes of what they answer: its delimiters, its charset, its MSH-10.

Plain text, not hl7apy: each message has one, and hl7apy takes milliseconds to build it. The tests read them with hl7apy.
"""

from __future__ import annotations

import itertools
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

MAX_HEADER = 64 << 10
_BEFORE = re.compile(rb"(?:[\x00-\x20]|\xef\xbb\xbf)*")
_LINE_END = re.compile(rb"[\r\n]")
_MARKS = b"\x0b\x1c"
"""MLLP's own: an id that ends with FS would end the answer's frame."""
_PUNCTUATION = frozenset(b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_ASKED = {b"AL": "AER", b"ER": "ER", b"SU": "A"}
_SESSION = secrets.token_hex(5).upper()
_numbers = itertools.count(1)


class Code(StrEnum):
    """MSA-1 of the original mode: kept; send it again; never send it again."""

    ACCEPT = "AA"
    ERROR = "AE"
    REJECT = "AR"


TEXTS = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "198": "Non-conformant cardinality",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "205": "Duplicate key identifier",
    "207": "Application internal error",
    "900": "Unsupported version",
    "901": "Author unknown",
    "902": "Patient unknown",
    "903": "INS missing",
    "904": "INS differs",
    "905": "INS incomplete",
}
"""HL7 table 0357, with the French codes."""


@dataclass(frozen=True)
class Verdict:
    """What a message is answered: `error` of table 0357 at `place` (`PID-3`), and a text without patient data."""

    code: Code
    error: str = ""
    place: str = ""
    text: str = ""


ACCEPTED = Verdict(Code.ACCEPT)


@dataclass(frozen=True)
class Header:
    """MSH as it was written: `fields[n]` is MSH-n, empty where nothing can be read."""

    fields: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, raw: bytes) -> Header:
        """Read the first segment of what could not be understood; blanks, NUL and a BOM may stand before it."""
        head = raw[:MAX_HEADER]
        start = _BEFORE.match(head)
        line = _LINE_END.split(head[start.end() if start else 0 :], maxsplit=1)[0]
        if line[:3].upper() != b"MSH" or len(line) < 4 or line[3] not in _PUNCTUATION:
            return cls()
        name, *rest = line.split(line[3:4])
        return cls((name, line[3:4], *rest))

    def __getitem__(self, number: int) -> bytes:
        return self.fields[number] if number < len(self.fields) else b""

    @property
    def separator(self) -> bytes:
        """MSH-1, the standard one where there is none."""
        return self[1] or b"|"

    @property
    def component(self) -> bytes:
        """The first character of MSH-2, the standard one where it does not serve."""
        first = self[2].decode(errors="replace")[:1].encode()
        return first if first not in (b"", "\ufffd".encode(), self.separator) else b"^"


def answers(header: Header, verdict: Verdict, now_ms: int) -> list[bytes]:
    """Return what is sent back: in original mode one message; in enhanced mode what MSH-15 and MSH-16 ask for.

    The commit's answer comes first, and an application answer only follows where it was positive. A sender that asks for no
    answer in this case gets one all the same: silence would look like a loss.
    """
    commit, application = (_asks(header[n], verdict.code) for n in (15, 16))
    codes = []
    if commit:
        codes.append("C" + verdict.code[1])
    if application and (not commit or verdict.code is Code.ACCEPT):
        codes.append(verdict.code.value)
    return [_message(header, verdict, code, now_ms) for code in codes or [verdict.code.value]]


def _asks(condition: bytes, code: Code) -> bool:
    return code[1] in _ASKED.get(condition.strip().upper(), "")


def _message(header: Header, verdict: Verdict, code: str, now_ms: int) -> bytes:
    segments = [_msh(header, now_ms), [b"MSA", code.encode(), header[10]]]
    if verdict.error:
        segments.append(_err(header.component, verdict))
    text = b"".join(_segment(header.separator, fields) for fields in segments)
    return text.translate(None, _MARKS)


def _segment(separator: bytes, fields: list[bytes]) -> bytes:
    while not fields[-1]:
        fields = fields[:-1]
    return separator.join(fields) + b"\r"


def _msh(header: Header, now_ms: int) -> list[bytes]:
    event = header[9].split(header.component)[1:2]
    kind = header.component.join([b"ACK", *event, b"ACK"]) if event and event[0] else b"ACK"
    no_answer = b"NE" if header[15] or header[16] else b""
    now = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%d%H%M%S+0000").encode()
    own_id = f"{_SESSION}{next(_numbers):010}".encode()
    mine = [header[5], header[6], header[3], header[4], now, b"", kind, own_id]
    rest = [header[11] or b"P", header[12] or b"2.5", b"", b"", no_answer, no_answer, *header.fields[17:19]]
    return [b"MSH", header[2] or b"^~\\&", *mine, *rest]


def _err(component: bytes, verdict: Verdict) -> list[bytes]:
    """Write ERR-2, ERR-3 and ERR-4; the words lose their accents, so that any charset carries them."""
    segment, _, place = verdict.place.partition("-")
    where = [segment, "1", place] if place else [segment]
    words = unicodedata.normalize("NFKD", verdict.text)
    coded = [verdict.error, TEXTS.get(verdict.error, ""), "HL70357", "", words]
    err2, err3 = (component.join(one.encode("ascii", "ignore") for one in part) for part in (where, coded))
    return [b"ERR", b"", err2, err3.rstrip(component), b"E"]
