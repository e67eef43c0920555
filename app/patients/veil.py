"""Identities that PID-32 calls hidden (CACH) or anonymous (ANOM): their number is all that others than the care team see. No Qt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.search import plain

if TYPE_CHECKING:
    from storage.patients.records import Found


def veil(row: Found) -> Found:
    """Return *row* with nothing but its number."""
    told = {
        "birth_name": "",
        "used_name": "",
        "given_name": "",
        "birth": "",
        "sex": "",
        "ins": "",
        "unit": "",
    }
    return replace(row, **told, dead=False, inside=False, near=False, last_ms=0)  # type: ignore[arg-type]  # texts are texts


def is_veiled(row: Found) -> bool:
    """Tell whether *row* went through `veil`: a hidden identity whose name is not said."""
    return row.hidden and not row.birth_name


def asked_for(row: Found, text: str) -> bool:
    """Tell whether *text* is the number of *row*, or asks for nobody in particular."""
    typed = _digits(text)
    return not typed or typed == _digits(row.ipp)


def _digits(text: str) -> str:
    return plain(text).replace(" ", "")
