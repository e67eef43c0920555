"""Find among commands and things by what is typed: blind to accents, case and hyphens, best first. Qt-free."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MAX_QUERY = 200
GROUPS = ("patient", "meeting", "thread", "person", "action", "go", "setting")
"""Kinds in the order of their groups."""
PREFIXES = {
    ">": ("action", "go", "setting"),
    "@": ("person",),
    "#": ("patient", "meeting", "thread"),
    "?": ("action", "go"),
}
"""First character typed -> the kinds that it keeps; `?` keeps those with a key."""
SHOWN = 6
SHOWN_ALONE = 200
REMEMBERED = 5
_WIDE = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i"}

Span = tuple[int, int]


@dataclass(frozen=True)
class Folded:
    """A text of *size* characters without accents and case; `origin[i]` is the place there of letter i."""

    letters: str
    origin: Sequence[int]
    size: int

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where its words begin."""
        before = f" {self.letters}"
        return tuple(i for i, letter in enumerate(self.letters) if letter != " " and before[i] == " ")

    @cached_property
    def heads(self) -> frozenset[str]:
        """The letters that begin a word."""
        return frozenset(self.letters[i] for i in self.starts)


def fold(text: str) -> Folded:
    """Strip accents and case, turn hyphens and apostrophes into spaces."""
    if text.isascii():
        return Folded("".join(c if c.isalnum() else " " for c in text.lower()), range(len(text)), len(text))
    letters: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(text):
        plain = _WIDE.get(char.lower()) or unicodedata.normalize("NFKD", char).casefold()
        for letter in plain:
            if not unicodedata.combining(letter):
                letters.append(letter if letter.isalnum() else " ")
                origin.append(place)
    return Folded("".join(letters), tuple(origin), len(text))


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """`Inès Le-Goff` -> `ines le goff`: letters and digits of any script, words parted by one space."""
    return " ".join(fold(text).letters.split())


@dataclass(frozen=True)
class Entry:
    """One line that the palette can show; `caps` are its keys.

    `id` is what recents remember; `facts` (label, value), `mark` (words, icon, tone) and `warning` stand beside the list.
    """

    kind: str
    text: str
    detail: str
    icon: str
    caps: tuple[str, ...]
    run: Callable[[], object]
    id: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    mark: tuple[str, str, str] | None = None
    warning: str = ""

    @cached_property
    def folded(self) -> tuple[Folded, Folded]:
        """Text and detail without accents and case; folded once for all keys that are typed."""
        return fold(self.text), fold(self.detail)


@dataclass(frozen=True)
class Hit:
    """An entry that matches, with the places to mark in its text and its detail."""

    entry: Entry
    text: tuple[Span, ...] = ()
    detail: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Group:
    """Hits under one heading: a kind, `best`, `recent` or `help`."""

    name: str
    hits: tuple[Hit, ...]


class Recents:
    """What was opened last, the newest first; kept in memory only, and forgotten at the lock."""

    def __init__(self) -> None:
        self._ids: list[str] = []

    def take(self, entry: Entry) -> None:
        """Remember that *entry* was opened."""
        if entry.id:
            self._ids = [entry.id, *(one for one in self._ids if one != entry.id)][:REMEMBERED]

    def among(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return those of *entries* that were opened last."""
        by_id = {entry.id: entry for entry in entries}
        return [by_id[one] for one in self._ids if one in by_id]

    def forget(self) -> None:
        """Remember nothing."""
        self._ids.clear()


def wanted(query: str) -> tuple[str, str]:
    """Return the prefix that *query* begins with, if any, and what is typed behind it."""
    query = query[:MAX_QUERY].strip()
    prefix = query[:1] if query[:1] in PREFIXES else ""
    return prefix, query[len(prefix) :].strip()


def find(
    query: str, entries: Sequence[Entry], recent: Sequence[Entry] = (), sought: Sequence[Entry] = ()
) -> list[Group]:
    """Return the groups to show for *query*: the best match first; *recent* first where nothing is typed.

    *sought* were found elsewhere and keep their order; only a text that begins as typed stands before them.
    """
    prefix, typed = wanted(query)
    words = fold(typed).letters.split()
    kept = [entry for entry in entries if not prefix or entry.kind in PREFIXES[prefix]]
    if prefix == "?":
        kept = [entry for entry in kept if entry.caps]
    ranked = _rank(words, kept)
    if prefix == "?":
        return [Group("help", tuple(ranked))] if ranked else []
    first = [Group("best", (ranked.pop(0),))] if words and ranked else []
    if recent and not words and not prefix:
        first = [Group("recent", tuple(map(Hit, recent)))]
        ranked = [hit for hit in ranked if hit.entry not in recent]
    others = _grouped(ranked, SHOWN_ALONE if prefix else SHOWN)
    beside = _sought(typed, [entry for entry in sought if not prefix or entry.kind in PREFIXES[prefix]])
    leads = bool(first) and bool(first[0].hits[0].text) and first[0].hits[0].text[0][0] == 0
    return [*first, *beside, *others] if leads or not words else [*beside, *first, *others]


def _sought(typed: str, entries: Sequence[Entry]) -> list[Group]:
    hits = [Hit(entry, marks(typed, entry.text), marks(typed, entry.detail)) for entry in entries]
    return [
        Group(kind, of) for kind in GROUPS if (of := tuple(hit for hit in hits if hit.entry.kind == kind))
    ]


def _grouped(hits: Sequence[Hit], most: int) -> list[Group]:
    groups = ((kind, tuple(hit for hit in hits if hit.entry.kind == kind)[:most]) for kind in GROUPS)
    return [Group(kind, of) for kind, of in groups if of]


def _rank(words: Sequence[str], entries: Sequence[Entry]) -> list[Hit]:
    scored = []
    for entry in entries:
        found = _match(words, entry)
        if found is not None:
            scored.append(found)
    scored.sort(key=lambda pair: -pair[0])  # stable: equals keep the order of the registry
    return [hit for _, hit in scored]


def _match(words: Sequence[str], entry: Entry) -> tuple[float, Hit] | None:
    """Match every word in text or detail; None where one is missing."""
    text, detail = entry.folded
    spans: tuple[list[Span], list[Span]] = ([], [])
    total = 0.0
    for word in words:
        in_text, in_detail = _place(word, text), _place(word, detail)
        best = max((in_text[0], 0), (in_detail[0] * 0.5, 1))
        if not best[0]:
            return None
        total += best[0]
        spans[best[1]].extend((in_text, in_detail)[best[1]][1])
    total -= len(text.letters) / 1000 if words else 0  # of two equal matches, the shorter text
    return total, Hit(entry, _merged(spans[0]), _merged(spans[1]))


def _place(word: str, folded: Folded) -> tuple[float, list[Span]]:
    """Score one word: at the text's start 5, at a word's start 4, inside 2, letters in order from a word's start 1."""
    inside = folded.letters.find(word)
    if inside < 0:
        scattered = _scattered(word, folded)
        return (1.0, [_span(folded, at, 1) for at in scattered]) if scattered else (0.0, [])
    if not inside:
        return 5.0, [_span(folded, 0, len(word))]
    start = folded.letters.find(f" {word}") + 1
    return (4.0, [_span(folded, start, len(word))]) if start else (2.0, [_span(folded, inside, len(word))])


def _scattered(word: str, folded: Folded) -> list[int]:
    """Find the letters of *word* in order: each follows the one before, or begins a word."""
    if len(word) < 2 or word[0] not in folded.heads:
        return []
    letters, starts = folded.letters, folded.starts
    for first in starts:
        if letters[first] != word[0]:
            continue
        places = [first]
        for letter in word[1:]:
            after = places[-1] + 1
            near = after if letters[after : after + 1] == letter else -1
            at = near if near >= 0 else next((s for s in starts if s >= after and letters[s] == letter), -1)
            if at < 0:
                break
            places.append(at)
        if len(places) == len(word):
            return places
    return []


def _span(folded: Folded, start: int, length: int) -> Span:
    """Return the place of these letters in the text, with the marks that combine with the last."""
    end, last = start + length, folded.origin[start + length - 1] + 1
    return folded.origin[start], max(last, folded.origin[end] if end < len(folded.origin) else folded.size)


def marks(query: str, text: str) -> tuple[Span, ...]:
    """Return the places in *text* at which words of *query* begin a word; `le mai` and `lemai` both mark `LE-MAÎTRE`."""
    folded, typed = fold(text), fold(query[:MAX_QUERY]).letters.split()
    places = [i for i, letter in enumerate(folded.letters) if letter != " "]
    run = "".join(folded.letters[i] for i in places)
    starts = [at for at, i in enumerate(places) if i in folded.starts]

    def of(word: str) -> list[Span]:
        ends = [(at, at + len(word) - 1) for at in starts if run.startswith(word, at)]
        return [(folded.origin[places[a]], folded.origin[places[b]] + 1) for a, b in ends]

    found = [of(word) for word in typed]
    whole = of("".join(typed)) if not all(found) else []
    spans = whole or [span for one in found for span in one]
    return _merged([(start, _with_marks(text, end)) for start, end in spans])


def _with_marks(text: str, end: int) -> int:
    """Return *end* behind the marks that combine with the letter before it."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
