"""How a message names a patient: written alike at every desk, read in the language of whoever reads it. No Qt."""

from __future__ import annotations

import re

from app.i18n import tr
from app.papers.written import day

_WRITTEN = {"F": "née le", "M": "né le"}
_EITHER = "né(e) le"
_BORN = re.compile(r"(née le|né le|né\(e\) le) (?:(?:([0-9]{2})/)?([0-9]{2})/)?([0-9]{4})")


def label(name: str, sex: str, birth: str) -> str:
    """Return `NOM DE NAISSANCE Prénom, née le 14/03/1954`, whatever is spoken here; *birth* as HL7 has it, as far as it is known."""
    return ", ".join(part for part in (name, _written(sex, birth)) if part)


def born(sex: str, birth: str) -> str:
    """Return the same of somebody whom the own cache knows, nothing where the day is not known."""
    return born_in(f", {_written(sex, birth)}")


def _written(sex: str, birth: str) -> str:
    known = birth[:8] if re.fullmatch("[0-9]{4}([0-9]{2}){0,2}", birth[:8]) else ""
    parts = [part for part in (known[6:8], known[4:6], known[:4]) if part]
    return f"{_WRITTEN.get(sex, _EITHER)} {'/'.join(parts)}" if parts else ""


def name_in(label: str) -> str:
    """Return `NOM DE NAISSANCE Prénom`."""
    return label.partition(",")[0].strip()


def born_in(label: str) -> str:
    """Return `née le 14/03/1954` or `born 14 Mar 1954`; what was written in no such way stays as it came."""
    told = label.partition(",")[2].strip()
    found = _BORN.fullmatch(told)
    if found is None:
        return told
    words, of_day, month, year = found.groups()
    digits = f"{year}{month or ''}{of_day or ''}"
    sex = next((sex for sex, written in _WRITTEN.items() if written == words), "U")
    return told if of_day and day(digits) == digits else tr(f"naming.born.{sex}", day=day(digits))


def read(label: str) -> str:
    """Return a label as it is read here."""
    return ", ".join(part for part in (name_in(label), born_in(label)) if part)
