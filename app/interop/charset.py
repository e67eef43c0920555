"""Which characters the bytes of a message are: what MSH-18 (HL7 table 0211) declares, checked against the bytes themselves."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

_PIECE = 1 << 20
_UTF8 = "utf-8"
_C1 = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
"""What Windows means by the controls 80–9F, which nobody sends on purpose."""
_SPOKEN = {
    "": "",
    "ASCII": "ascii",
    "UNICODE": _UTF8,
    "UNICODE UTF-8": _UTF8,
    "UTF-8": _UTF8,
    "UTF8": _UTF8,
    "WINDOWS-1252": "iso8859-1",
    "CP1252": "iso8859-1",
} | {
    f"{prefix}8859/{part}": f"iso8859-{part}"
    for prefix in ("", "ISO ", "ISO")
    for part in (*range(1, 10), 15)
}


@dataclass(frozen=True, slots=True)
class Charset:
    """How to read the bytes: `codec` first; `lied`: the declaration does not fit them, `unknown`: it is none of the table."""

    codec: str
    lied: bool = False
    unknown: bool = False

    def decode(self, raw: bytes) -> str:
        """Return the text of *raw*; every byte becomes a character, whatever the bytes are."""
        if raw.isascii():
            return raw.decode("ascii")
        if self.codec == _UTF8:
            try:
                return raw.decode(_UTF8)
            except UnicodeDecodeError:
                return raw.decode("iso8859-1").translate(_C1)
        try:
            return raw.decode(self.codec).translate(_C1)
        except UnicodeDecodeError:
            return raw.decode("iso8859-1").translate(_C1)


def detect(raw: bytes, declared: str) -> Charset:
    """Return how to read the message *raw* whose MSH-18 is *declared*; the bytes win over the declaration."""
    codec = _SPOKEN.get(" ".join(declared.upper().split()))
    unknown = codec is None
    if raw.isascii():
        return Charset(codec or _UTF8, unknown=unknown)
    if _is_utf8(raw):
        return Charset(_UTF8, lied=codec not in {_UTF8, "", None}, unknown=unknown)
    if codec in {_UTF8, "ascii"}:
        return Charset(_UTF8, lied=True)
    return Charset(codec or "iso8859-1", unknown=unknown)


def _is_utf8(raw: bytes) -> bool:
    decoder = codecs.getincrementaldecoder(_UTF8)()
    try:
        for start in range(0, len(raw), _PIECE):
            decoder.decode(raw[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
