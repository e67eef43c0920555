"""How the demo hospital's GAM and laboratory write: HL7 v2 after IHE PAM France and the ANS volet of documents, invented content.

These are other people's systems: their messages are written here as they write them, and read as any others.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from app.demo.cda import cda
from app.demo.pdf import pdf
from resources.demo.patients import (
    AUTHORITY,
    NAMESPACE,
    PROFESSIONALS,
    TEST_OID,
    UNITS,
    Analyte,
    Sick,
    Step,
)

if TYPE_CHECKING:
    from datetime import datetime

    from resources.demo.reports import Written

RPPS_OID, FINESS = "1.2.250.1.71.4.2.1", "510999999"
_HEADER = {"GAM": "2.11^IHE_FRANCE-2.11-PAM", "SIL": "2.1^CISIS_CDA_HL7_V2"}


@dataclass
class Desk:
    """One sending system: counts its messages, and knows when the demo began (the site's time)."""

    name: str
    began: datetime

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def message(self, event: str, when: datetime, *segments: str, version: str = "2.5^FRA^2.11") -> bytes:
        """Return one message told at *when*, in UTF-8, segments ended by CR."""
        number = f"{self.name}{self.began:%H%M%S}{next(self._numbers):05d}"
        header = segment(
            "MSH", None, self.name, NAMESPACE, "CONSILIUM", NAMESPACE, self.time(when), None, event, number, "P",
            version, None, None, None, None, "FRA", "UNICODE UTF-8", "FR", None, _HEADER.get(self.name),
        ).replace("MSH||", "MSH|^~\\&|", 1)  # fmt: skip
        return ("\r".join((header, *segments)) + "\r").encode()

    def time(self, when: datetime) -> str:
        """Return *when* as HL7 writes it."""
        return when.strftime("%Y%m%d%H%M%S")


def segment(name: str, *fields: str | None) -> str:
    """Return a segment of these fields, the empty ones at its end left out."""
    return "|".join((name, *(field or "" for field in fields))).rstrip("|")


def escaped(words: str) -> str:
    """Escape *words* for a component (HL7 v2.5 §2.7)."""
    for character, sign in (("\\", "\\E\\"), ("|", "\\F\\"), ("^", "\\S\\"), ("&", "\\T\\"), ("~", "\\R\\")):
        words = words.replace(character, sign)
    return words


# --- identity ---------------------------------------------------------------------------------------------


def _numbers(ipp: str) -> str:
    return f"{ipp}^^^{NAMESPACE}&{AUTHORITY}&ISO^PI"


def pid(sick: Sick, file: str = "") -> str:
    """Return who *sick* is, as every message begins; *file* is the number of the stay."""
    numbers = _numbers(sick.ipp)
    if sick.ins:
        numbers += f"~{sick.ins}^^^ASIP-SANTE-INS-NIR&{TEST_OID}&ISO^INS^^20250101"
    given = sick.given_names or sick.given_name
    names = f"{escaped(sick.birth_name)}^{escaped(sick.given_name)}^{escaped(given)}^^^^L"
    if sick.used_name:
        names += f"~{escaped(sick.used_name)}^{escaped(sick.given_name)}^^^^^D"
    place = f"^^{escaped(sick.birth_place_name)}^^^^BDL^^{sick.birth_place}"
    reliability = "~".join((sick.reliability, *sick.attributes.split()))
    account = f"{file}^^^{NAMESPACE}&{AUTHORITY}&ISO^AN" if file else ""
    dead = "Y" if sick.dead_days >= 0 else ""
    return segment(
        "PID", "1", None, numbers, None, names, None, sick.birth, sick.sex, None, None, place, *[None] * 6,
        account, *[None] * 11, dead, None, reliability,
    )  # fmt: skip


def _person(key: str) -> str:
    number, name = PROFESSIONALS[key]
    family, _, given = name.rpartition(" ")
    return f"{number}^{escaped(family)}^{escaped(given)}^^^^^^ASIP-SANTE-PS&{RPPS_OID}&ISO^L^^^RPPS"


def identity(desk: Desk, sick: Sick, when: datetime, event: str = "A28") -> bytes:
    """Return who *sick* is: A28, or A31 when it is told again, with the allergies."""
    segments = [segment("EVN", None, desk.time(when), None, None, None, desk.time(when)), pid(sick)]
    if sick.gp:
        segments.append(segment("ROL", None, "UC", "ODRP", _person(sick.gp)))
    segments.append("PV1|1|N")
    if sick.none_known:
        segments.append("AL1|1|DA|716186003^Aucune allergie connue^SCT")
    for place, (what, severity, reaction) in enumerate(sick.allergies, 1):
        segments.append(segment("AL1", str(place), "DA", f"^{escaped(what)}", severity, escaped(reaction)))
    return desk.message(f"ADT^{event}^ADT_A05", when, *segments)


def merge(desk: Desk, sick: Sick, old: str, when: datetime) -> bytes:
    """Return that *old* was a second number of *sick* (A40)."""
    event = segment("EVN", None, desk.time(when), None, None, None, desk.time(when))
    return desk.message("ADT^A40^ADT_A39", when, event, pid(sick), f"MRG|{_numbers(old)}")


# --- movements --------------------------------------------------------------------------------------------

_STRUCTURE = {"A01": "ADT_A01", "A02": "ADT_A02", "A03": "ADT_A03", "A04": "ADT_A01"}
_NATURE = {"A01": "SMH", "A02": "M", "A03": "D", "A04": "S"}


def movement(desk: Desk, sick: Sick, step: Step, number: int, when: datetime) -> bytes:
    """Return one movement of *sick*, the *number*-th of this patient (ZBE-1)."""
    code, unit = UNITS[step.unit]
    stamp = desk.time(when)
    visit = f"{sick.ipp}-{step.visit}"
    place = f"{escaped(unit)}^{escaped(step.room)}^^{NAMESPACE}&{AUTHORITY}&ISO"
    doctor = _person(step.who) if step.who else ""
    kind = "O" if step.event == "A04" else "I"
    pv1 = [
        "1",
        kind,
        place,
        None,
        None,
        None,
        doctor,
        *[None] * 11,
        f"V{visit}^^^{NAMESPACE}&{AUTHORITY}&ISO^VN",
    ]
    pv1 += [None] * 24 + [
        stamp if step.event in {"A01", "A04"} else None,
        stamp if step.event == "A03" else None,
    ]
    xon = f"{escaped(unit)}^^^^^{NAMESPACE}&{FINESS}&N^UF^^^{code}"
    zbe = [
        f"{visit}-{number}^{NAMESPACE}^{FINESS}^FINEJ",
        stamp,
        None,
        "INSERT",
        "N",
        None,
        xon,
        xon,
        _NATURE[step.event],
    ]
    segments = [segment("EVN", None, stamp, None, None, None, stamp), pid(sick, visit)]
    if sick.gp:
        segments.append(segment("ROL", None, "UC", "ODRP", _person(sick.gp)))
    segments += [segment("PV1", *pv1), segment("ZBE", *zbe)]
    return desk.message(f"ADT^{step.event}^{_STRUCTURE[step.event]}", when, *segments)


# --- results and documents --------------------------------------------------------------------------------


def results(
    desk: Desk,
    sick: Sick,
    values: list[tuple[Analyte, str]],
    when: datetime,
    corrected: datetime | None = None,
) -> bytes:
    """Return the laboratory's values of blood taken at *when* (ORU^R01); *corrected*: when it said something else of the same."""
    stamp, status = desk.time(when), "F" if corrected is None else "C"
    order = f"{sick.ipp}{when:%y%m%d%H%M}"
    obr = ["1", None, f"{order}^LABO", "26436-6^Biologie^LN", None, None, stamp, *[None] * 17, status]
    lines = [
        segment(
            "OBX", str(n), "NM", f"{a.code}^{escaped(a.label)}^LN", None, value, escaped(a.unit), a.range, _flag(value, a.range),
            None, None, status, None, None, stamp,
        )
        for n, (a, value) in enumerate(values, 1)
    ]  # fmt: skip
    segments = (pid(sick), "PV1|1|O", f"ORC|NW||{order}^LABO", segment("OBR", *obr), *lines)
    return desk.message("ORU^R01^ORU_R01", corrected or when, *segments, version="2.5")


def _flag(value: str, limits: str) -> str:
    number = float(value)
    if limits.startswith("<"):
        return "H" if number >= float(limits[1:]) else "N"
    low, high = (float(part) for part in limits.split("-"))
    return "L" if number < low else "H" if number > high else "N"


def document(
    desk: Desk, sick: Sick, written: Written, when: datetime, replaces: datetime | None = None
) -> bytes:
    """Return a report as MDM, its content a CDA or a PDF: a new one (T02), or in the place of that of *replaces* (T04)."""
    stamp, name = desk.time(when), _document_name(sick, written, when)
    content = pdf(_lines(sick, written, when)) if written.pdf else cda(sick, written, name, when)
    kind = "^application^pdf^Base64^" if written.pdf else "^TEXT^XML^Base64^"
    author = escaped(written.author)
    txa = [
        "1",
        written.code,
        "TEXT",
        stamp,
        None,
        stamp,
        None,
        None,
        f"^{author}",
        None,
        None,
        f"{name}^{NAMESPACE}",
        f"{_document_name(sick, written, replaces)}^{NAMESPACE}" if replaces else None,
    ]
    txa += [None] * 3 + ["AU"]
    obx = [
        "1",
        "ED",
        f"{written.code}^{escaped(written.label)}^LN",
        None,
        kind + base64.b64encode(content).decode(),
    ]
    segments = (
        segment("EVN", None, stamp, None, None, None, stamp),
        pid(sick),
        "PV1|1|O",
        segment("TXA", *txa),
        segment("OBX", *obx, *[None] * 5, "C" if replaces else "F"),
    )
    event = "T04" if replaces else "T02"
    return desk.message(f"MDM^{event}^MDM_T02", when, *segments, version="2.6")


def _document_name(sick: Sick, written: Written, when: datetime) -> str:
    return f"{sick.ipp}.{written.code}.{when:%Y%m%d%H%M%S}"


def _lines(sick: Sick, written: Written, when: datetime) -> list[str]:
    lines = [
        written.label,
        f"{sick.birth_name} {sick.given_name}, IPP {sick.ipp}",
        f"{when:%d/%m/%Y}, {written.author}",
    ]
    for section in written.sections:
        values = (f"{label} : {value}" for label, value in section.values)
        lines += ["", section.title, *section.paragraphs, *values]
    return lines
