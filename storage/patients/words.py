"""What a patient is found by, and what is asked for: words without accents, case, hyphens and apostrophes. Pure.

Beside names the index holds, each behind a sign of its own that no name has: how names sound, numbers, units, who is inside.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from storage.patients import ins
from storage.patients.sound import sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

MAX_TEXT = 200
MAX_WORDS = 8
_JOINED_WORDS = 4
"""Up to so many words are also looked for run together: `le maitre` finds LEMAITRE."""
_NAME_WORDS = 12
_SOUND, _NUMBER, _UNIT, _INSIDE, _INS, _UNNAMED = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004", "\ue005"
_WIDE = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})
_DATES = (
    re.compile(r"\b(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})\b"),
    re.compile(r"\b(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})\b"),
    re.compile(r"\b(\d{1,2})[/.\-](\d{4})\b"),
    re.compile(r"\b(\d{1,2})/(\d{1,2})\b"),
)


@lru_cache(maxsize=4096)
def fold(text: str) -> tuple[str, ...]:
    """Return the words of *text*: `Inès Le-Goff` is ines, le, goff."""
    flat = unicodedata.normalize("NFKD", text.casefold().translate(_WIDE))
    kept = "".join(char if char.isalnum() else "" if unicodedata.combining(char) else " " for char in flat)
    return tuple(kept.split())


# --- what is kept -----------------------------------------------------------------------------------------


def kept(
    names: Iterable[str],
    birth: str,
    numbers: Iterable[str],
    own_ins: str,
    units: Iterable[str],
    *,
    inside: bool,
    unnamed: bool,
) -> str:
    """Return all words under which a patient is to be found, parted by spaces and sorted."""
    found = {token for name in names for token in _of_name(fold(name)[:_NAME_WORDS])}
    found.update(_of_birth(birth))
    found.update(_NUMBER + form for number in numbers for form in _of_number(number))
    found.update(_INS + form for form in {own_ins.lower(), own_ins[:13].lower()} if form)
    found.update(map(_unit, units))
    found.update(mark for mark, yes in ((_INSIDE, inside), (_UNNAMED, unnamed)) if yes)
    return " ".join(sorted(found))


def _of_name(words: Sequence[str]) -> Iterator[str]:
    """Each word, and all that begins with it run together; how the words and the whole sound."""
    yield from words
    yield from ("".join(words[at:]) for at in range(len(words)))
    for heard in (*words, "".join(words)):
        if key := sound(heard):
            yield _SOUND + key


def _of_birth(birth: str) -> Iterator[str]:
    """YYYY[MM[DD]] in the ways people write it, without signs."""
    if not birth.isdigit():
        return
    year, month, day = birth[:4], birth[4:6], birth[6:8]
    yield birth[:8]
    if month:
        yield month + year
    if day:
        yield from (day + month + year, day + month + year[2:])


def _of_number(number: str) -> Iterator[str]:
    plain = "".join(fold(number))
    if plain:
        yield from {plain, plain.lstrip("0") or plain}


def _unit(code: str) -> str:
    return _UNIT + code.encode("utf-8", "replace").hex()


# --- what is asked ----------------------------------------------------------------------------------------


def asked(text: str) -> tuple[str, ...]:
    """Return the words of what somebody typed; dates become their digits, an INS one word."""
    text = text[:MAX_TEXT]
    number = ins.compact(text)
    if len(number) in (13, 15) and ins.key_of(number):
        return (number.lower(),)
    for pattern in _DATES:
        text = pattern.sub(_digits, text)
    return fold(text)[:MAX_WORDS]


def _digits(date: re.Match[str]) -> str:
    return "".join(part.zfill(2) for part in date.groups())


def whole(words: Sequence[str]) -> str:
    """Return the FTS5 expression for patients who have every one of *words* as it stands."""
    return _any_way(words, lambda word: [_quoted(form) for form in (word, _INS + word, *_as_number(word))])


def begun(words: Sequence[str]) -> str:
    """Return the expression for patients with words that begin with *words*."""
    return _any_way(words, lambda word: [f"{_quoted(form)}*" for form in (word, *_as_number(word))])


def heard(words: Sequence[str]) -> str:
    """Return the expression for patients with words that begin with *words* or sound like them."""
    return _any_way(words, lambda word: [f"{_quoted(word)}*", *_sounds(word)])


def alike(name: str, given: str) -> str:
    """Return the expression for patients whose name and first name sound like these; empty where there is nothing to compare."""
    keys = [sound("".join(fold(name))), sound("".join(fold(given)))]
    return " AND ".join(_quoted(_SOUND + key) for key in keys) if all(keys) else ""


def twins(name: str, birth: str) -> str:
    """Return the expression for patients of this name and birth date; empty where there is nothing to compare."""
    joined = "".join(fold(name))
    return f"{_quoted(joined)} AND {_quoted(birth)}" if joined and len(birth) == len("19540314") else ""


def narrowed(expression: str, *, inside: bool, unit: str, unnamed: bool = False) -> str:
    """Return *expression* (or none) for those inside, with the running unit *unit*, or whom no ADT named, only."""
    marks = [_quoted(_unit(unit))] if unit else [_quoted(_INSIDE)] if inside else []
    marks += [_quoted(_UNNAMED)] if unnamed else []
    return " AND ".join([*([f"({expression})"] if expression else []), *marks])


def _any_way(words: Sequence[str], forms: Callable[[str], list[str]]) -> str:
    ways = ([_either(forms(run)) for run in runs] for runs in _runs(words))
    return " OR ".join(f"({' AND '.join(way)})" for way in ways)


def _runs(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield *words*, and with neighbours run together in every way."""
    gaps = len(words) - 1 if len(words) <= _JOINED_WORDS else 0
    for mask in range(1 << gaps):
        runs = [words[0]]
        for at, word in enumerate(words[1:]):
            if mask >> at & 1:
                runs[-1] += word
            else:
                runs.append(word)
        yield runs


def _as_number(word: str) -> list[str]:
    """Return *word* as a patient's number: from 5 characters on, with a digit, so that a year stays a year."""
    return [_NUMBER + (word.lstrip("0") or word)] if len(word) > 4 and any(map(str.isdigit, word)) else []


def _sounds(word: str) -> list[str]:
    key = sound(word) if word.isalpha() and len(word) > 2 else ""
    return [_quoted(_SOUND + key)] if key else []


def _either(forms: list[str]) -> str:
    return f"({' OR '.join(forms)})"


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
