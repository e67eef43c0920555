"""Documents as facts: which OBX is one, what is said about it, and whether it is new, replaces another or takes it away.

ANS "Transmission d'un document CDA-R2 en HL7v2" 2.1: ORC-1 NW/RO/CA, OBX-11 F/C/D and the event must agree. OBX-11 decides
where they do not; nothing is taken away unless OBX-11 says so, or the two others do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.interop import documents
from app.interop.er7 import TEXT
from app.interop.reading import professional, said, words
from storage.patients.facts import Document

if TYPE_CHECKING:
    from app.interop.er7 import Value
    from app.interop.orders import Line, Order
    from app.interop.reading import Reading

NEW, REPLACE, DELETE = "new", "replace", "delete"
_BY_STATUS = dict.fromkeys("FPRSIAUBV", NEW) | {"C": REPLACE, "D": DELETE, "W": DELETE}
_BY_CONTROL = {"NW": NEW, "RO": REPLACE, "CA": DELETE}
_METADATA = "METADMPMSS"
_FLAGS = words(
    "MASQUE_PS INVISIBLE_PATIENT INVISIBLE_REP_LEGAUX CONNEXION_SECRETE MODIF_CONF_CODE DESTDMP DESTMSSANTEPS DESTMSSANTEPAT "
    "ACK_RECEPTION ACK_LECTURE_MSS ACK_LECTURE CORPSMAIL_PS CORPSMAIL_PATIENT"
)
_MAIL_SUBJECT = "XDM/"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the sender wants done with a document: the flags that are Y, and whether it is masked."""

    shown: tuple[str, ...]
    masked: bool


def metadata(order: Order) -> Metadata:
    """Return the MetaDMPMSS lines of *order*."""
    shown = tuple(
        line.code[0]
        for line in order.lines
        if _about(line) and said(line.obx.field(5).component(1)).upper() == "Y"
    )
    return Metadata(shown, "MASQUE_PS" in shown)


def belongs(line: Line) -> bool:
    """Whether an OBX is a document, or about one, and so no observation."""
    return line.kind == "ED" or _about(line) or is_long(line)


def is_document(line: Line) -> bool:
    """Whether an OBX is a document itself: neither a flag nor the body of the mail it travels in."""
    return (line.kind == "ED" or is_long(line)) and not _about(line)


def is_text(line: Line) -> bool:
    """Whether an OBX is text of the document itself."""
    return line.kind in documents.TEXTS and not _about(line)


def is_long(line: Line) -> bool:
    """Whether an OBX holds more text than an observation shows, so that it is read as a document."""
    return line.kind in documents.TEXTS and len(line.obx.field(5)) > TEXT


def _about(line: Line) -> bool:
    code, label, system = line.code
    return system.upper() == _METADATA or code.upper() in _FLAGS or label.upper().startswith(_MAIL_SUBJECT)


def of_order(order: Order, author: str, reading: Reading) -> list[Document]:
    """Return the documents of an order of an ORU by *author*; a second one under the same code is named by its rank."""
    told = metadata(order)
    found: list[Document] = []
    ranks: dict[str, int] = {}
    for line in (each for each in order.lines if is_document(each)):
        code, label, _ = line.code
        rank = ranks[code] = ranks.get(code, 0) + 1
        name = ":".join(
            filter(None, (order.filler or reading.envelope.control_id, code, str(rank) if rank > 1 else ""))
        )
        obr = order.obr
        at_ms = (reading.time(obr.field(7)) or reading.time(obr.field(22))) if obr else 0
        document = Document(
            id=name,
            act=act(order.control, line.status, "", reading),
            code=code or order.code[0],
            label=label or order.code[1],
            at_ms=at_ms or reading.time(line.obx.field(14)) or reading.stamp.recorded_ms,
            author=author,
            status=line.status,
            shown=told.shown,
            masked=told.masked,
            file=order.file,
            about=order.about,
        )
        found.append(filled(document, line, reading))
    return found


def filled(document: Document, line: Line, reading: Reading) -> Document:
    """Return *document* with where its content is (*line*), what it is, and its size."""
    value = line.obx.field(5)
    if line.kind != "ED":
        return replace(document, media="text/plain", segment=line.index, bytes=len(value))
    documents.check(value, reading)
    return replace(document, media=documents.media(value), segment=line.index, bytes=documents.size(value))


def act(control: str, status: str, event: str, reading: Reading) -> str:
    """Return new, replace or delete, from ORC-1, OBX-11 and what the event means (empty: nothing); warns where they differ."""
    said_by = [_BY_CONTROL.get(control, ""), _BY_STATUS.get(status, ""), event]
    told = [each for each in said_by if each]
    if len(set(told)) > 1:
        reading.warn("document_act")
    if said_by[1] == DELETE or told.count(DELETE) > 1 or set(told) == {DELETE}:
        return DELETE
    kept = [each for each in (said_by[1], said_by[0], event) if each and each != DELETE]
    return REPLACE if DELETE in told or REPLACE in kept else NEW


def sender(reading: Reading) -> str:
    """Return who sends the document: PRT-5 of the participation SB."""
    for line in reading.all("PRT"):
        if said(line.field(4).component(1)).upper() == "SB" and (person := _person(line.field(5))):
            return person
    return ""


def _person(value: Value) -> str:
    found = professional(value, "")
    return found.name if found else ""
