"""Whether a message that came under a patient's number speaks of that patient (RNIV v2, strict traits). Pure.

Names are compared without accents, case, hyphens and spaces. What either side leaves unsaid is not compared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from storage.patients.records import Trait
from storage.patients.words import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from storage.patients.facts import Person
    from storage.patients.records import Patient

_SEXES = frozenset("FM")


class Difference(NamedTuple):
    """What differs, by the names of the traits; `former`: it is one trait only, and the patient's own of before."""

    traits: tuple[str, ...]
    former: bool = False


def difference(about: Person, patient: Patient) -> Difference | None:
    """Return in what the person named by a message is not *patient*; None where nothing speaks against it."""
    traits = tuple(name for name, fits in _CHECKS.items() if not fits(about, patient))
    if not traits:
        return None
    return Difference(
        traits, former=len(traits) == 1 and traits[0] != "ins" and _was(about, patient, traits[0])
    )


class Jump(NamedTuple):
    """Who somebody was under the same number until one message changed birth name and birth date at once, and when that was last said."""

    until_ms: int
    birth_name: str
    given_name: str
    birth: str


def jump(patient: Patient) -> Jump | None:
    """Return who *patient* was before the last change of name and birth date at once; None where there was none."""
    before = {trait.name: trait.earlier[0] for trait in patient.traits if trait.earlier}
    name, name_ms = before.get("birth_name", (None, 0))
    birth, birth_ms = before.get("birth", (None, 0))
    if not name or not birth or name_ms != birth_ms:
        return None
    was = replace(patient, birth_name=name, birth=birth)
    if (
        _plain(name) == _plain(patient.birth_name)
        or was.birth.startswith(patient.birth)
        or patient.birth.startswith(birth)
    ):
        return None
    given, given_ms = before.get("given_name", (None, 0))
    return Jump(name_ms, name, (given if given_ms == name_ms else patient.given_name) or "", birth)


def sees_another(about: Person, patient: Patient) -> bool:
    """Tell whether anything at all that *patient* is now speaks against *about*: enough to keep them apart."""
    return difference(about, replace(patient, given_names="", traits=())) is not None


def _was(about: Person, patient: Patient, name: str) -> bool:
    """Tell whether an earlier value of the trait *name* makes *about* the patient."""
    told = next((trait for trait in patient.traits if trait.name == name), Trait(name, None, 0))
    fits = _CHECKS[name]
    changes: Iterable[dict[str, Any]] = ({name: value} for value, _ in told.earlier if value)
    before = (replace(patient, **change) for change in changes)
    return any(fits(about, one) for one in before)


def _plain(name: str) -> str:
    return "".join(fold(name))


def _same_name(about: Person, patient: Patient) -> bool:
    """Compare birth names; who is named by one name only may be named by the used one."""
    birth, used = _plain(about.birth_name), _plain(about.used_name)
    own = _plain(patient.birth_name)
    if not (birth or used) or not own:
        return True
    if birth and used and birth != used:
        return birth == own
    return (birth or used) in {own, _plain(patient.used_name)}


def _same_given(about: Person, patient: Patient) -> bool:
    """Compare first names; all of them, or the first of all of them, may stand for the one."""
    told, own, every = fold(about.given_name), fold(patient.given_name), fold(patient.given_names)
    if not told or not own:
        return True
    return "".join(told) == "".join(own) or (bool(every) and told in {every, every[: len(told)]})


def _same_birth(about: Person, patient: Patient) -> bool:
    told, own = about.birth, patient.birth
    return told.startswith(own) or own.startswith(told)


def _same_sex(about: Person, patient: Patient) -> bool:
    return about.sex == patient.sex or not {about.sex, patient.sex} <= _SEXES


def _same_ins(about: Person, patient: Patient) -> bool:
    return not about.ins or not patient.ins or (about.ins, about.ins_oid) == (patient.ins, patient.ins_oid)


_CHECKS: dict[str, Callable[[Person, Patient], bool]] = {
    "birth_name": _same_name,
    "given_name": _same_given,
    "birth": _same_birth,
    "sex": _same_sex,
    "ins": _same_ins,
}
