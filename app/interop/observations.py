"""Reports (OBR) and observations (OBX) as people read them (HL7 v2.5 chapter 7.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.interop.reading import coded, professional, said
from storage.patients.facts import Observation, Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.interop.er7 import Segment, Value
    from app.interop.orders import Line, Order
    from app.interop.reading import Reading

_CODED = frozenset({"CE", "CWE", "CNE", "CF"})
_TIMES = frozenset({"DT", "TS", "DTM"})
NOTE = "NTE"
"""Kind of an observation that is a note on the whole report."""


def report(order: Order, lines: Sequence[Line], reading: Reading) -> Report:
    """Return the report of *order* with the observations of *lines*."""
    code, label, _ = order.code
    obr = order.obr
    at_ms = next(filter(None, (reading.time(obr.field(each)) for each in (7, 14, 22))), 0) if obr else 0
    notes = [_note(each, number, reading) for number, each in enumerate(order.notes, 1)]
    return Report(
        id=order.filler or reading.envelope.control_id,
        code=code,
        label=label,
        at_ms=at_ms or reading.stamp.recorded_ms,
        status=said(obr.field(25)).upper() if obr else "",
        order=order.placer,
        author=_author(obr) or reading.facility,
        observations=(*notes, *(observation(each, at_ms, reading) for each in lines)),
        file=order.file,
        about=order.about,
    )


def observation(line: Line, at_ms: int, reading: Reading) -> Observation:
    """Return one OBX; *at_ms* is when its report was observed, used where OBX-14 says nothing."""
    obx = line.obx
    code, label, system = line.code
    return Observation(
        code=code,
        label=label,
        system=system,
        kind=line.kind,
        values=tuple(_value(line.kind, each, reading) for each in obx.field(5).repetitions if not each.null),
        unit=coded(obx.field(6))[0] or coded(obx.field(6))[1],
        range=said(obx.field(7)),
        flags=tuple(flag for each in obx.field(8).repetitions if (flag := said(each.component(1)))),
        status=line.status,
        at_ms=reading.time(obx.field(14)) or at_ms,
        sub_id=said(obx.field(4)),
        notes=tuple(text for note in line.notes if (text := _comment(note, reading))),
    )


def _value(kind: str, value: Value, reading: Reading) -> str:
    if kind in _CODED:
        code, label, _ = coded(value)
        return label or code
    if kind == "SN":
        return _structured(value)
    if kind in _TIMES:
        return _moment(said(value.component(1)))
    if kind in {"TX", "FT", "ST", "NM"}:
        return reading.text(value)
    return " ".join(filter(None, map(said, value.components)))


def _structured(value: Value) -> str:
    """SN: comparator, number, separator, number: `> 100`, `1 - 128`, `1:128`."""
    comparator, first, separator, second = (said(value.component(number)) for number in range(1, 5))
    spaced = f" {separator} " if separator == "-" else separator
    return " ".join(filter(None, (comparator, f"{first}{spaced}{second}")))


def _moment(text: str) -> str:
    """`20260301184300` as `2026-03-01 18:43`; what is no date stays as it is."""
    digits = text[:14]
    if not digits[:8].isdigit() or len(digits) < 8:
        return text
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    clock = digits[8:12]
    return f"{day} {clock[:2]}:{clock[2:]}" if len(clock) == 4 and clock.isdigit() else day


def _note(note: Segment, number: int, reading: Reading) -> Observation:
    return Observation(NOTE, "", "", NOTE, (_comment(note, reading),), sub_id=str(number))


def _comment(note: Segment, reading: Reading) -> str:
    """NTE-3, its repetitions as lines."""
    return "\n".join(
        filter(None, (reading.text(each) for each in note.field(3).repetitions if not each.null))
    )


def _author(obr: Segment | None) -> str:
    """OBR-32, the principal interpreter (NDL: its first component is a person), else OBX would say."""
    if obr is None:
        return ""
    person = obr.field(32).component(1)
    parts = (said(person.subcomponent(2)), said(person.subcomponent(3)))
    named = professional(obr.field(32), "") if not any(parts) else None
    return " ".join(filter(None, parts)) or (named.name if named else "")
