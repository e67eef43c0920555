"""How the values of a document are written for people: HL7 times, names, labels. No Qt."""

from __future__ import annotations

from datetime import date

from app.i18n import fmt_date, tr


def day(told: str) -> str:
    """Write an HL7 day (`YYYY`, `YYYYMM`, `YYYYMMDD`) as far as it is known; what is no day stays as it is."""
    digits = told[:8]
    if not digits.isdigit() or not digits.isascii():
        return told
    try:
        if len(digits) == 8:
            return fmt_date(date(int(digits[:4]), int(digits[4:6]), int(digits[6:])))
    except ValueError:
        return told
    return f"{digits[4:6]}/{digits[:4]}" if len(digits) == 6 else digits


def moment(told: str) -> str:
    """Write an HL7 time with its hour where it has one, on the clock of who wrote it; a span with both ends."""
    start, span, end = told.partition("/")
    if span:
        return tr("papers.span", start=moment(start), end=moment(end))
    clock = told[8:12]
    if len(clock) < 4 or not clock.isdigit():
        return day(told)
    return tr("papers.moment", day=day(told), time=f"{clock[:2]}:{clock[2:]}")
