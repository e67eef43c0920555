"""Texts of others on their way into a spreadsheet. No Qt."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def no_formula(text: str) -> str:
    """Return *text* so that no spreadsheet takes it for a formula: whoever sends a result could have one run. Numbers stay numbers."""
    return f"'{text}" if text.startswith(_BEGINNINGS) and not _NUMBER.fullmatch(text) else text
