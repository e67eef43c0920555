"""Finding and sorting people by what they are called: blind to accents, case, hyphens and apostrophes. No Qt."""

from __future__ import annotations

from app.search import plain

_TITLES = frozenset(("dr", "pr", "prof", "ipa", "ide", "m", "mme"))


def matches(query: str, *texts: str) -> bool:
    """Tell whether every word of *query* is in one of the *texts*; `jeanpierre` finds `Jean-Pierre` as well."""
    return fits(plain(query), " ".join(map(plain, texts)))


def fits(wanted: str, held: str) -> bool:
    """As `matches`, for texts that were folded before (`app.search.plain`): there may be thousands."""
    return all(word in held for word in wanted.split()) or _run(wanted) in _run(held)


def sort_key(name: str) -> tuple[str, str]:
    """Order as French and English dictionaries do: letters first, accents after; titles do not count."""
    words = plain(name).split()
    while len(words) > 1 and words[0] in _TITLES:
        words.pop(0)
    return " ".join(words), name


def _run(folded: str) -> str:
    return folded.replace(" ", "")
