"""What was measured: by report, by analyte over time, the newest that matters. Formatted only when looked at. No Qt."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias

from app.i18n import isolated, language, tr, trn
from app.patients.person.strangers import NONE, Stranger, Strangers, among

if TYPE_CHECKING:
    from app.times import Site
    from storage.patients.facts import Observation, Report
    from storage.patients.records import Patient

FLAGS = {
    "HH": ("↑↑", "danger", 3),
    "LL": ("↓↓", "danger", 3),
    "AA": ("!!", "danger", 3),
    "H": ("↑", "warn", 2),
    "L": ("↓", "warn", 2),
    "A": ("!", "warn", 2),
    "R": ("R", "warn", 2),
    "I": ("I", "plain", 1),
    "S": ("S", "ok", 0),
    ">": (">", "warn", 2),
    "<": ("<", "warn", 2),
}
"""OBX-8 (table 0078): glyph, tone, weight; the words are `person.flag.<name>`."""
_FLAG_WORDS = {">": "above", "<": "below"}
VOID = frozenset(("D", "X", "W"))
"""OBX-11: deleted, not obtained, of another patient: no value to reckon with."""
SAID = frozenset(("P", "C", "D", "X", "W", "R", "I", "S"))
SHORT = 26
"""Characters of a value that stand in its column."""
_NUMBER = re.compile(r"[-+]?\d{1,15}(?:[.,]\d{1,15})?$")
_SPAN = re.compile(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*(?:-|–|à|to)\s*([-+]?\d+(?:[.,]\d+)?)\s*$")
_BOUND = re.compile(r"\s*(<|>|≤|≥|<=|>=)\s*([-+]?\d+(?:[.,]\d+)?)\s*$")


@dataclass(frozen=True)
class ReportLine:
    """The head of a report."""

    report: Report = field(repr=False)
    site: Site = field(repr=False)

    @property
    def key(self) -> str:
        """The same for the same report."""
        return f"report {self.report.id} {self.report.at_ms}"

    @cached_property
    def title(self) -> str:
        """What was asked."""
        return self.report.label or self.report.code or tr("person.report")

    @cached_property
    def detail(self) -> str:
        """When, by whom, how far."""
        moment = self.site.moment(self.report.at_ms)
        author = isolated(self.report.author) if self.report.author else ""
        return " · ".join(part for part in (moment, author, status(self.report.status)) if part)

    @property
    def sentence(self) -> str:
        """All that the line shows, read out."""
        return f"{self.title}, {self.detail}"


@dataclass(frozen=True)
class StrangerLine:
    """Below the head of a report that names somebody else: who that is."""

    report: Report = field(repr=False)
    stranger: Stranger = field(repr=False)
    place: int

    @property
    def key(self) -> str:
        """The same for the same person named by the same report."""
        return f"stranger {self.report.id} {self.report.at_ms} {self.place}"

    @cached_property
    def long(self) -> str:
        """Who is named, on as many lines as that needs."""
        return self.stranger.words

    @property
    def sentence(self) -> str:
        """All that the line shows, read out."""
        return self.long


@dataclass(eq=False)
class ValueLine:
    """One observation of a report, seen at `at_ms`, else when its report was; `place` parts lines that would have the same key.

    `stranger`: whom its report names, where that is not the patient.
    """

    observation: Observation = field(repr=False)
    report: Report = field(repr=False)
    place: int
    at_ms: int
    site: Site = field(repr=False)
    stranger: Stranger | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """The same for the same observation."""
        return f"value {self.report.id} {self.report.at_ms} {self.place}"

    @cached_property
    def label(self) -> str:
        """The analyte's name."""
        return self.observation.label or self.observation.code

    @cached_property
    def value(self) -> str:
        """The value with its unit, or why there is none."""
        return valued(self.observation)

    @cached_property
    def short(self) -> str:
        """The value where it is short enough to stand in its column."""
        return "" if self._wordy else self.value

    @cached_property
    def long(self) -> str:
        """What needs lines of its own: a text, and the notes of the sender."""
        told = [self.value] if self._wordy else []
        return "\n".join((*told, *self.observation.notes))

    @property
    def _wordy(self) -> bool:
        return not self.void and (len(self.value) > SHORT or "\n" in self.value)

    @cached_property
    def range(self) -> str:
        """The reference range as the sender gave it, with the decimal sign of the language."""
        return _decimals(self.observation.range)

    @cached_property
    def flag(self) -> tuple[str, str] | None:
        """Glyph and word in one text, and the tone; of another person's result both are led by `≠`."""
        own = flag(self.observation)
        if self.stranger is None or self.void:
            return own
        return f"≠ {own[0] if own is not None else tr('identity.flag')}", self.stranger.tone

    @cached_property
    def state(self) -> str:
        """Of another identity, corrected, provisional, deleted …, empty for a final value of the patient."""
        other = self.stranger.mark[0] if self.stranger is not None else ""
        return " · ".join(part for part in (other, status(self.observation.status)) if part)

    @cached_property
    def earlier(self) -> str:
        """What a newer word replaced, empty where nothing was."""
        said = " ; ".join(_decimals(one) for one in self.observation.earlier if one)
        return tr("person.value.earlier", value=said) if said else ""

    @property
    def void(self) -> bool:
        """Whether the value does not hold any more."""
        return self.observation.status in VOID

    @property
    def sentence(self) -> str:
        """All that the line shows, read out."""
        range_ = tr("person.range.spoken", range=self.range) if self.range else ""
        flagged = self.flag[0] if self.flag is not None else ""
        notes = " ".join(self.observation.notes)
        return ", ".join(
            part
            for part in (self.label, self.value, flagged, range_, self.state, self.earlier, notes)
            if part
        )


Line: TypeAlias = ReportLine | StrangerLine | ValueLine


@dataclass(frozen=True)
class Series:
    """All values of one analyte, the newest first."""

    key: tuple[str, str]
    lines: tuple[ValueLine, ...] = field(repr=False)

    @property
    def label(self) -> str:
        """The analyte's name."""
        return self.lines[0].label

    @property
    def unit(self) -> str:
        """The unit of the newest value."""
        return self.lines[0].observation.unit

    @cached_property
    def points(self) -> tuple[tuple[int, float, ValueLine], ...]:
        """What a curve can show: moment, number and line, the oldest first; only values in the newest one's unit."""
        numbers = ((line, number(line.observation)) for line in reversed(self.lines))
        return tuple(
            (line.at_ms, n, line)
            for line, n in numbers
            if n is not None and line.at_ms and line.observation.unit == self.unit
        )

    @property
    def newest(self) -> ValueLine | None:
        """The newest value that holds."""
        return next((line for line in self.lines if not line.void), None)

    @cached_property
    def trend(self) -> str:
        """`up`, `down` or `level` from the last but one number to the last; empty where there are no two."""
        numbers = (number(line.observation) for line in self.lines if line.observation.unit == self.unit)
        newest = list(islice((one for one in numbers if one is not None), 2))
        if len(newest) < 2:
            return ""
        now, before = newest
        return "level" if now == before else "up" if now > before else "down"


def lines(patient: Patient, site: Site, known: Strangers = NONE) -> tuple[Line, ...]:
    """Return heads of reports, whom they name if not the patient, and their values, the newest report first."""
    told: list[Line] = []
    for report in sorted(patient.reports, key=lambda one: one.at_ms, reverse=True):
        told.append(ReportLine(report, site))
        others = among(report.about, known)
        told += [StrangerLine(report, one, place) for place, one in enumerate(others)]
        other = others[0] if others else None
        at_ms = report.at_ms
        told += [
            ValueLine(one, report, place, one.at_ms or at_ms, site, other)
            for place, one in enumerate(report.observations)
        ]
    return tuple(told)


def series(shown: tuple[Line, ...]) -> tuple[Series, ...]:
    """Return the values by analyte, in the order in which the newest reports have them."""
    found: dict[tuple[str, str], list[ValueLine]] = defaultdict(list)
    for line in shown:
        if isinstance(line, ValueLine):
            found[analyte(line.observation)].append(line)
    return tuple(
        Series(key, tuple(sorted(of, key=attrgetter("at_ms"), reverse=True))) for key, of in found.items()
    )


def that_matter(all_of: tuple[Series, ...], limit: int) -> tuple[Series, ...]:
    """Return those whose newest value is flagged first, then the newest; texts without a number or flag are left out."""
    held = [(one, one.newest) for one in all_of]
    able = [
        (one, line)
        for one, line in held
        if line is not None and (line.flag or number(line.observation) is not None)
    ]
    able.sort(key=lambda pair: (-weight(pair[1].observation), -pair[1].at_ms))
    return tuple(one for one, _ in able[:limit])


def analyte(observation: Observation) -> tuple[str, str]:
    """Return what makes two observations comparable."""
    return (observation.system, observation.code) if observation.code else ("", observation.label)


def valued(observation: Observation) -> str:
    """Return value and unit, or what became of it."""
    if observation.status in VOID:
        return tr(f"person.value.{observation.status.lower()}")
    said = " ; ".join(_decimals(one) for one in observation.values if one)
    if not said:
        return tr("person.value.none")
    return f"{said}\u00a0{observation.unit}" if observation.unit else said


def status(code: str) -> str:
    """Return the words of OBX-11 or OBR-25, empty for a final one."""
    return tr(f"person.result.{code.lower()}") if code in SAID else ""


def flag(observation: Observation) -> tuple[str, str] | None:
    """Return glyph and word, and the tone, of the heaviest flag; None where nothing is flagged."""
    known = max((one for one in observation.flags if one in FLAGS), key=lambda one: FLAGS[one][2], default="")
    if not known or observation.status in VOID:
        return None
    glyph, tone, _ = FLAGS[known]
    word = tr(f"person.flag.{_FLAG_WORDS.get(known, known.lower())}")
    return f"{glyph} {word}", tone


def weight(observation: Observation) -> int:
    """Return how far a value is out, by what its sender says: 0 to 3."""
    return max((FLAGS[one][2] for one in observation.flags if one in FLAGS), default=0)


def number(observation: Observation) -> float | None:
    """Return the one number of an observation, None where it is no single number or does not hold."""
    if observation.status in VOID or len(observation.values) != 1:
        return None
    text = observation.values[0].strip()
    return float(text.replace(",", ".")) if _NUMBER.match(text) else None


def bounds(text: str) -> tuple[float | None, float | None]:
    """Return lowest and highest of a reference range, None where it is open or not understood."""
    if span := _SPAN.match(text):
        low, high = (float(one.replace(",", ".")) for one in span.groups())
        return (low, high) if low <= high else (None, None)
    if bound := _BOUND.match(text):
        limit = float(bound[2].replace(",", "."))
        return (None, limit) if bound[1] in {"<", "≤", "<="} else (limit, None)
    return None, None


def summary(one: Series, site: Site) -> str:
    """Return a curve in a sentence, for who cannot see it."""
    newest = one.points[-1][2]
    counted = trn("person.curve.values", len(one.points))
    return tr(
        "person.curve.spoken", label=one.label, values=counted, value=newest.value, day=site.day(newest.at_ms)
    )


def _decimals(text: str) -> str:
    """Write the decimal sign of the language where *text* is numbers and signs only."""
    numeric = bool(text) and all(char.isdigit() or char in " .,-+<>=≤≥–" for char in text)
    return text.replace(".", ",") if numeric and language() == "fr" else text
