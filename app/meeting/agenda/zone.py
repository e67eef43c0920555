"""Time zones as calendar files need them: this machine's name for its own, and its rules (RFC 5545 §3.6.5). No Qt."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

UNNAMED = "Local"
"""The name in a calendar file where the machine tells none: its rules stand beside it."""
_DAY_S = 86_400
_YEAR_S = 366 * _DAY_S
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def own() -> str:
    """Return the IANA name of this machine's zone, empty where it tells none."""
    name = os.environ.get("TZ", "").removeprefix(":") or _linked(Path("/etc/localtime"))
    return name if named(name) is not None else ""


def _linked(path: Path) -> str:
    try:
        return str(path.resolve()).partition("/zoneinfo/")[2]
    except OSError:
        return ""


def named(name: str) -> tzinfo | None:
    """Return the zone of a name; None stands for this machine's own, also where its data lack that name."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def wall(at_s: int, zone: tzinfo | None) -> datetime:
    """Return the moment as a clock in *zone* shows it."""
    return datetime.fromtimestamp(at_s, UTC).astimezone(zone)


def rules(name: str, first_s: int, last_s: int) -> tuple[str, ...]:
    """Return the VTIMEZONE of the zone *name* (as `named` takes it), good from *first_s* to *last_s* at least."""
    zone = named(name)
    turns = _turns(zone, first_s - _YEAR_S, first_s)
    yearly = len(turns) == 2
    if not yearly:
        turns += _turns(zone, first_s, last_s)
    lines = [line for turn in turns for line in _observance(zone, turn, yearly=yearly)]
    return (
        *("BEGIN:VTIMEZONE", f"TZID:{name or UNNAMED}"),
        *(lines or _still(zone, first_s)),
        "END:VTIMEZONE",
    )


def _turns(zone: tzinfo | None, since_s: int, until_s: int) -> list[int]:
    """Return the seconds at which the clocks of *zone* change."""
    days = range(since_s, until_s, _DAY_S)
    return [
        _turn(zone, day, day + _DAY_S) for day in days if _offset(zone, day) != _offset(zone, day + _DAY_S)
    ]


def _turn(zone: tzinfo | None, low: int, high: int) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == _offset(zone, low) else (low, middle)
    return high


def _offset(zone: tzinfo | None, at_s: int) -> timedelta:
    return wall(at_s, zone).utcoffset() or timedelta()


def _observance(zone: tzinfo | None, turn: int, *, yearly: bool) -> Iterator[str]:
    before, after = _offset(zone, turn - 1), _offset(zone, turn)
    onset = datetime.fromtimestamp(turn, UTC) + before
    kind = "DAYLIGHT" if after > before else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{onset:%Y%m%dT%H%M%S}"
    if yearly:
        yield f"RRULE:FREQ=YEARLY;BYMONTH={onset.month};BYDAY={_place(onset)}{_DAYS[onset.weekday()]}"
    yield f"TZOFFSETFROM:{_written(before)}"
    yield f"TZOFFSETTO:{_written(after)}"
    yield f"END:{kind}"


def _place(day: datetime) -> int:
    """Return the place of a weekday in its month; the last one counts from the end."""
    last = (day + timedelta(days=7)).month != day.month
    return -1 if last else (day.day - 1) // 7 + 1


def _still(zone: tzinfo | None, at_s: int) -> list[str]:
    offset = _written(_offset(zone, at_s))
    times = ("DTSTART:19700101T000000", f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}")
    return ["BEGIN:STANDARD", *times, "END:STANDARD"]


def _written(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
