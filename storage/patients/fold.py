"""A patient is the fold of what messages told: the newest word on each thing holds. Pure; the order of arrival does not matter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from storage.patients import ins
from storage.patients.facts import Professional
from storage.patients.papers import papers
from storage.patients.records import Known, Patient, Status, Trait
from storage.patients.results import reports
from storage.patients.stays import Whereabouts, members, stays, units, whereabouts
from storage.patients.traits import Said, Traits, held, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from storage.patients.facts import Allergies, Document, Key, Movement, Person, Receipt, Report
    from storage.patients.told import Told

GENERAL_PRACTITIONER = "ODRP"
HIDDEN = frozenset(("ANOM", "CACH"))
"""PID-32: anonymous, hidden."""
_HEARD = ("birth_name", "used_name", "given_name", "birth", "sex")
_TEXTS = (
    "birth_name", "used_name", "given_name", "given_names", "birth", "sex", "birth_place", "birth_place_name", "address", "phone",
    "dead_at",
)  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number of somebody. `own`: it is the one they are known by, or was until it was renamed; `joined` by the INS alone."""

    id: int
    key: Key
    own: bool
    joined: bool
    traits: Traits = field(repr=False)
    news_ms: int = 0
    heard: tuple[Person, ...] = field(default=(), repr=False)

    @property
    def is_ins(self) -> bool:
        """True where an INS alone names the patient."""
        return self.key.authority in ins.OIDS


@dataclass(frozen=True)
class History:
    """All that was told of one person: the number that they are known by comes first."""

    numbers: Sequence[Number]
    movements: Sequence[Told[Movement]] = ()
    allergies: Sequence[Told[Allergies]] = ()
    reports: Sequence[Told[Report]] = ()
    documents: Sequence[Told[Document]] = ()
    receipts: Mapping[str, Sequence[Receipt]] = field(default_factory=dict)


def patient(history: History) -> Patient:
    """Return who *history* tells of."""
    moves = stays(history.movements)
    where = whereabouts(moves)
    known, allergies = _allergies(history.allergies)
    traits = _traits(history.numbers)
    return replace(
        brief(history.numbers, where),
        allergies=known,
        allergy_list=allergies,
        stays=tuple(moves),
        members=members(moves, where.going_on),
        papers=papers(history.documents, history.receipts),
        reports=reports(history.reports),
        traits=tuple(_trait(name, traits[name]) for name in sorted(traits)),
    )


def brief(numbers: Sequence[Number], where: Whereabouts) -> Patient:
    """Return what a row of a list needs of somebody with these *numbers*, who is *where*."""
    root = numbers[0]
    traits = _traits(numbers)
    now = {name: words[0].value or "" for name, words in traits.items()}
    unnamed = not now.get("birth_name")
    heard = _heard(numbers) if unnamed else {}
    texts: dict[str, Any] = {name: now.get(name, "") or heard.get(name, "") for name in _TEXTS}
    status, number = identity(traits)
    return Patient(
        id=root.id,
        authority=root.key.authority,
        ipp=root.key.ipp,
        status=status,
        **texts,
        ins=number,
        ins_oid=now.get("ins_oid", "") if number else "",
        ins_warning=bool(number) and not ins.key_fits(number),
        attributes=tuple(now.get("attributes", "").split()),
        dead=now.get("dead") == "Y",
        gp=_gp(now),
        merged=_merged(numbers),
        inside=where.inside,
        units=units(where.going_on),
        last_ms=where.last_ms or max(one.news_ms for one in numbers),
        by_ins_alone=root.is_ins,
        unnamed=unnamed,
        hidden=bool(HIDDEN & {now.get("reliability", ""), *now.get("attributes", "").split()}),
        joined=tuple(one.key for one in numbers if one.joined and not one.is_ins),
    )


def _heard(numbers: Iterable[Number]) -> dict[str, str]:
    """Return what results and documents say of somebody whom no ADT named; nothing where they name more than one."""
    named = [person for one in numbers for person in one.heard]
    told = {name: {text for person in named if (text := getattr(person, name))} for name in _HEARD}
    return {name: next(iter(texts)) for name, texts in told.items() if len(texts) == 1}


def _traits(numbers: Sequence[Number]) -> Traits:
    own = together([one.traits for one in numbers if one.own])
    merged = together([one.traits for one in numbers if not one.own and not one.joined])
    joined = together([one.traits for one in numbers if one.joined])
    return held(own, merged, joined)


def _merged(numbers: Iterable[Number]) -> tuple[str, ...]:
    _, *others = numbers
    return tuple(sorted(one.key.ipp for one in others if not one.is_ins and not one.joined))


def identity(traits: Traits) -> tuple[Status, str]:
    """Return the RNIV status and, only where it is qualifiée, the INS.

    An INS counts only if it was told together with the newest word on the reliability, or later: VALI without an INS is validée.
    """
    sure = _first(traits, "reliability")
    if sure is None or sure.value != "VALI":
        return Status.PROVISIONAL, ""
    number, oid = _first(traits, "ins"), _first(traits, "ins_oid")
    told = ins.compact(number.value or "") if number and _when(number) >= _when(sure) else ""
    if ins.is_shaped(told) and oid is not None and oid.value in ins.OIDS:
        return Status.QUALIFIED, told
    return Status.VALIDATED, ""


def _first(traits: Traits, name: str) -> Said | None:
    return traits[name][0] if name in traits else None


def _when(said: Said) -> tuple[int, tuple[str, str]]:
    return said.order[:2]


def _trait(name: str, words: Sequence[Said]) -> Trait:
    now, *before = words
    return Trait(name, now.value, now.recorded_ms, tuple((said.value, said.recorded_ms) for said in before))


def _gp(now: Mapping[str, str]) -> Professional | None:
    name, number = now.get("gp", ""), now.get("gp_rpps", "")
    return Professional(number, name, GENERAL_PRACTITIONER) if name or number else None


def _allergies(words: Iterable[Told[Allergies]]) -> tuple[Known, tuple[tuple[str, str, str, str], ...]]:
    """Return what is known: the newest word under each number. One that knows of some outweighs one that knows of none."""
    newest: dict[Key, Told[Allergies]] = {}
    for word in words:
        if word.key not in newest or word.order > newest[word.key].order:
            newest[word.key] = word
    some = sorted({one for word in newest.values() for one in word.content.known})
    if some:
        return Known.SOME, tuple(some)
    return (Known.NONE if any(word.content.none_known for word in newest.values()) else Known.UNKNOWN), ()
