"""Which codes of questionnaires mean what: the table of `resources/monitoring`, a site's own over it (docs/telemonitoring.md §2)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping as Table

MAX_BYTES = 1 << 20
GRADE = "grade"
"""The attribute of a code that has none behind its last `-`: the grade itself."""


class MappingError(ValueError):
    """A table of codes does not say what it should; the text says where."""


class _Symptom(msgspec.Struct, forbid_unknown_fields=True):
    fr: str
    en: str
    codes: list[str] = []


class _Vital(msgspec.Struct, forbid_unknown_fields=True):
    fr: str
    en: str
    unit: str = ""


class _Text(msgspec.Struct, forbid_unknown_fields=True):
    fr: str
    en: str = ""


ABOUT = frozenset({"ALERT", "TEXT", "PHONE", "TREATMENT", "REFERENT", "NEXT", "STATUS"})
"""What an item may say about the questionnaire as a whole (docs/telemonitoring.md §2)."""


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    reports: list[str] = []
    about: dict[str, list[str]] = {}
    attributes: dict[str, str] = {}
    symptoms: dict[str, _Symptom] = {}
    vitals: dict[str, _Vital] = {}
    texts: dict[str, _Text] = {}


@dataclass(frozen=True)
class Mapping:
    """Codes are compared in upper case. `items`: `SYSTEM|CODE` to the symptom; `about`: to what it says about the whole; `labels`: by language and symptom or vital.

    `texts`: by language and (symptom, attribute) the questions as the questionnaire asks them, which only a site may have (licences).
    """

    reports: frozenset[str]
    attributes: Table[str, str]
    items: Table[str, str]
    vitals: Table[str, str]
    labels: Table[str, Table[str, str]]
    texts: Table[str, Table[tuple[str, str], str]] = field(default_factory=dict)
    about: Table[str, str] = field(default_factory=dict)

    def item(self, code: str, system: str) -> tuple[str, str] | None:
        """Return symptom and attribute of an item, None where nobody mapped it."""
        whole, system = code.upper(), system.upper()
        stem, dash, end = whole.rpartition("-")
        attribute = self.attributes.get(end)
        if dash and attribute and (found := self.items.get(f"{system}|{stem}")):
            return found, attribute
        plain = self.items.get(f"{system}|{whole}")
        return (plain, GRADE) if plain else None

    def label(self, code: str, language: str) -> str:
        """Return the short label of a symptom or vital, "" where there is none."""
        return self.labels.get(language, {}).get(code, "")

    def text(self, symptom: str, attribute: str, language: str) -> str:
        """Return the question as the site's questionnaire asks it, "" where its file does not have it."""
        return self.texts.get(language, {}).get((symptom, attribute), "")


@cache
def own() -> Mapping:
    """Return the table that comes with the program."""
    return parse(files("resources").joinpath("monitoring/mapping.json").read_bytes())


def load(path: Path) -> Mapping:
    """Return the own table with that of a site over it; raises MappingError, OSError."""
    with path.open("rb") as file:
        return parse(file.read(MAX_BYTES + 1), own())


def of_site(path: str) -> tuple[Mapping, str]:
    """Return the table of a site whose settings name *path* ("": none), and why it is the own one alone: "", "unread" or "wrong"."""
    try:
        return (load(Path(path)), "") if path else (own(), "")
    except MappingError:
        return own(), "wrong"
    except (OSError, ValueError):
        return own(), "unread"


def parse(data: bytes, under: Mapping | None = None) -> Mapping:
    """Read a table; what it names takes the place of the same in *under*. Raises MappingError."""
    if len(data) > MAX_BYTES:
        raise MappingError("trop long")
    try:
        read = msgspec.json.decode(data, type=_Written)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MappingError(str(error)) from error
    if odd := read.about.keys() - ABOUT:
        raise MappingError(f"about: {min(odd)[:80]}")
    items = {code.upper(): name for name, one in read.symptoms.items() for code in one.codes}
    named = {**read.symptoms, **read.vitals}
    labels = {
        language: {name: getattr(one, language) for name, one in named.items()} for language in ("fr", "en")
    }
    if under is None:
        under = Mapping(frozenset(), {}, {}, {}, {})
    made = Mapping(
        under.reports | {code.upper() for code in read.reports},
        {**under.attributes, **{end.upper(): name for end, name in read.attributes.items()}},
        {**under.items, **items},
        {**under.vitals, **{code: one.unit for code, one in read.vitals.items()}},
        {language: {**under.labels.get(language, {}), **those} for language, those in labels.items()},
        under.texts,
        {**under.about, **{code.upper(): name for name, codes in read.about.items() for code in codes}},
    )
    return replace(made, texts=_asked(made, read.texts)) if read.texts else made


def _asked(table: Mapping, texts: Table[str, _Text]) -> dict[str, dict[tuple[str, str], str]]:
    """Return the questions by language, those of *table* under them; one whose code nobody mapped is a fault of the file."""
    found = {language: dict(table.texts.get(language, {})) for language in ("fr", "en")}
    for name, one in texts.items():
        system, _, code = name.partition("|")
        item = table.item(code, system)
        if item is None:
            raise MappingError(f"texts: {name[:80]}")
        found["fr"][item], found["en"][item] = one.fr, one.en or one.fr
    return found
