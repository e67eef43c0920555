"""A document as the message that brings it to the hospital's record (ANS "Transmission d'un document CDA-R2 en HL7v2" 2.1).

Built with hl7apy, in a worker thread: it knows the order of segments and groups of each version. Who the patient is comes from the
gateway's own cache, as the hospital told it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
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


@dataclass(frozen=True)
class Paper:
    """A document to bring: `id` 16 bytes, `code` LOINC or local, `author` as certified; `text`: the same in plain words, or ""."""

    id: bytes
    code: str
    title: str = field(repr=False)
    media: str
    author: str = field(repr=False)
    data: bytes = field(repr=False)
    text: str = field(default="", repr=False)


def control_id(number: bytes) -> str:
    """Return MSH-10 of a document: the same each time it is sent, so that it is kept once."""
    return base64.b32encode(number).decode().rstrip("=")[:CONTROL_CHARACTERS]


def build(paper: Paper, patient: Patient, now_ms: int, *, form: str, zone: str) -> bytes:
    """Return the message in which *paper* travels, recorded now; raises KeyError for a kind of file that may not leave."""
    at = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).strftime("%Y%m%d%H%M%S%z")
    said = _Said(paper.id.hex() + "^CONSILIUM", f"{text(paper.code)}^{text(paper.title)}^LN", at)
    message = _mdm(paper, patient, said) if form == "mdm" else _oru(paper, patient, said)
    return f"{message.to_er7()}\r".encode()


@dataclass(frozen=True)
class _Said:
    """What several segments say alike: the document's number, its code and title, when it was recorded."""

    number: str
    code: str
    at: str


def _mdm(paper: Paper, patient: Patient, said: _Said) -> Any:
    message = _message("MDM_T02", "2.6", paper, said.at)
    message.evn.evn_2 = said.at
    _identify(message.pid, patient)
    _visit(message.pv1)
    _order(message.mdm_t02_common_order, said)
    message.txa.txa_1 = "1"
    message.txa.txa_2 = text(paper.code)
    message.txa.txa_3 = "TEXT"
    message.txa.txa_4 = said.at
    message.txa.txa_9 = f"^{text(paper.author)}"
    message.txa.txa_12 = said.number
    message.txa.txa_17 = "AU"
    _content(message.mdm_t02_observation.obx, paper, said)
    return message


def _oru(paper: Paper, patient: Patient, said: _Said) -> Any:
    message = _message("ORU_R01", "2.5", paper, said.at)
    result = message.oru_r01_patient_result
    _identify(result.oru_r01_patient.pid, patient)
    _visit(result.oru_r01_patient.oru_r01_visit.pv1)
    _order(result.oru_r01_order_observation, said)
    order = result.oru_r01_order_observation
    _content(order.oru_r01_observation.obx, paper, said)
    if paper.text:
        message.msh.msh_12, message.msh.msh_21 = "2.5", ""
        _plain(order.add_group("oru_r01_observation").obx, paper, said)
    return message


def _message(structure: str, version: str, paper: Paper, at: str) -> Any:
    from hl7apy.consts import VALIDATION_LEVEL  # noqa: PLC0415 -- a gateway that brings nothing does without
    from hl7apy.core import Message  # noqa: PLC0415

    message = Message(structure, version=version, validation_level=VALIDATION_LEVEL.TOLERANT)
    msh = message.msh
    msh.msh_3 = msh.msh_4 = "CONSILIUM"
    msh.msh_7 = at
    msh.msh_9 = f"{structure.replace('_', '^')}^{structure}"
    msh.msh_10 = control_id(paper.id)
    msh.msh_11 = "P"
    msh.msh_12 = f"{version}^FRA^2.1"
    msh.msh_17 = "FRA"
    msh.msh_18 = "UNICODE UTF-8"
    msh.msh_21 = "2.1^CISIS_CDA_HL7_V2"
    return message


def _visit(pv1: Any) -> None:
    pv1.pv1_1 = "1"
    pv1.pv1_2 = "N"


def _order(group: Any, said: _Said) -> None:
    group.orc.orc_1 = "NW"
    group.orc.orc_2 = group.orc.orc_3 = said.number
    obr = group.obr
    obr.obr_1 = "1"
    obr.obr_2 = obr.obr_3 = said.number
    obr.obr_4 = said.code
    obr.obr_7 = obr.obr_22 = said.at
    obr.obr_25 = "F"


def _content(obx: Any, paper: Paper, said: _Said) -> None:
    obx.obx_1 = "1"
    obx.obx_2 = "ED"
    obx.obx_3 = said.code
    obx.obx_5 = MEDIA[paper.media] + base64.b64encode(paper.data).decode()
    obx.obx_11 = "F"
    obx.obx_14 = said.at


def _plain(obx: Any, paper: Paper, said: _Said) -> None:
    """Put the same in words beside it, for records that show no PDF; the profile of ANS has one OBX only, so MSH-21 does not name it then.

    A repetition a line (OBX-5, HL7 v2.5 §7.4.2.5).
    """
    obx.obx_1 = "2"
    obx.obx_2 = "TX"
    obx.obx_3 = said.code
    obx.obx_4 = "1"
    for line in paper.text.splitlines():
        obx.add_field("OBX_5").value = text(line)
    obx.obx_11 = "F"
    obx.obx_14 = said.at


def _identify(pid: Any, patient: Patient) -> None:
    """Fill the PID of *patient*: the INS only where the identity is qualifiée."""
    pid.pid_1 = "1"
    numbers = [f"{text(patient.ipp)}^^^{_authority(patient.authority)}^PI"]
    if patient.status is Status.QUALIFIED and patient.ins:
        numbers.append(f"{text(patient.ins)}^^^ASIP-SANTE-INS-NIR&{text(patient.ins_oid)}&ISO^INS")
    names = [f"{text(patient.birth_name)}^{text(patient.given_name)}^{text(patient.given_names)}^^^^L"]
    if patient.used_name:
        names.append(f"{text(patient.used_name)}^{text(patient.given_name)}^^^^^D")
    for field_name, values in (("PID_3", numbers), ("PID_5", names)):
        for value in values:
            pid.add_field(field_name).value = value
    pid.pid_7 = text(patient.birth)
    pid.pid_8 = text(patient.sex)
    pid.pid_32 = "VALI" if patient.status in {Status.QUALIFIED, Status.VALIDATED} else "PROV"


def text(value: str) -> str:
    """Return *value* for a field: separators escaped, nothing that ends a segment."""
    return "".join(one if one.isprintable() else " " for one in value).translate(_ESCAPES)


def _authority(told: str) -> str:
    """CX.4: a universal id, or the namespace where the hospital told no other."""
    if told and all(part.isdigit() for part in told.split(".")):
        return f"&{told}&{'ISO' if '.' in told else 'N'}"
    return text(told)
