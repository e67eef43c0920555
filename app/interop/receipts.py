"""ZAM: what became of a document sent earlier (ANS "Transmission d'un document CDA en HL7v2" 2.1): DMP, MSSanté."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.interop.reading import Refused, said
from storage.patients.facts import Key, Receipt

if TYPE_CHECKING:
    from app.interop.reading import Reading
    from storage.patients.facts import Fact

KINDS = {"Z01": "dmp", "Z02": "received", "Z03": "read"}


def read(reading: Reading) -> list[Fact]:
    """Return the receipt: OBX-3 ACK_…, OBX-4 the message it answers, OBX-5 Y or N; ERR-5 and 7 say why not. Raises Refused."""
    kind = KINDS.get(reading.event)
    if kind is None:
        raise Refused("201", "MSH-9", "Événement non pris en charge")
    for line in reading.all("OBX"):
        of = said(line.field(4).component(1))
        if said(line.field(3).component(1)).upper().startswith("ACK_") and of:
            accepted = said(line.field(5).component(1)).upper() == "Y"
            told = Receipt(of, kind, reading.stamp.recorded_ms, accepted, _why(reading))
            return [reading.fact(Key("", ""), told)]
    raise Refused("101", "OBX-4", "Message accusé non indiqué")


def _why(reading: Reading) -> str:
    error = reading.first("ERR")
    if error is None:
        return ""
    return (
        said(error.field(5).component(2))
        or said(error.field(7))
        or said(error.field(8))
        or said(error.field(3).component(2))
    )
