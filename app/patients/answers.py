"""What the service of patients answers, as values. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.acts import Act
    from app.patients.access import Access
    from storage.messages.deposits import Deposit
    from storage.messages.records import Message, Thread
    from storage.patients.records import Found, Patient
    from storage.patients.vigilance import Jump

LIMIT = 60
"""Rows of one page of a list; `search` is asked for more as somebody scrolls."""
MOST = 300
CHECKED: Act = "patient-identity-checked"
"""What the trail calls that somebody checked a change of identity; the reason is its `Jump.until_ms`."""


class Untraceable(Exception):  # noqa: N818 -- the page says what to do
    """The audit trail takes nothing now: from outside the care team no page is opened."""


@dataclass(frozen=True)
class Counts:
    """How many patients the cache holds, how many are inside, how many of these in the own care units, how many no ADT named."""

    all: int = 0
    inside: int = 0
    mine: int = 0
    unnamed: int = 0


@dataclass(frozen=True)
class Seen:
    """A patient looked at from this desk, and when."""

    found: Found
    at_ms: int


@dataclass(frozen=True)
class Opening:
    """What came of asking for a page: `patient` only where access is granted; `row` says who it is about in either case.

    `jump`: who the patient was before name and birth date changed at once, until somebody says to have checked it.
    """

    row: Found
    access: Access
    patient: Patient | None = None
    homonyms: tuple[Found, ...] = ()
    jump: Jump | None = None


@dataclass(frozen=True)
class Reading:
    """One line of "who consulted": `name` is empty for somebody the directory does not know any more."""

    time_ms: int
    name: str
    desk: str
    action: str
    reason: str
    mine: bool


@dataclass(frozen=True)
class Talk:
    """A message about a patient, and the thread in which it stands."""

    thread: Thread
    message: Message


@dataclass(frozen=True)
class Exchanges:
    """What was written about a patient and what was left for people without Consilium, the newest first; `names` of the people."""

    talks: tuple[Talk, ...] = ()
    names: Mapping[bytes, str] = field(default_factory=dict)
    left: tuple[Deposit, ...] = ()


def row_of(patient: Patient) -> Found:
    """Return the identity row of a whole patient."""
    from storage.patients.records import Found  # noqa: PLC0415 -- only an open vault has any

    return Found(
        patient.id,
        patient.birth_name,
        patient.used_name,
        patient.given_name,
        patient.birth,
        patient.sex,
        patient.ipp,
        patient.status,
        dead=patient.dead,
        inside=patient.inside,
        unit=patient.units[0][1] if patient.units else "",
        last_ms=patient.last_ms,
        ins=patient.ins,
        by_ins_alone=patient.by_ins_alone,
        unnamed=patient.unnamed,
        hidden=patient.hidden,
    )
