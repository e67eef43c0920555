"""What the list shows: patients as lines, headings between them, the warning of names that are too much alike. No Qt."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from app.i18n import tr
from app.search import marks
from app.times import age, written
from app.ui.graphemes import isolated
from app.ui.words import Words, say
from storage.patients.likeness import Likeness, heard, likeness
from storage.patients.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.search import Span
    from storage.patients.records import Found

_NONE_KNOWN = "patients.unknown"


@dataclass(frozen=True)
class Heading:
    """Words between the lines; not to be chosen."""

    words: Words
    warns: bool = False

    @property
    def key(self) -> str:
        """The same for the same heading."""
        return f"heading {self.words}"

    @property
    def sentence(self) -> str:
        """What is read out."""
        return str(self.words)


@dataclass(frozen=True)
class PatientLine:
    """One patient, named as everywhere: birth name, first name, age, sex, birth date, IPP; *query* is what was typed."""

    found: Found = field(repr=False)
    now_ms: int
    query: str = field(default="", repr=False)
    group: str = ""

    @property
    def key(self) -> str:
        """The same for the same patient in the same part of the list."""
        return f"{self.group} {self.found.id}"

    @cached_property
    def name(self) -> str:
        """`NOM DE NAISSANCE Prénom`."""
        return full_name(self.found)

    @cached_property
    def beside(self) -> str:
        """`72 ans · F`."""
        return " · ".join(part for part in (age_now(self.found, self.now_ms), self.found.sex) if part)

    @cached_property
    def detail(self) -> str:
        """`14/03/1954 · IPP 80421937`."""
        return f"{born(self.found)} · {number(self.found)}"

    @cached_property
    def chips(self) -> tuple[tuple[str, str, str], ...]:
        """What must not be overlooked: words, icon, tone."""
        found = self.found
        told = (
            (found.unnamed and not found.hidden, "mark.unnamed", "", "warn"),
            (found.hidden, "mark.hidden", "", "warn"),
            (found.status is Status.PROVISIONAL and not found.unnamed, "chip.provisional", "", "warn"),
            (found.dead, "chip.dead.F" if found.sex == "F" else "chip.dead.M", "", "plain"),
            (found.near, "chip.near", "", "plain"),
        )
        return tuple((tr(f"patients.{key}"), icon, tone) for yes, key, icon, tone in told if yes)

    @cached_property
    def marked(self) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """Where what was typed stands in name and detail."""
        return marks(self.query, self.name), marks(self.query, self.detail)

    @cached_property
    def sentence(self) -> str:
        """All that the line shows, read out."""
        found = self.found
        other = found.used_name and found.used_name != found.birth_name
        used = tr("patients.used", name=found.used_name) if other else ""
        sex = tr(f"patients.sex.{found.sex}") if found.sex in {"F", "M"} else ""
        inside = tr("patients.inside", unit=found.unit) if found.inside else ""
        chips = (words for words, _icon, _tone in self.chips)
        parts = (isolated(self.name), used, age_now(found, self.now_ms), sex, self.detail, *chips, inside)
        return ", ".join(part for part in parts if part)


Line: TypeAlias = Heading | PatientLine


def full_name(found: Found) -> str:
    """Return `NOM DE NAISSANCE Prénom`; a patient without a name, or of whom none is to be known, is said to be that."""
    unknown = "patients.veiled" if found.hidden else _NONE_KNOWN
    return " ".join(part for part in (found.birth_name, found.given_name) if part) or tr(unknown)


def born(found: Found) -> str:
    """Return the birth date as far as it is known."""
    return written(found.birth) if found.birth else tr("patients.born.unknown")


def born_words(found: Found) -> str:
    """Return `née le 14/03/1954`, as the sex has it."""
    if not found.birth:
        return tr("patients.born.unknown")
    return tr(f"patients.born.{found.sex if found.sex in {'F', 'M'} else 'U'}", date=born(found))


def number(found: Found) -> str:
    """Return the IPP, or that the INS is all that is known."""
    return tr("patients.ins_alone") if found.by_ins_alone else tr("patients.ipp", ipp=found.ipp)


def age_now(found: Found, now_ms: int) -> str:
    """Return the age at *now_ms*; nothing for somebody who died, whose age stands still."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone().date()
    return "" if found.dead or not found.birth else age(found.birth, today)


def alike(found: Sequence[Found]) -> bool:
    """Whether two of *found* can be taken for each other: a near name among them, or two that sound the same."""
    names = Counter(name for one in found for name in heard(one))
    return len(found) > 1 and (any(one.near for one in found) or any(n > 1 for n in names.values()))


def same(found: Sequence[Found]) -> bool:
    """Whether two of *found* have name, first name and birth date in common."""
    return any(likeness(one, other) is Likeness.SAME for one, other in combinations(found[:LOOKED_AT], 2))


def sounding_like(one: Found, among: Iterable[Found]) -> list[Found]:
    """Return the others of *among* with a name that sounds as one of *one*'s."""
    return [other for other in among if other.id != one.id and heard(one) & heard(other)]


def too_like(one: Found, others: Sequence[Found]) -> str:
    """Return the warning of whom *one* could be taken for, of *others* the first; empty where there is nobody."""
    if not others:
        return ""
    kind = likeness(one, others[0])
    told = f"patients.homonym.{kind}" if kind in {Likeness.SAME, Likeness.TWIN} else "patients.homonym"
    return tr(told, name=full_name(others[0]))


def group(found: Iterable[Found], name: str, now_ms: int, query: str = "") -> list[Line]:
    """Return one line for each of *found*."""
    return [PatientLine(one, now_ms, query, name) for one in found]


LOOKED_AT = 60
"""So many results are compared with each other."""
ALIKE_BELOW = 5
"""With so many results the warning stands above them: below, nobody would see it."""


def results(found: Sequence[Found], query: str, now_ms: int) -> list[Line]:
    """Return what a search found, with the warning of look-alikes where it is seen."""
    lines = group(found, "found", now_ms, query)
    if alike(found):
        strip = Heading(say("patients.alike.same" if same(found) else "patients.alike"), warns=True)
        lines.insert(0 if len(lines) > ALIKE_BELOW else len(lines), strip)
    return lines
