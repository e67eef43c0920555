"""Results and documents that name somebody else than the patient under whose number they came: said, never hidden. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from app.i18n import isolated, tr
from app.times import written
from storage.patients.vigilance import difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from storage.patients.facts import Person
    from storage.patients.records import Patient
    from storage.patients.vigilance import Difference


@dataclass(frozen=True)
class Stranger:
    """Somebody whom a message named, and in what that is not the patient."""

    person: Person = field(repr=False)
    difference: Difference

    @property
    def tone(self) -> str:
        """Amber for an identity that the patient had before, red for any other."""
        return "warn" if self.difference.former else "danger"

    @property
    def mark(self) -> tuple[str, str, str]:
        """Words, icon and tone of a line in a list."""
        return tr(f"identity.mark.{self._key}"), "alert-triangle", self.tone

    @property
    def words(self) -> str:
        """What stands above the result or document: what it says of whom."""
        return tr(f"identity.stranger.{self._key}", who=self.who)

    @property
    def who(self) -> str:
        """The person as the message names them."""
        one = self.person
        names = (one.birth_name or one.used_name, one.given_name)
        told = [isolated(" ".join(part for part in names if part)) if any(names) else tr("identity.no_name")]
        if one.birth:
            sex = one.sex if one.sex in {"F", "M"} else "U"
            told.append(tr(f"patients.born.{sex}", date=written(one.birth)))
        told += [tr(f"identity.differs.{name}") for name in self.difference.traits if name in {"sex", "ins"}]
        return ", ".join(told)

    @property
    def _key(self) -> str:
        return "former" if self.difference.former else "other"


Strangers: TypeAlias = "Mapping[Person, Stranger]"
NONE: Strangers = MappingProxyType({})


def strangers(patient: Patient) -> Strangers:
    """Return everybody whom results and documents of *patient* name and who is not the patient."""
    found = {person: difference(person, patient) for person in dict.fromkeys(_named(patient))}
    return {person: Stranger(person, differs) for person, differs in found.items() if differs is not None}


def _named(patient: Patient) -> Iterator[Person]:
    for report in patient.reports:
        yield from report.about
    for paper in patient.papers:
        for version in (paper, *paper.versions):
            yield from version.about


def among(about: Iterable[Person], known: Strangers) -> tuple[Stranger, ...]:
    """Return who of *about* is a stranger, the worst first."""
    found = [known[person] for person in about if person in known]
    return tuple(sorted(found, key=lambda one: one.difference.former))


def count(patient: Patient, known: Strangers) -> int:
    """Return how many results and documents name one of those *known* who was never the patient."""
    others = {person for person, one in known.items() if not one.difference.former}
    told = [*(report.about for report in patient.reports), *(paper.about for paper in patient.papers)]
    return sum(not others.isdisjoint(about) for about in told) if others else 0
