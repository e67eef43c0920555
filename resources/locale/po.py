"""Reader of the gettext `.po` sources beside it: the subset that Consilium writes, anything else is refused by line."""

from __future__ import annotations

import gettext
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOLDER = Path(__file__).parent
_LINE = re.compile(r'(?:(msgid_plural|msgid|msgstr)(?:\[(\d)\])?\s+)?"((?:[^"\\]|\\.)*)"$')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
_SINGLE = 2
"""Parts of a message without plural forms: `msgid`, `msgstr`."""
_PLURAL = re.compile(r"^Plural-Forms:\s*nplurals=(\d);\s*plural=([^;]+);", re.MULTILINE)


class PoError(ValueError):
    """A `.po` source breaks the format; the text says which file and line to mend."""


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language: message id -> its forms (one, or one a plural form)."""

    forms: dict[str, tuple[str, ...]]
    plural_rule: str
    plural: Callable[[int], int]


@dataclass
class _Entry:
    """One message while its lines come in; `part` is the field that a bare string line continues."""

    line: int
    texts: dict[str, str] = field(default_factory=dict)
    part: str = ""

    def forms(self) -> tuple[str, ...]:
        texts = self.texts
        if len(texts) == _SINGLE and "msgstr" in texts:
            return (texts["msgstr"],)
        return tuple(text for part, text in sorted(texts.items()) if part.startswith("msgstr"))


def load(language: str) -> Catalogue:
    """Merge every `.po` of *language*; raises PoError when an id stands twice or two plural rules differ."""
    paths = sorted((FOLDER / language).glob("*.po"))
    parts = [parse(path.read_text(encoding="utf-8"), f"{language}/{path.name}") for path in paths]
    rules = {part.plural_rule for part in parts}
    if len(rules) != 1:
        raise PoError(f"{language}: one Plural-Forms for all files, found {len(rules)}")
    forms: dict[str, tuple[str, ...]] = {}
    for part in parts:
        twice = forms.keys() & part.forms.keys()
        if twice:
            raise PoError(f"{language}: ids in two files: {', '.join(sorted(twice))}")
        forms.update(part.forms)
    return Catalogue(forms, parts[0].plural_rule, parts[0].plural)


def parse(text: str, name: str) -> Catalogue:
    """Read one source; *name* stands in the errors. The header (empty msgid) must give Plural-Forms."""
    forms: dict[str, tuple[str, ...]] = {}
    for entry in _entries(text.splitlines(), name):
        key = entry.texts.get("msgid", "")
        if key in forms:
            raise PoError(f"{name}:{entry.line}: id {key!r} stands twice")
        forms[key] = entry.forms()
        if not all(forms[key]) or not forms[key]:
            raise PoError(f"{name}:{entry.line}: id {key!r} has no text")
    header = _PLURAL.search("".join(forms.pop("", ("",))))
    if header is None:
        raise PoError(f"{name}: no Plural-Forms in the header")
    count, rule = int(header[1]), header[2].strip()
    wrong = [key for key, texts in forms.items() if len(texts) not in {1, count}]
    if wrong:
        raise PoError(f"{name}: plural ids need {count} forms: {', '.join(wrong)}")
    return Catalogue(forms, rule, _compiled(rule))


@cache
def _compiled(rule: str) -> Callable[[int], int]:
    """Return what chooses a form; every file of a language has the same rule."""
    return gettext.c2py(rule)


def _entries(lines: Iterable[str], name: str) -> list[_Entry]:
    entries: list[_Entry] = []
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise PoError(f"{name}:{number}: cannot read {line[:40]!r}")
        if match[1] == "msgid":
            entries.append(_Entry(number))
        if not entries:
            raise PoError(f"{name}:{number}: text before the first msgid")
        _take(entries[-1], match, name, number)
    return entries


def _take(entry: _Entry, match: re.Match[str], name: str, number: int) -> None:
    word, form, text = match.groups()
    if "\\" in text:
        text = _unescape(text, f"{name}:{number}")
    if word is None:
        entry.texts[entry.part] = entry.texts.get(entry.part, "") + text
        return
    entry.part = word + (form or "")
    if entry.part in entry.texts:
        raise PoError(f"{name}:{number}: {word} stands twice")
    entry.texts[entry.part] = text


def _unescape(text: str, where: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            raise PoError(f"{where}: unknown escape {match[0]}")
        return _ESCAPES[match[1]]

    return _ESCAPE.sub(one, text)
