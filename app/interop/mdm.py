"""MDM: documents with their own life (HL7 v2.5 chapter 9; ANS "Transmission d'un document CDA-R2 en HL7v2" 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.interop import identity, papers
from app.interop.orders import Line, Order
from app.interop.papers import DELETE, NEW, REPLACE
from app.interop.reading import Refused, professional, said
from app.interop.traits import person
from storage.patients.facts import Document

if TYPE_CHECKING:
    from app.interop.er7 import Segment
    from app.interop.reading import Reading
    from storage.patients.facts import Fact, Key, Person

_EVENTS = dict.fromkeys(("T01", "T02", "T05", "T06"), NEW) | {"T11": DELETE}
_EVENTS |= dict.fromkeys(("T03", "T04", "T07", "T08", "T09", "T10"), REPLACE)
_EVENTS_ANS_2_1 = {"T10": DELETE}
_EVENTS_ANS_BEFORE = {"T04": DELETE}
_STATUS_ONLY = frozenset({"T03", "T07"})
"""Notifications that change what is said of a document and bring no content."""


def read(reading: Reading) -> list[Fact]:
    """Return the document of an MDM. Raises Refused."""
    if reading.event not in _EVENTS:
        raise Refused("201", "MSH-9", "Événement non pris en charge")
    pid = identity.one(reading)
    key, ins = identity.of(pid, reading)
    txa = reading.needed("TXA")
    number = said(txa.field(12).component(1)) or said(txa.field(12).component(3))
    if not number:
        raise Refused("101", "TXA-12", "Document sans identifiant")
    order = _order(reading, key, person(pid, ins, reading))
    line = next((each for each in order.lines if papers.is_document(each)), None)
    line = line or next((each for each in order.lines if papers.is_text(each)), None)
    if line is None and reading.event in _STATUS_ONLY:
        reading.warn("document_missing")
        return []
    return [reading.fact(key, _document(number, txa, order, line, reading))]


def _order(reading: Reading, key: Key, about: tuple[Person, ...]) -> Order:
    lines = [Line(index, each) for index, each in enumerate(reading.message.segments) if each.name == "OBX"]
    return Order(key, reading.first("ORC"), reading.first("OBR"), lines, about=about)


def _document(number: str, txa: Segment, order: Order, line: Line | None, reading: Reading) -> Document:
    told = papers.metadata(order)
    code, label, _ = line.code if line else ("", "", "")
    document = Document(
        id=number,
        act=papers.act(order.control, line.status if line else "", _meaning(reading), reading),
        code=code or said(txa.field(2).component(1)),
        label=label or said(txa.field(2).component(2)) or order.code[1],
        at_ms=reading.time(txa.field(4)) or reading.time(txa.field(6)) or reading.stamp.recorded_ms,
        author=_author(txa, reading),
        replaces=said(txa.field(13).component(1)),
        status=said(txa.field(17)).upper(),
        shown=told.shown,
        masked=told.masked,
        file=identity.file(reading.needed("PID")),
        about=order.about,
    )
    return papers.filled(document, line, reading) if line else document


def _meaning(reading: Reading) -> str:
    """Return what the event means; the versions of the ANS volet before 2.1 deleted with T04, later ones with T10."""
    profile = reading.envelope.profile
    if "CISIS_CDA" not in profile:
        return _EVENTS[reading.event]
    changed = _EVENTS_ANS_2_1 if profile.startswith("2.1") else _EVENTS_ANS_BEFORE
    return changed.get(reading.event, _EVENTS[reading.event])


def _author(txa: Segment, reading: Reading) -> str:
    """TXA-9 originator, TXA-5 provider, PRT of the sender, TXA-22 who authenticated, else the sending facility."""
    for number in (9, 5):
        if person := professional(txa.field(number), ""):
            return person.name
    signed = professional(txa.field(22), "")
    return papers.sender(reading) or (signed.name if signed else reading.facility)
