"""Documents: new, replaced, deleted. A chain of replacements is one paper with its versions, in whatever order they came."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from storage.patients.links import Link, ends
from storage.patients.records import Paper

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from storage.patients.facts import Document, Receipt
    from storage.patients.told import Told

DELETE = "delete"


def papers(words: Iterable[Told[Document]], receipts: Mapping[str, Sequence[Receipt]]) -> tuple[Paper, ...]:
    """Return the documents as they stand, the newest first; *receipts* by the message id that they answer."""
    told = sorted(words, key=lambda word: word.order)
    content = [word for word in told if word.content.act != DELETE]
    deleted = _deleted(told, {_named(word) for word in content})
    last = ends(
        Link(word.content.replaces, _named(word), word.order) for word in content if word.content.replaces
    )
    chains: dict[str, list[Paper]] = defaultdict(list)
    for word in reversed(content):
        name = _named(word)
        withdrawn = deleted.get(name, word.order) > word.order
        chains[last.get(name, name)].append(_paper(word, withdrawn, receipts.get(word.control_id, ())))
    made = [replace(first, versions=tuple(older)) for first, *older in chains.values()]
    return tuple(sorted(made, key=lambda paper: -paper.at_ms))


def _named(word: Told[Document]) -> str:
    return word.content.id or f"{word.control_id} {word.place}"


def _deleted(told: Iterable[Told[Document]], known: set[str]) -> dict[str, tuple[object, ...]]:
    """Return when each document was deleted last. A deletion under an id of its own is of the document that it names."""
    found: dict[str, tuple[object, ...]] = {}
    for word in told:
        if word.content.act == DELETE:
            own = _named(word)
            target = own if own in known else word.content.replaces or own
            found[target] = word.order
    return found


def _paper(word: Told[Document], withdrawn: bool, receipts: Sequence[Receipt]) -> Paper:
    told = word.content
    return Paper(
        id=told.id,
        seq=word.seq,
        segment=told.segment,
        code=told.code,
        label=told.label,
        at_ms=told.at_ms,
        media=told.media,
        bytes=told.bytes,
        author=told.author,
        status=told.status,
        masked=told.masked,
        withdrawn=withdrawn,
        receipts=tuple(receipts),
        about=told.about,
    )
