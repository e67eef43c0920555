"""Finding and sorting people by what they are called: blind to accents, case, hyphens and apostrophes. No Qt."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})
_TITLES = frozenset(("dr", "pr", "prof", "ipa", "ide", "m", "mme"))


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """`Inès Le-Goff` -> `ines le goff`: letters and digits of any script, words parted by one space."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    kept = (c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def matches(query: str, *texts: str) -> bool:
    """Tell whether every word of *query* is in one of the *texts*; `jeanpierre` finds `Jean-Pierre` as well."""
    wanted, held = fold(query), " ".join(map(fold, texts))
    return all(word in held for word in wanted.split()) or _run(wanted) in _run(held)


def sort_key(name: str) -> tuple[str, str]:
    """Order as French and English dictionaries do: letters first, accents after; titles do not count."""
    words = fold(name).split()
    while len(words) > 1 and words[0] in _TITLES:
        words.pop(0)
    return " ".join(words), name


def _run(folded: str) -> str:
    return folded.replace(" ", "")
