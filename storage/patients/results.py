"""Reports: a newer word on a report replaces the observations that it names and keeps the others (OBX-11)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.patients.facts import Observation, Report
    from storage.patients.told import Told

DELETED = "D"
WRONG_PATIENT = "W"
_Name: TypeAlias = tuple[str, str, str]


def reports(words: Iterable[Told[Report]]) -> tuple[Report, ...]:
    """Return the reports as they stand, the newest first."""
    by_id: dict[tuple[str, str], list[Told[Report]]] = defaultdict(list)
    for word in sorted(words, key=lambda word: word.order):
        by_id[_named(word)].append(word)
    made = [report for of in by_id.values() if (report := _report(of))]
    return tuple(sorted(made, key=lambda report: -report.at_ms))


def _named(word: Told[Report]) -> tuple[str, str]:
    report = word.content
    return (report.id, report.code) if report.id else ("", f"{word.control_id} {word.place}")


@dataclass
class _Group:
    """The observations of one name, and the values that they had before."""

    now: list[Observation]
    earlier: list[str] = field(default_factory=list)

    def tell(self, told: Sequence[Observation]) -> None:
        """Put *told* in place of what is known; values that change are remembered."""
        before = _values(self.now)
        if before and before != _values(told):
            self.earlier.extend(before)
        self.now = list(told)

    def shown(self) -> Iterable[Observation]:
        for one in self.now:
            if one.status == DELETED:
                yield msgspec.structs.replace(one, values=(), notes=(), flags=(), earlier=())
            elif one.status != WRONG_PATIENT:
                yield msgspec.structs.replace(one, earlier=tuple(self.earlier)) if self.earlier else one


def _report(words: Sequence[Told[Report]]) -> Report | None:
    """Fold the words on one report, the oldest first; None where all of it was another person's."""
    groups: dict[_Name, _Group] = {}
    for word in words:
        for name, told in _by_name(word.content.observations).items():
            groups.setdefault(name, _Group([])).tell(told)
    shown = tuple(one for group in groups.values() for one in group.shown())
    if groups and not shown:
        return None
    about = dict.fromkeys(person for word in reversed(words) for person in word.content.about)
    return msgspec.structs.replace(words[-1].content, observations=shown, about=tuple(about))


def _by_name(observations: Iterable[Observation]) -> dict[_Name, list[Observation]]:
    found: dict[_Name, list[Observation]] = defaultdict(list)
    for one in observations:
        found[one.code or one.label, one.system, one.sub_id].append(one)
    return found


def _values(observations: Iterable[Observation]) -> list[str]:
    return [
        " ".join(one.values)
        for one in observations
        if one.values and one.status not in (DELETED, WRONG_PATIENT)
    ]
