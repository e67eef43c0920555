"""Movements: the newest word on each holds, in whatever order they came; where somebody is now, and who cares."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from storage.patients.records import Member, Stay

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.patients.facts import Movement, Professional
    from storage.patients.told import Told

Unit: TypeAlias = tuple[str, str]
CANCEL = "CANCEL"
_ANNOUNCED = frozenset(("A05", "A14", "A15", "A16"))
"""What is only expected: nobody has moved yet."""
_GONE = frozenset(("A03",))
_NOT_STAYING = frozenset("ONP")
"""PV1-2 of those who come and go: outpatient, nobody, expected."""
_SESSIONS = "R"
"""PV1-2 of a series of sessions: its units care for the patient, who is at home in between."""


def stays(words: Iterable[Told[Movement]]) -> list[Stay]:
    """Return the movements as they hold, by the time at which they took place, the oldest first."""
    by_id: dict[str, list[Told[Movement]]] = defaultdict(list)
    for word in sorted(words, key=lambda word: word.order):
        by_id[word.content.id].append(word)
    made = map(_stay, by_id.values())
    return sorted(made, key=lambda stay: (stay.since_ms, stay.recorded_ms, stay.id))


class Whereabouts(msgspec.Struct, frozen=True, array_like=True):
    """Where somebody is: the last movement of each visit that goes on (the newest first), when they last moved, and a newest time.

    `newest_ms` is that of the latest movement of all, cancelled and announced ones too: what is later still needs no history.
    """

    going_on: tuple[Stay, ...] = ()
    last_ms: int = 0
    newest_ms: int = 0

    @property
    def inside(self) -> bool:
        """True for somebody who is in hospital now."""
        return any(stay.patient_class != _SESSIONS for stay in self.going_on)


def whereabouts(known: Sequence[Stay]) -> Whereabouts:
    """Return where somebody with the movements *known* (sorted as `stays` does) is."""
    last: dict[str, Stay] = {}
    held = [stay for stay in known if not stay.cancelled and stay.event not in _ANNOUNCED]
    for stay in held:
        last[_visit(stay)] = stay
    newest_ms = known[-1].since_ms if known else 0
    return Whereabouts(_going_on(last.values()), max(map(_passed_ms, held), default=0), newest_ms)


def moved(where: Whereabouts, words: Iterable[Told[Movement]]) -> Whereabouts | None:
    """Return *where* after *words* on movements never told of before; None where only the whole history can tell."""
    for word in sorted(words, key=lambda word: (word.content.since_ms, word.order)):
        stay = _stay([word])
        if word.content.action != "INSERT" or stay.since_ms <= where.newest_ms:
            return None
        if stay.event in _ANNOUNCED:
            where = msgspec.structs.replace(where, newest_ms=stay.since_ms)
        else:
            others = [one for one in where.going_on if _visit(one) != _visit(stay)]
            last_ms = max(where.last_ms, _passed_ms(stay))
            where = Whereabouts(_going_on([stay, *others]), last_ms, stay.since_ms)
    return where


def units(of: Iterable[Stay]) -> tuple[Unit, ...]:
    """Return the care and medical units of *of*, each once; the ward of PV1-3 where no unit was told."""
    found: dict[str, Unit] = {}
    for stay in of:
        told = [unit for unit in (stay.care_unit, stay.medical_unit) if any(unit)]
        for unit in told or [(ward, "") for ward in stay.place[:1] if ward]:
            found.setdefault(unit[0] or unit[1], unit)
    return tuple(found.values())


def members(known: Iterable[Stay], going_on: Sequence[Stay]) -> tuple[Member, ...]:
    """Return who cared in *known*, since when, and whether in a running stay; those who do first, then by name."""
    current = {_person(one) for stay in going_on for one in stay.professionals}
    found: dict[tuple[str, str], Member] = {}
    for stay in known:
        for one in () if stay.cancelled else stay.professionals:
            who = _person(one)
            since = found[who].since_ms if who in found else stay.since_ms
            found[who] = Member(one, min(since, stay.since_ms), who in current)
    return tuple(
        sorted(
            found.values(),
            key=lambda member: (not member.current, member.professional.name, _person(member.professional)),
        )
    )


def _visit(stay: Stay) -> str:
    return stay.visit or stay.file or stay.ipp


def _passed_ms(stay: Stay) -> int:
    """Return when somebody came by for *stay*: not later than it was told."""
    return min(stay.since_ms, stay.recorded_ms)


def _going_on(last: Iterable[Stay]) -> tuple[Stay, ...]:
    here = [stay for stay in last if not _ended(stay)]
    return tuple(sorted(here, key=lambda stay: (-stay.since_ms, -stay.recorded_ms, stay.id)))


def _stay(words: Sequence[Told[Movement]]) -> Stay:
    """Fold the words on one movement, the oldest first: where it is cancelled, the last that told of it still says what it was."""
    newest = words[-1]
    telling = [word for word in words if word.content.action != CANCEL] or [newest]
    told = telling[-1].content
    return Stay(
        id=told.id,
        event=told.event if told.action == "INSERT" else told.original or told.event,
        since_ms=told.since_ms,
        cancelled=newest.content.action == CANCEL,
        visit=told.visit,
        file=told.file,
        patient_class=told.patient_class,
        place=told.place,
        medical_unit=told.medical_unit,
        care_unit=told.care_unit,
        nature=told.nature,
        historic=told.historic,
        corrected=told.action == "UPDATE",
        recorded_ms=newest.recorded_ms,
        ipp=newest.key.ipp,
        professionals=told.professionals,
        discharged_ms=told.discharged_ms,
    )


def _ended(stay: Stay) -> bool:
    left = stay.event in _GONE or 0 < stay.since_ms <= stay.discharged_ms
    return left or stay.patient_class in _NOT_STAYING


def _person(one: Professional) -> tuple[str, str]:
    return one.number or one.name, one.part
