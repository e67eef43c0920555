"""With whom a patient could be taken for another: the one rule for list, palette and page. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from storage.patients.sound import sound
from storage.patients.words import fold

if TYPE_CHECKING:
    from storage.patients.records import Found, Patient

_WHOLE = len("19540314")


class Likeness(StrEnum):
    """How two patients are alike, the strongest first: a duplicate or true homonym, a homonym, perhaps twins, sounding so."""

    SAME = "same"
    HOMONYM = "homonym"
    TWIN = "twin"
    NEAR = "near"


def likeness(one: Found | Patient, other: Found | Patient) -> Likeness | None:
    """Return how *one* and *other* are alike: birth and used names count the same, the birth date only where it is whole."""
    name, given = bool(_names(one) & _names(other)), _plain(one.given_name) == _plain(other.given_name) != ""
    birth = one.birth == other.birth and len(one.birth) == _WHOLE
    if name and given:
        return Likeness.SAME if birth else Likeness.HOMONYM
    if name and birth:
        return Likeness.TWIN
    near = heard(one) & heard(other) and _sound(one.given_name) == _sound(other.given_name) != ""
    return Likeness.NEAR if near else None


def heard(one: Found | Patient) -> set[str]:
    """Return how the names of somebody sound; letters of other scripts stand for themselves."""
    return {_sound(name) for name in (one.birth_name, one.used_name)} - {""}


def _names(one: Found | Patient) -> set[str]:
    return {_plain(name) for name in (one.birth_name, one.used_name)} - {""}


def _plain(name: str) -> str:
    return "".join(fold(name))


def _sound(name: str) -> str:
    plain = _plain(name)
    return sound(plain) or plain
