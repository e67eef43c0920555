"""Questionnaires of telemonitoring platforms in ORU^R01 (docs/telemonitoring.md §2): one OBR, its items, words and vital signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.interop import mapping, papers
from app.interop.reading import coded, said
from storage.monitoring.records import OUT_OF_RANGE, off_scale
from storage.patients.facts import Answered, Questionnaire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.interop.er7 import Value
    from app.interop.orders import Line, Order
    from app.interop.reading import Reading

VITAL = "vital"
_LOINC = frozenset({"LN", "LOINC"})
_CODED = frozenset({"CE", "CWE", "CNE", "CF"})
_MOST_ITEMS = 500
_MOST_WORDS = 8_000
_MOST_LABEL, _MOST_VALUE = 200, 2_000
"""Characters of a number, a code, a label, a unit, a name; and of an item's value."""
_STATES = frozenset({"ACTIVE", "PAUSED", "ENDED"})
_AHEAD_MS = 86_400_000
_MOST_AWAITED_MS = 2 * 366 * 86_400_000


def is_questionnaire(order: Order, lines: Sequence[Line], table: mapping.Mapping) -> bool:
    """Tell whether an order holds a questionnaire: OBR-4 says so, or one of its items is mapped."""
    if order.code[0].upper() in table.reports:
        return True
    return any(table.item(code, system) for line in lines for code, _, system in (line.code,))


def questionnaire(order: Order, lines: Sequence[Line], reading: Reading) -> Questionnaire:
    """Return the questionnaire of *order*, whose report (a document) is none of its items."""
    obr, warnings = order.obr, dict[str, None]()
    at_ms, sent_ms = (reading.time(obr.field(7)), reading.time(obr.field(22))) if obr else (0, 0)
    sent_ms = sent_ms if sent_ms > 0 else reading.stamp.recorded_ms
    at_ms = at_ms if at_ms > 0 else sent_ms
    latest_ms = reading.arrived_ms + _AHEAD_MS
    if at_ms > latest_ms:
        warnings["ahead"] = None
        at_ms = sent_ms if sent_ms <= latest_ms else reading.stamp.recorded_ms
    items: list[Answered] = []
    about: dict[str, list[Line]] = {}
    for line in lines:
        code, _, system = line.code
        if name := reading.table.about.get(f"{system}|{code}".upper()):
            about.setdefault(name, []).append(line)
        elif not papers.belongs(line):
            items.append(_item(line, warnings, reading))
    if len(items) > _MOST_ITEMS:
        reading.warn("questionnaire_cut")
        warnings["cut"] = None
    return Questionnaire(
        id=_short(order.filler or reading.envelope.control_id),
        platform=_short(said(reading.message.header.field(3).component(1)) or reading.facility),
        code=_short(order.code[0]),
        at_ms=at_ms,
        sent_ms=sent_ms,
        status=said(obr.field(25)).upper() if obr else "",
        items=tuple(items[:_MOST_ITEMS]),
        said=_words(about.get("TEXT", ()), reading),
        phone=_short(_one(about, "PHONE", said) or _phone(reading)),
        alert=_raised(_one(about, "ALERT", _code)),
        state=state if (state := _one(about, "STATUS", _code).upper()) in _STATES else "",
        unit=_short(_unit(reading)),
        treatment=_short(_one(about, "TREATMENT", said)),
        referent=_short(_one(about, "REFERENT", said)),
        next_ms=next((_awaited(line, reading) for line in about.get("NEXT", ())), 0),
        warnings=tuple(warnings),
        file=order.file,
        about=order.about,
    )


def _item(line: Line, warnings: dict[str, None], reading: Reading) -> Answered:
    code, label, system = line.code
    symptom, attribute = reading.table.item(code, system) or ("", "")
    if system.upper() in _LOINC and code in reading.table.vitals:
        symptom, attribute = code, VITAL
    value = " ".join(
        _code(each) if line.kind in _CODED and attribute else reading.text(each)
        for each in line.obx.field(5).repetitions
    )
    if off_scale(attribute, value) and line.status not in {"D", "X"}:
        reading.warn("grade_range")
        warnings[OUT_OF_RANGE] = None
    said_so = code, label, system, said(line.obx.field(6).component(1))
    if len(value) > _MOST_VALUE or max(map(len, said_so)) > _MOST_LABEL:
        reading.warn("text_cut")
        warnings["cut"] = None
    code, label, system, unit = map(_short, said_so)
    return Answered(symptom, attribute, code, label, system, value[:_MOST_VALUE], unit, line.status)


def _short(text: str) -> str:
    return text[:_MOST_LABEL]


def _unit(reading: Reading) -> str:
    """Return the code of the service: PV1-3 where the message is about one stay, else MSH-6."""
    stays = reading.all("PV1")
    place = said(stays[0].field(3).component(1)) if len(stays) == 1 else ""
    return place or said(reading.message.header.field(6).component(1))


def _words(lines: Sequence[Line], reading: Reading) -> str:
    told = "\n".join(reading.text(each) for line in lines for each in line.obx.field(5).repetitions)
    if len(told) > _MOST_WORDS:
        reading.warn("text_cut")
    return told[:_MOST_WORDS]


def _one(about: dict[str, list[Line]], name: str, read: Callable[[Value], str]) -> str:
    return next((read(line.obx.field(5)) for line in about.get(name, ())), "")


def _raised(said: str) -> str:
    """Return Y or N, "" where nothing is said: whoever says something, and not no, raises an alert."""
    return ("N" if said[0].upper() in "N0F" else "Y") if said else ""


def _awaited(line: Line, reading: Reading) -> int:
    """Return when the next questionnaire is due, 0 where nobody means what is said: years away, or before there were any."""
    found = reading.time(line.obx.field(5))
    if 0 <= found < reading.arrived_ms + _MOST_AWAITED_MS:
        return found
    reading.warn("time")
    return 0


def _code(value: Value) -> str:
    """Return the code of a coded value, or the plain text."""
    code, label, _ = coded(value)
    return code or label


def _phone(reading: Reading) -> str:
    """Return PID-13, where the message is about one patient."""
    patients = reading.all("PID")
    if len(patients) != 1:
        return ""
    number = patients[0].field(13)
    return said(number.component(12)) or said(number.component(1))
