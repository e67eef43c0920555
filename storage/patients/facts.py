"""What one message tells of one patient. Facts never change; a patient is the fold of all facts, sorted by their stamp.

Whatever the order in which messages arrive, the same facts make the same patient (`storage.patients.fold`).
Times are Unix milliseconds; a birth date stays as HL7 wrote it (`YYYY`, `YYYYMM` or `YYYYMMDD`).
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class _Quiet(msgspec.Struct, frozen=True, array_like=True):
    """What is said of a patient never stands in a log by accident: the representation tells the kind only."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


CANCELS = {
    "A11": "A01",
    "A12": "A02",
    "A13": "A03",
    "A25": "A16",
    "A26": "A15",
    "A27": "A14",
    "A38": "A05",
    "A52": "A21",
    "A53": "A22",
    "A55": "A54",
}
"""Events that take back another one (IHE PAM.fr 2.11)."""


class Key(msgspec.Struct, frozen=True, order=True, gc=False):
    """How a sender names a patient: IPP and who gave it (CX.4: universal id, else namespace).

    Somebody known by the INS alone stands under the INS's OID as authority.
    """

    authority: str
    ipp: str

    def __repr__(self) -> str:
        return "Key(…)"


class Stamp(msgspec.Struct, frozen=True, gc=False):
    """When a message was recorded (EVN-2, else MSH-7), and its MSH-10 to part those of the same moment (`told.natural`)."""

    recorded_ms: int
    control_id: str


class Identity(_Quiet, frozen=True, tag="identity"):
    """Traits of PID, PD1 and ZFD; a name that is absent stays as it was, None takes it away (HL7's `""`).

    Names: birth_name, used_name, given_name, given_names, pseudonym, birth, sex, birth_place (INSEE), birth_place_name, address,
    phone, email, ins, ins_oid (only where PID-32 is VALI), reliability (PID-32, first), attributes (PID-32, the others,
    space-separated), dead (Y/N), dead_at (HL7 time), gp (name), gp_rpps, identity_method, identity_document, language.
    """

    traits: dict[str, str | None]


class Person(_Quiet, frozen=True, order=True):
    """Of whom a message on results or documents spoke: PID-5, 7 and 8, and only where PID-32 is VALI the INS with its OID."""

    birth_name: str = ""
    used_name: str = ""
    given_name: str = ""
    birth: str = ""
    sex: str = ""
    ins: str = ""
    ins_oid: str = ""


class Professional(_Quiet, frozen=True):
    """Who cares: RPPS or local number, name, and part (HL7 table 0443: ODRP general practitioner, AT, RP, CP, AD …)."""

    number: str
    name: str
    part: str


class Movement(_Quiet, frozen=True, tag="movement"):
    """One movement of ZBE (or of PV1 where there is no ZBE): the newest word on its `id` holds.

    `action` is INSERT, UPDATE or CANCEL; `event` the trigger (A01 …), `original` ZBE-6; `visit` PV1-19, `file` PID-18;
    `patient_class` PV1-2; `place` the parts of PV1-3; units are code and name; `nature` ZBE-9; `since_ms` ZBE-2.
    """

    id: str
    action: str
    event: str
    since_ms: int
    original: str = ""
    historic: bool = False
    visit: str = ""
    file: str = ""
    patient_class: str = ""
    place: tuple[str, ...] = ()
    medical_unit: tuple[str, str] = ("", "")
    care_unit: tuple[str, str] = ("", "")
    nature: str = ""
    admitted_ms: int = 0
    discharged_ms: int = 0
    professionals: tuple[Professional, ...] = ()


class Merge(_Quiet, frozen=True, tag="merge"):
    """A40 (`kind` merge: `old` was a second number of this patient) or A47 (`kind` rename: the number was changed)."""

    old: Key
    kind: str


class Transfer(_Quiet, frozen=True, tag="transfer"):
    """A44: the file (PID-18) `file`, `old_file` in MRG-3, was written under `old` and belongs to this patient."""

    old: Key
    file: str
    old_file: str = ""


class Allergies(_Quiet, frozen=True, tag="allergies"):
    """All AL1/IAM of a message: (code, text, severity, reaction); `none_known` says so in so many words."""

    known: tuple[tuple[str, str, str, str], ...]
    none_known: bool = False


class Observation(_Quiet, frozen=True):
    """One OBX: code, label and system of OBX-3; values as text, with unit, range, flags and status (F, P, C, D, X …).

    `earlier` is never told by a message: the fold puts there the values that a newer word replaced. One that was deleted (D) has no values.
    """

    code: str
    label: str
    system: str
    kind: str
    values: tuple[str, ...]
    unit: str = ""
    range: str = ""
    flags: tuple[str, ...] = ()
    status: str = ""
    at_ms: int = 0
    sub_id: str = ""
    notes: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()


class Report(_Quiet, frozen=True, tag="report"):
    """One OBR with its observations. `id` is the filler's number (else the placer's): a newer report of it replaces what it names.

    `file` is the file (PID-18) under which it was told, so that A44 takes it along. `about` is whom the message named (one person or
    nobody); the fold puts there everybody whom the messages on this report named.
    """

    id: str
    code: str
    label: str
    at_ms: int
    status: str = ""
    order: str = ""
    author: str = ""
    observations: tuple[Observation, ...] = ()
    file: str = ""
    about: tuple[Person, ...] = ()


class Document(_Quiet, frozen=True, tag="document"):
    """A document of ORU or MDM. Its content stays in the message: `segment` counts the segments before its OBX.

    `act` is new, replace or delete; `replaces` TXA-13 or the same `id`; `media`: application/pdf, text/xml (CDA), text/plain …
    `shown` are the metadata flags of MetaDMPMSS that are Y; `masked` hides it from professionals outside the care team.
    `file` and `about` as in a report.
    """

    id: str
    act: str
    code: str
    label: str
    at_ms: int
    media: str = ""
    segment: int = -1
    bytes: int = 0
    author: str = ""
    replaces: str = ""
    status: str = ""
    shown: tuple[str, ...] = ()
    masked: bool = False
    file: str = ""
    about: tuple[Person, ...] = ()


class Receipt(_Quiet, frozen=True, tag="receipt"):
    """A business acknowledgement (ZAM^Z01 DMP, Z02 MSSanté received, Z03 read) of the message `of`, about no patient of its own."""

    of: str
    kind: str
    at_ms: int
    accepted: bool
    detail: str = ""


class Answered(_Quiet, frozen=True):
    """One item of a questionnaire: `symptom` of the mapping (or "") with its `attribute`, code and label as told, the value as told."""

    symptom: str
    attribute: str
    code: str
    label: str
    system: str
    value: str
    unit: str = ""
    status: str = ""


class Questionnaire(_Quiet, frozen=True, tag="questionnaire"):
    """What a patient answered to a telemonitoring platform (docs/telemonitoring.md §2), as one message tells it.

    `id` is the platform's number, `status` OBR-25. `alert` is Y, N or "" as the sender says; `state` ACTIVE, PAUSED, ENDED or "";
    `next_ms` when the next one is due. `said`: the patient's own words. `unit`: the service that follows (PV1-3, else MSH-6).
    `treatment`, `referent`: as told. `warnings`: what is odd about it. `file` and `about` as in a report.
    """

    id: str
    platform: str
    code: str
    at_ms: int
    sent_ms: int
    status: str = ""
    items: tuple[Answered, ...] = ()
    said: str = ""
    phone: str = ""
    alert: str = ""
    state: str = ""
    next_ms: int = 0
    unit: str = ""
    treatment: str = ""
    referent: str = ""
    warnings: tuple[str, ...] = ()
    file: str = ""
    about: tuple[Person, ...] = ()


Content: TypeAlias = (
    Identity | Movement | Merge | Transfer | Allergies | Report | Document | Questionnaire | Receipt
)


class Fact(msgspec.Struct, frozen=True):
    """One content about `key` (authority and IPP empty for a receipt), told at `stamp`."""

    key: Key
    stamp: Stamp
    content: Content

    def __repr__(self) -> str:
        return f"Fact({type(self.content).__name__})"
