"""The invented patients as facts, in a cache of their own: what pictures and tests of the section Patients are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from resources.demo.patients import AUTHORITY, PATIENTS, PROFESSIONALS, TEST_OID, UNITS
from storage.patients.facts import (
    Allergies,
    Fact,
    Identity,
    Key,
    Merge,
    Movement,
    Observation,
    Professional,
    Report,
    Stamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resources.demo.patients import Sick, Step
    from storage.patients.facts import Content

ZONE = ZoneInfo("Europe/Paris")
CLASSES = {"A01": "I", "A02": "I", "A03": "I", "A04": "O"}
HL7_DAY = "%Y%m%d"


def facts(now_ms: int, who: Iterable[Sick] = PATIENTS) -> list[tuple[int, list[Fact]]]:
    """Return what messages before *now_ms* would have told of *who*, one message a patient."""
    return [(seq, _of(sick, now_ms)) for seq, sick in enumerate(who, start=1)]


def _of(sick: Sick, now_ms: int) -> list[Fact]:
    key = Key(AUTHORITY, sick.ipp)
    told: list[Content] = [_identity(sick, now_ms)]
    told += [Merge(Key(AUTHORITY, old), "merge") for old in sick.merged]
    told += [_movement(sick, place, step, now_ms) for place, step in enumerate(sick.steps)]
    told += _reports(sick, now_ms)
    if sick.allergies or sick.none_known:
        known = tuple(("", text, severity, reaction) for text, severity, reaction in sick.allergies)
        told.append(Allergies(known, sick.none_known))
    return [Fact(key, Stamp(now_ms - 60_000, f"{sick.ipp}-{place}"), one) for place, one in enumerate(told)]


def _identity(sick: Sick, now_ms: int) -> Identity:
    traits: dict[str, str | None] = {
        "birth_name": sick.birth_name,
        "used_name": sick.used_name,
        "given_name": sick.given_name,
        "given_names": sick.given_names or sick.given_name,
        "birth": sick.birth,
        "sex": sick.sex,
        "birth_place": sick.birth_place,
        "birth_place_name": sick.birth_place_name,
        "reliability": sick.reliability,
        "attributes": sick.attributes,
    }
    if sick.ins:
        traits |= {"ins": sick.ins, "ins_oid": TEST_OID}
    if sick.gp:
        number, name = PROFESSIONALS[sick.gp]
        traits |= {"gp": name, "gp_rpps": number}
    if sick.dead_days >= 0:
        day = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZONE) - timedelta(days=sick.dead_days)
        traits |= {"dead": "Y", "dead_at": day.strftime(HL7_DAY)}
    return Identity({name: value for name, value in traits.items() if value})


def _movement(sick: Sick, place: int, step: Step, now_ms: int) -> Movement:
    unit = UNITS[step.unit]
    doctors = ((PROFESSIONALS[step.who], "AT"),) if step.who else ()
    return Movement(
        f"{sick.ipp}-{place}",
        "INSERT",
        step.event,
        moment(now_ms, step.days, step.time),
        visit=f"{sick.ipp}{step.visit:02d}",
        patient_class=CLASSES[step.event],
        place=(unit[0], step.room) if step.room else (unit[0],),
        medical_unit=unit,
        care_unit=unit,
        nature="S",
        professionals=tuple(Professional(number, name, part) for (number, name), part in doctors),
    )


def _reports(sick: Sick, now_ms: int) -> Iterator[Report]:
    days = sorted({day for lab in sick.labs for day, _value in lab.values}, reverse=True)
    for day in days:
        at_ms = moment(now_ms, day, "08:10")
        seen = tuple(
            Observation(
                lab.code,
                lab.label,
                "LN",
                "NM",
                (value,),
                lab.unit,
                lab.range,
                _flags(value, lab.range),
                "F",
                at_ms,
            )
            for lab in sick.labs
            for when, value in lab.values
            if when == day
        )
        yield Report(f"{sick.ipp}-{day}", "11502-2", "Biologie", at_ms, "F", observations=seen)


def _flags(value: str, bounds: str) -> tuple[str, ...]:
    if bounds.startswith("<"):
        return ("H",) if float(value) >= float(bounds[1:]) else ()
    low, _, high = bounds.partition("-")
    return ("L",) if float(value) < float(low) else ("H",) if float(value) > float(high) else ()


def moment(now_ms: int, days: int, clock: str) -> int:
    """Return *clock* of the hospital's day that lies *days* before *now_ms*, in Unix milliseconds; never after it."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZONE)
    hour, minute = map(int, clock.split(":"))
    at = (today - timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return min(int(at.timestamp() * 1000), now_ms - 60_000)
