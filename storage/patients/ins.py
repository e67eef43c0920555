"""The national identity number (INS), and what follows from a birth date: pure helpers.

The INS is a NIR or NIA of 13 characters and a key of 2 (INTEROP.md, RNIV v2): 97 - (number mod 97), Corsica's 2A as 19, 2B as 18.
"""

from __future__ import annotations

from datetime import date

NIR_OID = "1.2.250.1.213.1.4.8"
NIA_OID = "1.2.250.1.213.1.4.9"
TEST_OID = "1.2.250.1.213.1.4.10"
DEMO_OID = "1.2.250.1.213.1.4.11"
OIDS = frozenset((NIR_OID, NIA_OID, TEST_OID, DEMO_OID))
_DEPARTMENT = slice(5, 7)
_CORSICA = {"2A": "19", "2B": "18"}
_GROUPS = (1, 3, 5, 7, 10, 13, 15)


def compact(number: str) -> str:
    """Return *number* as it is stored: without spaces, in capitals."""
    return "".join(number.split()).upper()


def is_shaped(number: str) -> bool:
    """Tell whether *number* has the 15 characters of an INS: digits, but for 2A or 2B as the department."""
    return len(number) == 15 and _digits(number) is not None


def key_of(number: str) -> str:
    """Return the key of 2 digits for the first 13 characters of *number*; empty where they are no number."""
    digits = _digits(number[:13]) if len(number) >= 13 else None
    return "" if digits is None else f"{97 - int(digits) % 97:02d}"


def key_fits(number: str) -> bool:
    """Tell whether *number* is an INS whose key is right. A wrong one warns and never rejects."""
    return is_shaped(number) and key_of(number) == number[13:]


def spaced(number: str) -> str:
    """Write an INS in the groups that people read: sex, year, month, department, commune, order, key."""
    if not is_shaped(number):
        return number
    return " ".join(number[a:b] for a, b in zip((0, *_GROUPS), _GROUPS, strict=False))


def _digits(number: str) -> str | None:
    department = number[_DEPARTMENT]
    plain = number[:5] + _CORSICA.get(department, department) + number[7:]
    return plain if plain.isascii() and plain.isdigit() else None


def age(birth: str, today: date) -> tuple[int, str] | None:
    """Return an age and its unit: years from 2, months below, days in the first month; None where nothing can be said.

    *birth* is HL7's YYYY, YYYYMM or YYYYMMDD. A part that is missing counts as its first day, so the age may be one too high;
    where the day is unknown nothing finer than months is said, and without a month nothing finer than years.
    """
    try:
        born = date(int(birth[:4]), int(birth[4:6] or 1), int(birth[6:8] or 1))
    except ValueError:
        return None
    if born > today:
        return None
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months >= 24 or len(birth) < 6:
        return months // 12, "years"
    if months or len(birth) < 8:
        return months, "months"
    return (today - born).days, "days"
