"""Whether a document is about the patient on whose page it lies. A difference is said; nothing is decided from it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.search import fold

if TYPE_CHECKING:
    from app.papers.cda.values import Identity
    from storage.patients.records import Patient


@dataclass(frozen=True)
class Difference:
    """One trait that differs: `trait` is birth_name, given_name, birth or ins; `there` in the document, `here` on the page."""

    trait: str
    there: str
    here: str

    def __repr__(self) -> str:
        return f"Difference({self.trait})"


def differences(document: Identity, patient: Patient) -> tuple[Difference, ...]:
    """Return the traits that both know and that differ; empty for the same person, and for a document that names none."""
    given = patient.given_name or patient.given_names
    checks = (
        ("birth_name", document.birth_name, patient.birth_name, _same_name),
        ("given_name", ", ".join(document.given_names), given, _same_given),
        ("birth", document.birth, patient.birth, _same_day),
        ("ins", document.ins, patient.ins, str.__eq__),
    )
    return tuple(
        Difference(trait, there, here)
        for trait, there, here, same in checks
        if there and here and not same(there, here)
    )


def names_nobody(document: Identity) -> bool:
    """Tell whether *document* says of no strict trait whose it is."""
    return not (document.birth_name or document.birth or document.ins)


def _words(name: str) -> list[str]:
    return fold(name).letters.split()


def _same_name(there: str, here: str) -> bool:
    return _words(there) == _words(here)


def _same_given(there: str, here: str) -> bool:
    """Tell whether the first given name of the page is among those of the document: their order and number vary."""
    return _words(here)[:1] == [] or _words(here)[0] in _words(there)


def _same_day(there: str, here: str) -> bool:
    """Compare what both know of the day: a year is no contradiction to a day in it."""
    known = min(len(there), len(here))
    return there[:known] == here[:known]
