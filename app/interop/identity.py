"""Who a message is about: the numbers of PID-3, and whether the INS may be used (IHE PAM.fr 2.11, RNIV v2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.interop.reading import Refused, authority, said
from storage.patients import ins as numbers
from storage.patients.facts import Key

if TYPE_CHECKING:
    from app.interop.er7 import Segment, Value
    from app.interop.reading import Reading

_INS_NAMES = "ASIP-SANTE-INS"
_NO_IPP = frozenset(
    {"INS", "NH", "SS", "DL", "PPN", "AN", "VN", "NI", "NNFRA", "INS-C", "HC", "MC", "MA", "PHC"}
)
"""Types of CX.5 (HL7 table 0203) that are another number than the hospital's for this person."""
_LONGEST_NUMBER = 100


@dataclass(frozen=True, slots=True)
class Ins:
    """The national identity number of PID-3 (CX.5 INS) with the OID of who gave it; `usable` only where PID-32 is VALI.

    `whole`: 15 characters, under one of the four OIDs.
    """

    number: str
    oid: str
    whole: bool
    usable: bool

    def __repr__(self) -> str:
        return "Ins(…)"


def ipp(told: Value, reading: Reading) -> Key | None:
    """Return the hospital's number of a repeated CX: of type PI, else the first that is no other kind of number."""
    rest: Key | None = None
    for each in told.repetitions:
        number, kind = said(each.component(1)), said(each.component(5)).upper()
        if not number or len(number) > _LONGEST_NUMBER or kind in _NO_IPP or _national(each):
            continue
        key = Key(authority(each, reading.facility), number)
        if kind == "PI":
            return key
        rest = rest or key
    return rest


def ins(pid: Segment) -> Ins | None:
    """Return the INS of PID-3; one without an end date (CX.8) goes before one that ended."""
    found = [each for each in pid.field(3).repetitions if _national(each) and said(each.component(1))]
    if not found:
        return None
    best = min(found, key=lambda each: bool(said(each.component(8))))
    number = numbers.compact(said(best.component(1)))
    oid = said(best.component(4).subcomponent(2))
    whole = numbers.is_shaped(number) and oid in numbers.OIDS
    return Ins(number, oid, whole, usable=whole and status(pid) == "VALI")


def _national(number: Value) -> bool:
    kind, giver = said(number.component(5)).upper(), number.component(4)
    return kind != "NH" and (
        kind == "INS"
        or said(giver.subcomponent(2)) in numbers.OIDS
        or said(giver.subcomponent(1)).upper().startswith(_INS_NAMES)
    )


def status(pid: Segment) -> str:
    """Return the first of PID-32, the reliability of the identity."""
    words = pid.field(32).repetitions
    return words[0].component(1).text.upper() if words else ""


def of(pid: Segment, reading: Reading) -> tuple[Key, Ins | None]:
    """Return whom *pid* is about, and the INS told. Raises Refused where no number may be used."""
    told = ins(pid)
    if told:
        _judge(told, reading)
    key = ipp(pid.field(3), reading)
    if key is None and told and told.usable:
        key = Key(told.oid, told.number)
    if key is None and told:
        error, text = (
            ("903", "INS seul, et PID-32 ne permet pas de l'utiliser")
            if told.whole
            else ("905", "INS incomplet")
        )
        raise Refused(error, "PID-3", text)
    if key is None:
        raise Refused("101", "PID-3", "Aucun identifiant de patient utilisable")
    return key, told


def one(reading: Reading) -> Segment:
    """Return the only PID. Raises Refused where the message is cut short in it, or is about two people."""
    pid = whole(reading)
    others = reading.all("PID")[1:]
    if others:
        key = of(pid, reading)[0]
        if any(of(each, reading)[0] != key for each in others):
            raise Refused("198", "PID", "Plusieurs patients dans un message")
        reading.warn("pid_repeated")
    return pid


def whole(reading: Reading) -> Segment:
    """Return the first PID. Raises Refused where the message ends in the midst of it."""
    pid = reading.needed("PID")
    if pid.end == len(reading.message.raw):
        raise Refused("100", "PID", "Message coupé dans PID")
    return pid


def file(pid: Segment) -> str:
    """Return PID-18, the number of the file (AN)."""
    return said(pid.field(18).component(1))


def _judge(told: Ins, reading: Reading) -> None:
    if not numbers.is_shaped(told.number):
        reading.warn("ins_format")
    elif not numbers.key_fits(told.number):
        reading.warn("ins_key")
    if told.oid not in numbers.OIDS:
        reading.warn("ins_authority")
