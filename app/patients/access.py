"""Who opens a patient's page directly, and who says why first (bris de glace). Pure: no Qt, no vault.

A patient is somebody's own through the care team that messages name (ROL, PV1, the general practitioner) or through a
care unit of the stay that runs, or of one that ended within `WINDOW_MS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.config import CARE_UNITS, PATIENTS_ACCESS, RPPS
from storage.patients.wards import recent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.config import Config
    from storage.patients.records import Patient

WINDOW_MS = 30 * 86_400_000
REASONS = ("emergency", "cover", "opinion", "rcp", "identity", "other")
"""Why somebody outside the care team opens a page; `other` wants a text."""
DIRECT = ("team", "unit", "everyone")
"""Grounds that ask for no reason."""
MAX_TEXT = 200


@dataclass(frozen=True)
class Reader:
    """Who works at this desk, as far as access goes: RPPS and codes of the care units; `everyone`: no reason is asked."""

    rpps: str = ""
    units: frozenset[str] = frozenset()
    everyone: bool = False

    @classmethod
    def of(cls, config: Config) -> Reader:
        """Return the reader that the settings of now describe."""
        get = config.get
        return cls(get(RPPS), frozenset(get(CARE_UNITS)), get(PATIENTS_ACCESS) == "everyone")


@dataclass(frozen=True)
class Access:
    """On what ground a page is open: one of `DIRECT` or of `REASONS`, with the `text` of `other`; empty: it is shut."""

    ground: str = ""
    text: str = ""

    @property
    def granted(self) -> bool:
        """Whether the page may be shown."""
        return bool(self.ground)

    @property
    def broken_glass(self) -> bool:
        """Whether a reason was given from outside the care team."""
        return self.ground in REASONS

    @property
    def written(self) -> str:
        """The reason as the audit trail keeps it."""
        return f"{self.ground}: {self.text}" if self.text else self.ground


SHUT = Access()


def decide(patient: Patient, reader: Reader, now_ms: int) -> Access:
    """Return the ground on which *reader* opens *patient* directly, or `SHUT`."""
    if reader.rpps and reader.rpps in _team(patient, now_ms):
        return Access("team")
    if reader.units & set(_units(patient, now_ms)):
        return Access("unit")
    return Access("everyone") if reader.everyone and not patient.hidden else SHUT


def because(reason: str, text: str = "") -> Access:
    """Return the access that *reason* gives; `SHUT` where it is none, or `other` without a text."""
    told = " ".join(text.split())[:MAX_TEXT] if reason == "other" else ""
    return Access(reason, told) if reason in REASONS and (told or reason != "other") else SHUT


def subject(authority: str, ipp: str) -> bytes:
    """Return how the audit trail knows a patient's number; it keeps a keyed hash of this only."""
    return f"patient:{authority}|{ipp}".encode()


def _team(patient: Patient, now_ms: int) -> Iterator[str]:
    if patient.gp is not None:
        yield patient.gp.number
    for member in patient.members:
        if member.current or member.since_ms >= now_ms - WINDOW_MS:
            yield member.professional.number


def _units(patient: Patient, now_ms: int) -> Iterator[str]:
    """Yield the care units that had the patient at a moment inside the window."""
    for code, _name in patient.units:
        yield code
    yield from recent(patient.stays, now_ms - WINDOW_MS)
