"""Where a patient was, the newest first, one line a movement, grouped by visit. Formatted only when looked at. No Qt."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from heapq import nlargest
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from app.i18n import isolated, tr
from storage.patients.facts import CANCELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.times import Site
    from storage.patients.records import Patient, Stay

EVENTS = frozenset((*CANCELS.values(), "A04", "A06", "A07", "A22", "Z99"))
CLASSES = frozenset("EIOPRB")
NATURES = frozenset(("S", "H", "M", "L", "D", "SM", "C"))
ENTRIES = frozenset(("A01", "A04", "A06"))
LEAVES = frozenset(("A03", "A07"))


@dataclass(frozen=True)
class VisitLine:
    """The head of a visit: what kind, its number, from when until when."""

    number: str
    stays: tuple[Stay, ...] = field(repr=False)
    running: bool
    site: Site = field(repr=False)

    @property
    def key(self) -> str:
        """The same for the same visit."""
        return f"visit {self.number}"

    @cached_property
    def title(self) -> str:
        """`Hospitalisation · séjour 1203`."""
        kind = _class(next((one.patient_class for one in self.stays if one.patient_class), ""))
        return tr("person.visit", kind=kind, number=self.number) if self.number else kind

    @cached_property
    def detail(self) -> str:
        """From when until when, or that it runs."""
        held = [one for one in self.stays if not one.cancelled]
        if not held:
            return tr("person.visit.cancelled")
        start = self.site.day(held[-1].since_ms)
        if self.running:
            return tr("person.visit.running", start=start)
        end = self.site.day(held[0].since_ms)
        return start if start == end else tr("person.visit.past", start=start, end=end)

    @property
    def sentence(self) -> str:
        """All that the line shows, read out."""
        return f"{self.title}, {self.detail}"


@dataclass(eq=False)
class MoveLine:
    """One movement. `before`: the movement that it follows in its visit; `above_ms`: when the line above was, 0 for none."""

    stay: Stay
    before: Stay | None
    above_ms: int
    now_ms: int
    site: Site = field(repr=False)

    @property
    def key(self) -> str:
        """The same for the same movement."""
        return f"{self.stay.ipp} {self.stay.visit} {self.stay.id}"

    @cached_property
    def event(self) -> str:
        """The event that happened; of a cancelled one, what was taken back."""
        return CANCELS.get(self.stay.event, self.stay.event)

    @cached_property
    def day(self) -> str:
        """`24 nov.`, empty below a line of the same day."""
        day = self.whole_day
        above = self.site.short_day(self.above_ms, self.now_ms) if self.above_ms else ""
        return "" if day == above else day

    @cached_property
    def whole_day(self) -> str:
        """`24 nov.` in any case."""
        return self.site.short_day(self.stay.since_ms, self.now_ms)

    @cached_property
    def clock(self) -> str:
        """`09:40` on the site's clock."""
        return self.site.clock(self.stay.since_ms)

    @cached_property
    def title(self) -> str:
        """What happened."""
        kind = self.stay.patient_class
        specific = f"{self.event}.{kind}"
        if specific in {"A01.I", "A01.E", "A04.O", "A04.E", "A04.R"}:
            return tr(f"person.event.{specific.lower()}")
        return tr(f"person.event.{self.event.lower()}") if self.event in EVENTS else tr("person.event.other")

    @cached_property
    def detail(self) -> str:
        """Where, in which room, with whom; of a transfer, from where."""
        here, came = unit(self.stay), unit(self.before) if self.before is not None else ""
        if self.event == "A02" and here and came and came != here:
            here = f"{came} → {here}"
        who = next((isolated(one.name) for one in self.stay.professionals if one.part in {"AT", "RP"}), "")
        nature = (
            tr(f"person.nature.{self.stay.nature.lower()}")
            if self.stay.nature in NATURES and self.event == "Z99"
            else ""
        )
        return " · ".join(
            part for part in (", ".join(filter(None, (here, room(self.stay)))), who, nature) if part
        )

    @cached_property
    def mark(self) -> tuple[str, str, str] | None:
        """Words, icon and tone where the movement is not simply what was said first."""
        if self.stay.cancelled:
            return tr("person.move.cancelled"), "ban", "danger"
        if self.stay.since_ms > self.now_ms:
            return tr("person.move.expected"), "clock", "info"
        if self.stay.corrected:
            return tr("person.move.corrected"), "pencil", "warn"
        if self.stay.historic:
            return tr("person.move.historic"), "history", "plain"
        return None

    @cached_property
    def code(self) -> str:
        """The movement as the sender wrote it: event, number, when it was recorded."""
        said = tr("person.move.code", event=self.stay.event, number=self.stay.id)
        recorded = (
            tr("person.move.recorded", at=self.site.moment(self.stay.recorded_ms))
            if self.stay.recorded_ms
            else ""
        )
        return "\n".join(part for part in (said, recorded) if part)

    @property
    def sentence(self) -> str:
        """All that the line shows, read out."""
        mark = self.mark[0] if self.mark is not None else ""
        when = f"{self.whole_day} {self.clock}"
        return ", ".join(part for part in (when, self.title, self.detail, mark) if part)


Line: TypeAlias = VisitLine | MoveLine


def lines(patient: Patient, now_ms: int, site: Site) -> tuple[Line, ...]:
    """Return heads of visits and their movements, the newest first."""
    visits: dict[str, list[Stay]] = defaultdict(list)
    for stay in sorted(patient.stays, key=lambda one: (one.since_ms, one.recorded_ms), reverse=True):
        visits[stay.visit or stay.file].append(stay)
    before = _before(visits.values())
    told: list[Line] = []
    for number, stays in visits.items():
        if number:
            told.append(VisitLine(number, tuple(stays), _running(patient, stays), site))
        told += _moves(stays, before, now_ms, site)
    return tuple(told)


def newest(of: Sequence[Line], limit: int) -> tuple[MoveLine, ...]:
    """Return so many movements of *of*, the newest first, without heads and without what was cancelled."""
    held = (line for line in of if isinstance(line, MoveLine) and not line.stay.cancelled)
    chosen = nlargest(limit, held, key=lambda line: line.stay.since_ms)
    above = [0, *(line.stay.since_ms for line in chosen)]
    return tuple(replace(line, above_ms=over) for line, over in zip(chosen, above, strict=False))


def unit(stay: Stay) -> str:
    """Return the unit of a movement by name: the one that cares, else the one that answers for it, else the place."""
    name = stay.care_unit[1] or stay.medical_unit[1] or stay.care_unit[0] or stay.medical_unit[0]
    return name or next(iter(stay.place), "")


def room(stay: Stay) -> str:
    """`ch. 312, lit 1`; a room that is a word stays as it is."""
    _, where, bed = (*stay.place, "", "", "")[:3]
    told = tr("person.room", room=where) if where.isdigit() else where
    return ", ".join(part for part in (told, tr("person.bed", bed=bed) if bed else "") if part)


def _moves(stays: Sequence[Stay], before: dict[int, Stay], now_ms: int, site: Site) -> list[MoveLine]:
    above = [0, *(one.since_ms for one in stays)]
    return [
        MoveLine(one, before.get(id(one)), over, now_ms, site)
        for one, over in zip(stays, above, strict=False)
    ]


def _before(visits: Iterable[Sequence[Stay]]) -> dict[int, Stay]:
    """Return for each movement the one that it follows; cancelled ones do not count."""
    found: dict[int, Stay] = {}
    for stays in visits:
        held = [one for one in stays if not one.cancelled]
        found.update((id(later), earlier) for later, earlier in pairwise(held))
    return found


def _running(patient: Patient, stays: Sequence[Stay]) -> bool:
    newest = next((one for one in stays if not one.cancelled), None)
    return (
        patient.inside and newest is not None and newest.patient_class == "I" and newest.event not in LEAVES
    )


def _class(code: str) -> str:
    return tr(f"person.class.{code.lower()}") if code in CLASSES else tr("person.class.other")
