"""What people see of a patient: values without Qt, made by `storage.patients` from facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from storage.patients.facts import Professional  # noqa: TC001 -- stays are kept in the database too: msgspec reads their types

if TYPE_CHECKING:
    from storage.patients.facts import Key, Person, Receipt, Report


class Status(StrEnum):
    """How sure the identity is (RNIV v2): only `qualifiée` carries the INS."""

    PROVISIONAL = "provisoire"
    RETRIEVED = "récupérée"
    VALIDATED = "validée"
    QUALIFIED = "qualifiée"


class Known(StrEnum):
    """What is known of allergies: nobody said, none, or some."""

    UNKNOWN = "unknown"
    NONE = "none"
    SOME = "some"


@dataclass(frozen=True)
class Found:
    """One hit of a search, enough for a row. `near`: found by sound only. `inside`: hospitalised now.

    `ins` is empty unless qualified, `last_ms` as in Patient; `unit` the name of the first running one, else its code. `unnamed`,
    `hidden`: as in Patient.
    """

    id: int
    birth_name: str
    used_name: str
    given_name: str
    birth: str
    sex: str
    ipp: str
    status: Status
    dead: bool = False
    near: bool = False
    inside: bool = False
    unit: str = ""
    last_ms: int = 0
    ins: str = ""
    by_ins_alone: bool = False
    unnamed: bool = False
    hidden: bool = False

    def __repr__(self) -> str:
        return f"Found({self.id})"


@dataclass(frozen=True)
class Stay:
    """One movement as it holds now, the latest word on it; a cancelled one is kept and says so."""

    id: str
    event: str
    since_ms: int
    cancelled: bool
    visit: str
    file: str
    patient_class: str
    place: tuple[str, ...]
    medical_unit: tuple[str, str]
    care_unit: tuple[str, str]
    nature: str
    historic: bool
    corrected: bool
    recorded_ms: int
    ipp: str
    professionals: tuple[Professional, ...] = ()
    discharged_ms: int = 0

    def __repr__(self) -> str:
        return "Stay(…)"


@dataclass(frozen=True)
class Paper:
    """A document as it stands now: its content is segment `segment` of inbox message `seq`; `versions` are older ones.

    `about` is whom its message named, one person or nobody.
    """

    id: str
    seq: int
    segment: int
    code: str
    label: str
    at_ms: int
    media: str
    bytes: int
    author: str
    status: str
    masked: bool = False
    withdrawn: bool = False
    receipts: tuple[Receipt, ...] = ()
    versions: tuple[Paper, ...] = ()
    about: tuple[Person, ...] = ()

    @property
    def key(self) -> str:
        """The same for the same version of the same document."""
        return f"{self.id} {self.seq} {self.segment}"

    @property
    def readable(self) -> bool:
        """Whether there is content to show."""
        return self.segment >= 0 and not self.withdrawn

    def __repr__(self) -> str:
        return "Paper(…)"


@dataclass(frozen=True)
class Trait:
    """One trait of the identity: what holds, when it was recorded, and what was said before (value, time), the newest first.

    None: taken away by the sender.
    """

    name: str
    value: str | None
    recorded_ms: int
    earlier: tuple[tuple[str | None, int], ...] = ()

    def __repr__(self) -> str:
        return f"Trait({self.name})"


@dataclass(frozen=True)
class Member:
    """Somebody of the care team: a professional of ROL or PV1, with the care units of the stays."""

    professional: Professional
    since_ms: int
    current: bool

    def __repr__(self) -> str:
        return "Member(…)"


@dataclass(frozen=True)
class Patient:
    """One person. `merged` are other numbers (A40, A47) that are this person's; `units` care units (code, name) of the running stay.

    `ins` is empty unless the status is qualifiée; `ins_warning`: its control key does not fit. `attributes` are the other codes of
    PID-32, and DPOT (possible duplicate) where another number has the same qualified INS. `last_ms`: the last passage, else the
    newest word. `by_ins_alone`: no IPP is known, `ipp` is the INS and `authority` its OID.
    `unnamed`: no ADT told who it is, names and birth date are those of results or documents. `hidden`: PID-32 has ANOM or CACH, so
    that the identity is for the care team only. `joined`: numbers of others that are this person's by the qualified INS.
    """

    id: int
    authority: str
    ipp: str
    status: Status
    birth_name: str = ""
    used_name: str = ""
    given_name: str = ""
    given_names: str = ""
    birth: str = ""
    sex: str = ""
    birth_place: str = ""
    birth_place_name: str = ""
    address: str = ""
    phone: str = ""
    ins: str = ""
    ins_oid: str = ""
    ins_warning: bool = False
    attributes: tuple[str, ...] = ()
    dead: bool = False
    dead_at: str = ""
    gp: Professional | None = None
    merged: tuple[str, ...] = ()
    allergies: Known = Known.UNKNOWN
    allergy_list: tuple[tuple[str, str, str, str], ...] = ()
    inside: bool = False
    units: tuple[tuple[str, str], ...] = ()
    last_ms: int = 0
    by_ins_alone: bool = False
    unnamed: bool = False
    hidden: bool = False
    joined: tuple[Key, ...] = ()
    stays: tuple[Stay, ...] = field(default=(), repr=False)
    members: tuple[Member, ...] = field(default=(), repr=False)
    papers: tuple[Paper, ...] = field(default=(), repr=False)
    reports: tuple[Report, ...] = field(default=(), repr=False)
    traits: tuple[Trait, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        return f"Patient({self.id})"
