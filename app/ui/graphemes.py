"""Names of any script inside other text: cut between graphemes only, kept from turning the text around them."""

from __future__ import annotations

from PyQt6.QtCore import QTextBoundaryFinder

from app.i18n import isolated as isolated  # noqa: PLC0414 -- told from here to who shows names

_FIRST_MARK = "\u0300"
"""No letter below combines with another."""


def boundaries(text: str) -> list[int]:
    """Return where a grapheme begins or the text ends, as indices of *text*.

    Qt counts UTF-16 units, Python code points: the places are translated.
    """
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, text)
    units: list[int] = [0]
    while (at := finder.toNextBoundary()) >= 0:
        units.append(at)
    if all(ord(char) < 0x10000 for char in text):
        return units
    places, unit = {0: 0}, 0
    for place, char in enumerate(text, 1):
        unit += 1 + (ord(char) >= 0x10000)
        places[unit] = place
    return [places[at] for at in units if at in places]


def first_grapheme(text: str) -> str:
    """Return the first character as a reader sees it, with the marks that combine with it."""
    if text[:2].isalpha() and max(text[:2]) < _FIRST_MARK:  # most names, at every painting
        return text[0]
    return text[: boundaries(text)[1]] if text else ""
