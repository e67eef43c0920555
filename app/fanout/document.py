"""A document as the message that brings it to the hospital's record (ANS "Transmission d'un document CDA-R2 en HL7v2" 2.1).

Plain text, not hl7apy, as the answers in `app.interop.ack`: it takes a third of a second for what is joined here at once. The tests
read and validate it with hl7apy. Who the patient is comes from the gateway's own cache, as the hospital told it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from storage.patients.records import Status

if TYPE_CHECKING:
    from storage.patients.records import Patient

FORMS = ("mdm", "oru")
MEDIA = {
    "application/pdf": "^application^pdf^Base64^",
    "text/xml": "^TEXT^XML^Base64^",
    "text/plain": "^TEXT^plain^Base64^",
    "image/jpeg": "^IM^JPEG^Base64^",
    "image/png": "^image^png^Base64^",
}
"""What may leave: the first four components of OBX-5."""
CONTROL_CHARACTERS = 20
_ESCAPES = str.maketrans({"|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\\": "\\E\\"})
_TYPES = {
    "mdm": ("MDM^T02^MDM_T02", "2.6^FRA^2.1"),
    "oru": ("ORU^R01^ORU_R01", "2.5^FRA^2.1"),
}


@dataclass(frozen=True)
class Paper:
    """A document to bring: `id` 16 bytes, `code` LOINC or local, `author` as certified."""

    id: bytes
    code: str
    title: str = field(repr=False)
    media: str
    author: str = field(repr=False)
    data: bytes = field(repr=False)


def control_id(number: bytes) -> str:
    """Return MSH-10 of a document: the same each time it is sent, so that it is kept once."""
    return base64.b32encode(number).decode().rstrip("=")[:CONTROL_CHARACTERS]


def build(paper: Paper, patient: Patient, now_ms: int, *, form: str, zone: str) -> bytes:
    """Return the message in which *paper* travels, recorded now; raises KeyError for a kind of file that may not leave."""
    at = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).strftime("%Y%m%d%H%M%S%z")
    kind, version = _TYPES[form]
    number = paper.id.hex()
    code = f"{text(paper.code)}^{text(paper.title)}^LN"
    content = MEDIA[paper.media] + base64.b64encode(paper.data).decode()
    head = f"MSH|^~\\&|CONSILIUM|CONSILIUM|||{at}||{kind}|{control_id(paper.id)}|P|{version}|||||FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2"
    order = f"ORC|NW|{number}^CONSILIUM|{number}^CONSILIUM"
    obr = f"OBR|1|{number}^CONSILIUM|{number}^CONSILIUM|{code}|||{at}" + "|" * 15 + at + "|||F"
    obx = f"OBX|1|ED|{code}||{content}||||||F|||{at}"
    lines: tuple[str, ...]
    if form == "oru":
        lines = (head, pid(patient), "PV1|1|N", order, obr, obx)
    else:
        txa = (
            f"TXA|1|{text(paper.code)}|TEXT|{at}|||||^{text(paper.author)}"
            + "|" * 3
            + f"{number}^CONSILIUM"
            + "|" * 5
            + "AU"
        )
        lines = (head, f"EVN||{at}", pid(patient), "PV1|1|N", order, obr, txa, obx)
    return "".join(f"{line}\r" for line in lines).encode()


def pid(patient: Patient) -> str:
    """Return the PID of *patient*: the INS only where the identity is qualifiée."""
    numbers = f"{text(patient.ipp)}^^^{_authority(patient.authority)}^PI"
    if patient.status is Status.QUALIFIED and patient.ins:
        numbers += f"~{text(patient.ins)}^^^ASIP-SANTE-INS-NIR&{text(patient.ins_oid)}&ISO^INS"
    names = f"{text(patient.birth_name)}^{text(patient.given_name)}^{text(patient.given_names)}^^^^L"
    if patient.used_name:
        names += f"~{text(patient.used_name)}^{text(patient.given_name)}^^^^^D"
    sure = "VALI" if patient.status in {Status.QUALIFIED, Status.VALIDATED} else "PROV"
    return f"PID|1||{numbers}||{names}||{text(patient.birth)}|{text(patient.sex)}" + "|" * 24 + sure


def text(value: str) -> str:
    """Return *value* for a field: separators escaped, nothing that ends a segment."""
    return "".join(one if one.isprintable() else " " for one in value).translate(_ESCAPES)


def _authority(told: str) -> str:
    """CX.4: a universal id, or the namespace where the hospital told no other."""
    if told and all(part.isdigit() for part in told.split(".")):
        return f"&{told}&{'ISO' if '.' in told else 'N'}"
    return text(told)
