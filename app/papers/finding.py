"""Where a text stands in another, blind to accents and case. No Qt, but in Qt's counting: astral letters are two."""

from __future__ import annotations

from app.search import fold

MAX_HITS = 2_000


def spans(text: str, wanted: str) -> list[tuple[int, int]]:
    """Return where *wanted* begins and ends in *text*, in UTF-16 units; at most 2,000 places."""
    letters, told = fold(wanted).letters.strip(), fold(text)
    found: list[tuple[int, int]] = []
    place = told.letters.find(letters) if letters else -1
    while place >= 0 and len(found) < MAX_HITS:
        found.append((told.origin[place], told.origin[place + len(letters) - 1] + 1))
        place = told.letters.find(letters, place + len(letters))
    return found if max(text, default="") <= "\uffff" else _wide(text, found)


def _wide(text: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    units, counted, wide = {0: 0}, 0, 0
    for place in sorted({place for span in found for place in span}):
        wide += place - counted + sum(letter > "\uffff" for letter in text[counted:place])
        counted = place
        units[place] = wide
    return [(units[start], units[end]) for start, end in found]
