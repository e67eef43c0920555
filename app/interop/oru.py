"""ORU: reports with their observations, and the documents they carry (HL7 v2.5 chapter 7; ANS "CDA en HL7v2" 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.interop import epro, identity, papers
from app.interop.observations import report
from app.interop.orders import Line, Order
from app.interop.reading import Refused
from app.interop.traits import person

if TYPE_CHECKING:
    from app.interop.er7 import Segment
    from app.interop.reading import Reading
    from storage.patients.facts import Fact, Key, Person


def read(reading: Reading) -> list[Fact]:
    """Return reports and documents of every patient of the message. Raises Refused."""
    identity.whole(reading)
    found: list[Fact] = []
    author = papers.sender(reading) or reading.facility
    for order in _orders(reading):
        documents = papers.of_order(order, author, reading)
        told = [each for each in order.lines if not papers.belongs(each)]
        if epro.is_questionnaire(order, told, reading.table):
            found.append(reading.fact(order.key, epro.questionnaire(order, order.lines, reading)))
        elif told or not documents:
            found.append(reading.fact(order.key, report(order, told, reading)))
        found += [reading.fact(order.key, document) for document in documents]
    if not found:
        raise Refused("100", "OBR", "Aucun résultat ni document")
    return found


def _orders(reading: Reading) -> list[Order]:
    """Part the message at PID, ORC and OBR; each OBX with the NTE behind it."""
    key: Key | None = None
    file = ""
    about: tuple[Person, ...] = ()
    common: Segment | None = None
    found: list[Order] = []
    open_order: Order | None = None
    for index, segment in enumerate(reading.message.segments):
        if segment.name == "PID":
            key, ins = identity.of(segment, reading)
            open_order, common = None, None
            file, about = identity.file(segment), person(segment, ins, reading)
        elif segment.name == "ORC":
            common, open_order = segment, None
        elif segment.name in {"OBR", "OBX"} and key is not None:
            if segment.name == "OBR" or open_order is None:
                obr = segment if segment.name == "OBR" else None
                open_order = Order(key, common, obr, file=file, about=about)
                found.append(open_order)
            if segment.name == "OBX":
                open_order.lines.append(Line(index, segment))
        elif segment.name == "NTE" and open_order is not None:
            (open_order.lines[-1].notes if open_order.lines else open_order.notes).append(segment)
    return found
