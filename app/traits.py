"""What a patient's identity says in words, the same wherever one is named. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from app.times import age, parts, written
from storage.patients.records import Status

if TYPE_CHECKING:
    from datetime import date

STATUSES = {
    Status.QUALIFIED: ("shield-check", "ok"),
    Status.VALIDATED: ("id-badge-2", "info"),
    Status.RETRIEVED: ("download", "info"),
    Status.PROVISIONAL: ("alert-triangle", "warn"),
}
"""Icon and tone of each; the words are those of `status`."""
_SEXES = frozenset("FMUIOAN")
_BORN = {"F": "person.born.f", "M": "person.born.m"}


def status(told: Status) -> str:
    """Return how sure an identity is."""
    return tr(f"person.status.{told.name.lower()}")


def unsaid(value: str) -> str:
    """Return *value*, or that nobody said."""
    return value or tr("person.unsaid")


def sex(code: str) -> str:
    """Return the words of PID-8."""
    return tr(f"person.sex.{code.lower()}") if code in _SEXES else unsaid(code)


def born_label(code: str) -> str:
    """Return what stands before the birth date of somebody of this sex."""
    return tr(_BORN.get(code, "person.born"))


def born(birth: str, today: date, *, dead: bool = False) -> str:
    """`14/03/1954 (72 ans)`; a date that does not exist says so, somebody who died has no age any more."""
    if not birth:
        return unsaid("")
    text = written(birth)
    if parts(birth) is None:
        return tr("person.birth.wrong", date=text)
    years = "" if dead else age(birth, today)
    return tr("person.birth.aged", date=text, age=years) if years else text
