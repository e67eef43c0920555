"""Dates and times of HL7 v2 (chapter 2A, DT and TS/DTM): `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][+/-ZZZZ]`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TIME = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,9}))?)?)?)?)?)?\s*([+-]\d{4})?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = re.compile(r"\d{4,8}", re.ASCII)


def milliseconds(text: str, zone: str) -> int | None:
    """Return the moment in Unix milliseconds, None where *text* is no time; without an offset it is the clock of *zone* (IANA)."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            min(int(second or 0), 59),
            int((fraction or "0")[:6].ljust(6, "0")),
            tzinfo=_offset(offset) if offset else _zone(zone),
        )
        return (moment - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None


def day(text: str) -> str | None:
    """Return what is known of a birth date (`YYYYMMDD`, `YYYYMM` or `YYYY`), None where *text* is no date.

    Parts that no calendar has, as of those whose day nobody knows (`19540000`), are left out.
    """
    found = _DAY.match(text)
    parts = (found.group()[:size] for size in (8, 6, 4)) if found else ()
    return next((part for part in parts if milliseconds(part, "UTC") is not None), None)


def _offset(text: str) -> tzinfo:
    away = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return timezone(-away if text[0] == "-" else away)


@lru_cache(maxsize=8)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
