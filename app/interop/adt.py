"""ADT: identities, movements, merges, allergies (IHE PAM.fr 2.11; HL7 v2.5 chapter 3 where a feed has no ZBE)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.interop import identity
from app.interop.reading import Refused, coded, professional, professionals, said, words
from app.interop.traits import traits
from storage.patients.facts import CANCELS, Allergies, Identity, Merge, Movement, Professional, Transfer

if TYPE_CHECKING:
    from app.interop.er7 import Segment, Value
    from app.interop.reading import Reading
    from storage.patients.facts import Content, Fact, Key

MERGES = {"A40": "merge", "A18": "merge", "A30": "merge", "A34": "merge", "A36": "merge", "A39": "merge"} | {
    "A47": "rename",
    "A46": "rename",
}
"""Events that say that two numbers are one person: `merge`, or that a number was changed: `rename`."""
_STAYS = words("A01 A02 A03 A04 A05 A06 A07 A14 A15 A16 A21 A22 A54")
"""Events that are a movement also without a ZBE."""
_ONCE = {"A01": "A01", "A04": "A01", "A03": "A03", "A05": "A05", "A14": "A14", "A16": "A16"}
"""Movements that a visit has once: the same word for both sides of a cancellation."""
_SAID = words("A08 A09 A10 A28 A31 A32 A33 A40 A44 A47 A60 Z99")
_REFUSED = words("A17 A19 A20 A23 A24 A29 A35 A37 A41 A42 A43 A45 A48 A49 A50 A51")
"""Events that would touch two patients, or take one away, in ways that are not understood here: refused, never guessed."""
_ACTIONS = frozenset({"INSERT", "UPDATE", "CANCEL"})
_NONE_KNOWN = frozenset({"NKA", "NKDA", "716186003", "160244002", "409137002", "NON CONNU", "AUCUNE"})


def read(reading: Reading) -> list[Fact]:
    """Return the facts of an ADT. Raises Refused."""
    event = reading.event
    if event in _REFUSED:
        raise Refused("201", "MSH-9", "Événement non pris en charge")
    if event not in _SAID | _STAYS | CANCELS.keys() | MERGES.keys():
        reading.warn("event_unknown")
    parts = reading.patients() if event in MERGES else [reading]
    return [fact for part in parts for fact in _about_one(part)]


def _about_one(reading: Reading) -> list[Fact]:
    pid = identity.one(reading)
    key, told = identity.of(pid, reading)
    contents: list[Content] = [Identity(traits(pid, told, reading))]
    contents += _joined(key, pid, reading)
    contents += _movements(key, pid, reading)
    contents += _allergies(reading)
    return [reading.fact(key, content) for content in contents]


def _joined(key: Key, pid: Segment, reading: Reading) -> list[Content]:
    """A40, A47 and A44 with their MRG. Raises Refused where the other side is not said."""
    event = reading.event
    if event not in MERGES and event != "A44":
        return []
    merged = reading.needed("MRG")
    if len(reading.all("MRG")) > 1:
        raise Refused("198", "MRG", "Plusieurs MRG dans un message")
    old = identity.ipp(merged.field(1), reading)
    if old is None:
        raise Refused("101", "MRG-1", "Aucun identifiant de patient dans MRG")
    if old == key and event != "A44":
        reading.warn("merge_itself")
        return []
    if event != "A44":
        return [Merge(old, MERGES[event])]
    file = identity.file(pid)
    if not file:
        raise Refused("101", "PID-18", "Dossier à déplacer non indiqué")
    return [Transfer(old, file, said(merged.field(3).component(1)))]


def _movements(key: Key, pid: Segment, reading: Reading) -> list[Content]:
    told = reading.all("ZBE")
    if told:
        visit = _visit(pid, reading)
        return [_told(key, each, visit, reading) for each in told]
    event = reading.event
    if event not in _STAYS and event not in CANCELS:
        return []
    if reading.first("PV1") is None:
        reading.warn("movement_missing")
        return []
    return [_derived(pid, reading)]


def _told(key: Key, zbe: Segment, visit: Movement, reading: Reading) -> Movement:
    """Return one ZBE. Its id is unique for its giver only, who is named where it is not the one of the IPP."""
    number, giver = (
        said(zbe.field(1).component(1)),
        said(zbe.field(1).component(3)) or said(zbe.field(1).component(2)),
    )
    action, original = said(zbe.field(4)).upper(), said(zbe.field(6)).upper()
    if not number:
        raise Refused("101", "ZBE-1", "Mouvement sans identifiant")
    if action not in _ACTIONS:
        reading.warn("movement_action")
        action = "CANCEL" if reading.event in CANCELS else "INSERT"
    moment = reading.time(zbe.field(2)) or _happened(reading)
    return replace(
        visit,
        id=number if giver in {"", key.authority} else f"{number}@{giver}",
        action=action,
        original=original,
        since_ms=moment,
        historic=said(zbe.field(5)).upper() == "Y",
        medical_unit=_unit(zbe.field(7)),
        care_unit=_unit(zbe.field(8)),
        nature=said(zbe.field(9)),
    )


def _derived(pid: Segment, reading: Reading) -> Movement:
    """Return the movement of a feed without ZBE: named by event, visit and (where it may happen again) time."""
    visit = _visit(pid, reading)
    event = reading.event
    base = CANCELS.get(event, event)
    moment = _happened(reading)
    stay = visit.visit or visit.file
    once = _ONCE.get(base) if stay else None
    return replace(
        visit,
        id=f"{once or base}:{stay}" if once else f"{base}:{stay}:{moment}",
        action="CANCEL" if event in CANCELS else "INSERT",
        original=base if event in CANCELS else "",
        since_ms=moment,
    )


def _happened(reading: Reading) -> int:
    """EVN-6, else PV1-44 or PV1-45 as the event is an arrival or a leaving, else when it was recorded."""
    event, visit = reading.first("EVN"), reading.first("PV1")
    base = CANCELS.get(reading.event, reading.event)
    fallback = {"A01": 44, "A04": 44, "A03": 45}.get(base)
    told = reading.time(event.field(6)) if event else 0
    told = told or (reading.time(visit.field(fallback)) if visit and fallback else 0)
    return told or reading.stamp.recorded_ms


def _visit(pid: Segment, reading: Reading) -> Movement:
    """Return what PID, PV1 and ROL say of any movement; which one it is, is still open."""
    visit = Movement("", "", reading.event, 0, file=identity.file(pid), professionals=_team(reading))
    pv1 = reading.first("PV1")
    if pv1 is None:
        return visit
    return replace(
        visit,
        visit=said(pv1.field(19).component(1)),
        patient_class=said(pv1.field(2)).upper(),
        place=_place(pv1.field(3)),
        admitted_ms=reading.time(pv1.field(44)),
        discharged_ms=reading.time(pv1.field(45)),
    )


def _place(where: Value) -> tuple[str, ...]:
    parts = [said(each.subcomponent(1)) for each in where.components[:9]]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def _unit(unit: Value) -> tuple[str, str]:
    """XON: code (XON.10, else XON.3) and name."""
    return said(unit.component(10)) or said(unit.component(3)), said(unit.component(1))


def _team(reading: Reading) -> tuple[Professional, ...]:
    """Everybody of ROL (but who is taken away) and of PV1-7, 8, 9 and 17; once for each part."""
    found: list[Professional] = []
    for role in reading.all("ROL"):
        part = said(role.field(3).component(1)).upper()
        if said(role.field(2)).upper() != "DE" and (person := professional(role.field(4), part)):
            found.append(person)
    pv1 = reading.first("PV1")
    for number, part in ((7, "AT"), (8, "RP"), (9, "CP"), (17, "AD")):
        found += professionals(pv1.field(number), part) if pv1 else []
    return tuple(dict.fromkeys(found))


def _allergies(reading: Reading) -> list[Content]:
    """AL1-3/4/5, IAM-3/4/5 but those taken away (IAM-6 D); codes that say that there is none are no allergy."""
    found: list[tuple[str, str, str, str]] = []
    none = False
    for each in (*reading.all("AL1"), *reading.all("IAM")):
        code, label, _ = coded(each.field(3))
        if each.name == "IAM" and said(each.field(6).component(1)).upper() == "D":
            continue
        if {code.upper(), label.upper()} & _NONE_KNOWN:
            none = True
        elif code or label:
            found.append((code, label, said(each.field(4).component(1)), _reactions(each)))
    return [Allergies(tuple(found), none_known=none and not found)] if found or none else []


def _reactions(segment: Segment) -> str:
    return ", ".join(filter(None, (said(each.component(1)) for each in segment.field(5).repetitions)))
