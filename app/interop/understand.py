"""From the bytes of one message to what it tells: envelope, facts, warnings, or why it is refused. Pure, and never raises.

The listener answers with it, `consilium-admin hl7 check` shows it, and the patient cache is filled from it: one reading for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.interop import adt, mdm, oru, receipts
from app.interop.envelope import Envelope, envelope
from app.interop.er7 import Er7Error, Limits, Message
from app.interop.reading import Reading, Refused, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.interop.mapping import Mapping
    from storage.patients.facts import Fact

DEFAULT_ZONE = "Europe/Paris"
_LONGEST_ID = 250
_KINDS: dict[str, Callable[[Reading], list[Fact]]] = {
    "ADT": adt.read,
    "ORU": oru.read,
    "MDM": mdm.read,
    "ZAM": receipts.read,
}
_FRENCH = words("ZBE ZFA ZFD ZFM ZFP ZFS ZFT ZFU ZFV")
_VERSIONS = ("2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8")
_FAULTS = {
    "header": ("100", "MSH", "Aucun message HL7"),
    "delimiters": ("101", "MSH-2", "Séparateurs illisibles"),
    "size": ("198", "MSH", "Message trop long"),
    "segments": ("198", "MSH", "Trop de segments"),
    "fields": ("198", "", "Trop de champs"),
    "parts": ("198", "", "Trop de champs ou de répétitions"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: `code` AR (never send again) or AE, `error` of HL7 table 0357, `place` (`PID-3`), `text` without patient data."""

    code: str
    error: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Understood:
    """One message understood. `envelope` is None where there is no readable MSH; facts are none where it is refused."""

    envelope: Envelope | None
    facts: tuple[Fact, ...] = ()
    warnings: tuple[str, ...] = ()
    refusal: Refusal | None = None

    @property
    def ack(self) -> str:
        """The answer in original mode: AA, AE or AR."""
        return self.refusal.code if self.refusal else "AA"


def understand(
    raw: bytes,
    *,
    arrived_ms: int,
    zone: str = DEFAULT_ZONE,
    limits: Limits | None = None,
    table: Mapping | None = None,
) -> Understood:
    """Return what *raw* tells; *zone* (IANA) is that of times without an offset, *table* the site's of questionnaires' codes.

    Never raises, whatever the bytes.
    """
    try:
        message = Message.parse(raw, limits)
        head = envelope(message, zone)
        reading = Reading(message, head, zone, arrived_ms, table)
    except Er7Error as error:
        return Understood(None, refusal=_fault(error))
    refusal, facts = None, []
    try:
        _oddities(message, reading)
        facts = _read(head, reading)
    except Refused as no:
        refusal = Refusal("AR", no.error, no.place, no.text)
    except Er7Error as error:
        refusal = _fault(error)
    except Exception:  # noqa: BLE001 -- whatever the bytes, the sender gets an answer; the message goes to quarantine
        refusal = Refusal("AR", "207", "", "Message incompris")
    return Understood(head, () if refusal else tuple(facts), tuple(reading.warnings), refusal)


def _fault(error: Er7Error) -> Refusal:
    code, place, text = _FAULTS[error.kind]
    return Refusal("AR", code, place or error.segment, text)


def _read(head: Envelope, reading: Reading) -> list[Fact]:
    if len(reading.all("MSH")) > 1:
        raise Refused("100", "MSH", "Plusieurs messages dans une trame")
    if not head.kind:
        raise Refused("101", "MSH-9", "Type de message absent")
    if not head.control_id:
        raise Refused("101", "MSH-10", "Identifiant de message absent")
    if len(reading.message.header.field(10)) > _LONGEST_ID:
        raise Refused("102", "MSH-10", "Identifiant de message trop long")
    reading.bounded()
    reader = _KINDS.get(head.kind)
    if reader is None:
        raise Refused("200", "MSH-9", "Type de message non pris en charge")
    return reader(reading)


def _oddities(message: Message, reading: Reading) -> None:
    """Note what is unusual about the form; none of it hinders."""
    charset = message.charset
    version = message.header.field(12).component(1).text
    for code, holds in (
        ("charset", charset.lied),
        ("charset_unknown", charset.unknown),
        ("continued_line", message.joined),
        ("lower_case", message.lower),
        ("control_characters", b"\x00" in message.raw or message.raw.find(b"\x0b", 1) >= 0),
        ("version", not version.startswith(_VERSIONS)),
    ):
        if holds:
            reading.warn(code)
    for segment in message.segments:
        if segment.name.startswith("Z") and segment.name not in _FRENCH:
            reading.warn(f"segment_unknown:{segment.name}")
