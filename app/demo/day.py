"""What happens in the demo hospital: all that was told before the demo began, then a morning of it, as its systems tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from math import sin
from typing import TYPE_CHECKING

from app.demo.hl7 import document, identity, merge, movement, results
from resources.demo.monitoring import AT_HOME, FERREIRA, NAMED_S
from resources.demo.patients import DOUBLE, PATIENTS, QUALIFIED, Analyte, Step
from resources.demo.reports import NEWS, NEWS_SIGNED, REPORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.demo.hl7 import Desk
    from resources.demo.patients import Sick

BY_IPP = {one.ipp: one for one in PATIENTS}
ODILE, SOLANGE = BY_IPP["80421937"], BY_IPP["80377204"]
FRESH = ("11.2", "204", "5.3", "74", "7")
"""What the laboratory finds in Odile while the demo runs, in the order of her analytes."""
CORRECTED = "10.7"
"""Her haemoglobin, once it was measured again."""
EVERY_S = 30
CLINICS = (
    ("80483321", "onco", "box 2", "marchetti"),
    ("80440871", "onco-hdj", "", "marchetti"),
    ("80495518", "radio", "", "okafor"),
    ("80503377", "pediatrie", "", "noel"),
    ("80412245", "thorax", "", "delcourt"),
    ("80433092", "onco-hdj", "", "marchetti"),
    ("80366510", "thorax", "", "delcourt"),
)
"""Who comes to a consultation, one after the other, for as long as somebody watches."""


@dataclass(frozen=True)
class Told:
    """One message, when its sender tells it, and which system that is."""

    when: datetime
    desk: Desk
    message: bytes


def history(gam: Desk, laboratory: Desk) -> list[Told]:
    """Return everything that was told before the demo began, the oldest first."""
    told = [one for sick in (*PATIENTS, *AT_HOME, DOUBLE) for one in _of(sick, gam, laboratory)]
    for written in REPORTS:
        when = _at(laboratory, written.days, "12:00")
        told.append(Told(when, laboratory, document(laboratory, BY_IPP[written.ipp], written, when)))
    return sorted(told, key=lambda one: one.when)


def _of(sick: Sick, gam: Desk, laboratory: Desk) -> Iterator[Told]:
    first = _at(gam, max((step.days for step in sick.steps), default=30) + 100, "08:00")
    yield Told(first, gam, identity(gam, sick, first))
    for old in sick.merged:
        when = first + timedelta(days=60)
        yield Told(when, gam, merge(gam, sick, old, when))
    for number, step in enumerate(sick.steps, 1):
        when = _at(gam, step.days, step.time)
        yield Told(when, gam, movement(gam, sick, step, number, when))
    days = sorted({day for analyte in sick.labs for day, _ in analyte.values}, reverse=True)
    for day in days:
        values = [(analyte, value) for analyte in sick.labs for at, value in analyte.values if at == day]
        when = _at(laboratory, day, "07:30")
        yield Told(when, laboratory, results(laboratory, sick, values, when))


def _at(desk: Desk, days: int, time: str) -> datetime:
    """Return *time* so many days before; what would still be to come at the beginning happened the day before that."""
    hour, minute = map(int, time.split(":"))
    day = (desk.began - timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return day if day <= desk.began else day - timedelta(days=1)


def news(gam: Desk, laboratory: Desk) -> Iterator[Told]:
    """Yield what comes in while the demo runs, told at its time; it goes on for as long as it is asked."""
    for seconds, tell in _scenes(gam, laboratory):
        when = gam.began + timedelta(seconds=seconds)
        desk, message = tell(when)
        yield Told(when, desk, message)


def _scenes(gam: Desk, laboratory: Desk) -> Iterator[tuple[int, Callable[[datetime], tuple[Desk, bytes]]]]:
    """Yield, in order, seconds after the beginning and what is told then."""
    yvonne, taken = QUALIFIED, laboratory.began

    def moves(ipp: str, step: Step, number: int) -> Callable[[datetime], tuple[Desk, bytes]]:
        return lambda when: (gam, movement(gam, _now(ipp), step, number, when))

    def finds(sick: Sick, found: list[tuple[Analyte, str]]) -> Callable[[datetime], tuple[Desk, bytes]]:
        return lambda when: (laboratory, results(laboratory, sick, found, when))

    fresh = list(zip(ODILE.labs, FRESH, strict=True))
    again = [(fresh[0][0], CORRECTED)]
    yield 0, finds(ODILE, fresh)
    yield 3, lambda when: (laboratory, document(laboratory, ODILE, NEWS, when))
    yield 8, moves(ODILE.ipp, Step(0, "", "A01", "onco", "207", "marchetti", 6), 8)
    yield 16, moves("80399120", Step(0, "", "A03", "onco", "208", "marchetti"), 3)
    yield 24, lambda when: (laboratory, results(laboratory, ODILE, again, taken, corrected=when))
    yield 32, lambda when: (gam, identity(gam, yvonne, when, "A31"))
    yield 36, lambda when: (gam, merge(gam, yvonne, DOUBLE.ipp, when))
    yield 42, moves(yvonne.ipp, Step(0, "", "A02", "pneumo", "309", "belkacem"), 2)
    yield NAMED_S, lambda when: (gam, identity(gam, FERREIRA, when))
    letter = gam.began + timedelta(seconds=3)
    yield 50, lambda when: (laboratory, document(laboratory, ODILE, NEWS_SIGNED, when, replaces=letter))
    yield 60, moves(SOLANGE.ipp, Step(0, "", "A04", "onco-hdj", "", "marchetti", 4), 4)
    yield 70, finds(SOLANGE, list(zip(SOLANGE.labs, ("9.1", "3.6"), strict=True)))
    yield 85, moves("80428803", Step(0, "", "A02", "digestif", "124", "delcourt"), 3)
    yield 100, moves("80507741", Step(0, "", "A03", "urgences", "box 5"), 2)
    for turn in count():
        ipp, unit, room, who = CLINICS[turn % len(CLINICS)]
        visit = 20 + turn // len(CLINICS)
        yield 115 + turn * EVERY_S, moves(ipp, Step(0, "", "A04", unit, room, who, visit), 1)
        if turn % 8 == 7:
            yield 125 + turn * EVERY_S, finds(ODILE, [_drifted(one, value, turn) for one, value in fresh])


def _now(ipp: str) -> Sick:
    """Return a patient as the GAM knows them while the demo runs."""
    return QUALIFIED if ipp == QUALIFIED.ipp else BY_IPP[ipp]


def _drifted(analyte: Analyte, value: str, turn: int) -> tuple[Analyte, str]:
    """Return a value near *value*, with as many decimals: two samples never give the same."""
    decimals = len(value.partition(".")[2])
    return analyte, f"{float(value) * (1 + 0.06 * sin(turn + float(value))):.{decimals}f}"
