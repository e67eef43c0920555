"""Reading a person's history from the database: whose words are theirs after merges, renames and transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from storage.patients import heard
from storage.patients.facts import Allergies, Content, Document, Key, Movement, Questionnaire, Receipt, Report
from storage.patients.fold import History, Number
from storage.patients.links import Link, end, ends, steps
from storage.patients.told import Told, natural
from storage.patients.traits import unpack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from sqlite3 import Connection

RENAME = "rename"
TRANSFER = "transfer"
KINDS: dict[type[Any], str] = {
    Movement: "movement",
    Allergies: "allergies",
    Report: "report",
    Document: "document",
    Questionnaire: "questionnaire",
}
"""What is kept as words, and the name of each kind."""
packer = msgspec.msgpack.Encoder()
_reader: msgspec.msgpack.Decoder[Content] = msgspec.msgpack.Decoder(Content)


def closure(db: Connection, numbers: Iterable[int]) -> set[int]:
    """Return *numbers* and all that any merge, rename or transfer ties to them."""
    found, waiting = set(), list(numbers)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += (new for (new,) in db.execute("SELECT new FROM link WHERE old = ?", (number,)))
            waiting += (old for (old,) in db.execute("SELECT old FROM link WHERE new = ?", (number,)))
    return found


def became(db: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """Return which of *numbers* (a closure) were merged or renamed, and to which."""
    return ends(_links(db, numbers))


def _links(db: Connection, numbers: Iterable[int]) -> Iterator[Link]:
    sql = (
        "SELECT old, new, kind, recorded_ms, control_id, place FROM link WHERE old = ? AND kind <> 'transfer'"
    )
    for number in numbers:
        for old, new, kind, *order in db.execute(sql, (number,)):
            yield Link(old, new, _order(*order), kind)


def _order(recorded_ms: int, control_id: str, place: int) -> tuple[Any, ...]:
    return recorded_ms, natural(control_id), place


def history(db: Connection, root: int) -> History | None:
    """Return what was told of the person known by number *root*; None where that is nobody, or somebody else by now."""
    numbers = numbers_of(db, root)
    if not numbers:
        return None
    words = _Words(db, numbers)
    documents: list[Told[Document]] = words.of("document")
    return History(
        numbers,
        words.of("movement"),
        words.of("allergies"),
        words.of("report"),
        documents,
        _receipts(db, {word.control_id for word in documents}),
    )


def movements(db: Connection, numbers: Sequence[Number]) -> list[Told[Movement]]:
    """Return what was told of the movements of the person with these *numbers*."""
    return _Words(db, numbers).of("movement")


def questionnaires(db: Connection, numbers: Sequence[Number]) -> list[Told[Questionnaire]]:
    """Return what was told of the questionnaires of the person with these *numbers*."""
    return _Words(db, numbers).of("questionnaire")


def is_linked(db: Connection, number: int) -> bool:
    """Tell whether any merge, rename or transfer ties *number* to another."""
    sql = "SELECT EXISTS (SELECT 1 FROM link WHERE old = ?1) OR EXISTS (SELECT 1 FROM link WHERE new = ?1)"
    return bool(db.execute(sql, (number,)).fetchone()[0])


def numbers_of(db: Connection, root: int) -> list[Number]:
    """Return the numbers of one person, *root*, by which they are known, first; empty where it is nobody's any more."""
    sql = "SELECT id, authority, ipp, traits, news_ms, heard FROM number WHERE root = ?"
    rows = db.execute(sql, (root,)).fetchall()
    held = steps(_links(db, [row[0] for row in rows] if len(rows) > 1 else []))
    made = [
        Number(
            number,
            Key(authority, ipp),
            own=end(number, held, RENAME) == root,
            joined=end(number, held) != root,
            traits=unpack(traits),
            news_ms=news_ms,
            heard=heard.unpack(persons),
        )
        for number, authority, ipp, traits, news_ms, persons in rows
    ]
    made.sort(key=lambda one: (one.id != root, one.key))
    return made if made and made[0].id == root else []


class _Words:
    """The words on one person: those under their numbers, without files that were transferred away, with those transferred to them."""

    def __init__(self, db: Connection, numbers: Sequence[Number]) -> None:
        self._db = db
        self._root = numbers[0].id
        own = {one.id: one.key for one in numbers}
        self._moved = _transfers(db, own)
        self._keys = own if not self._moved else _keys(db, closure(db, own))
        self._roots = dict(
            db.execute("SELECT id, root FROM number WHERE id = ?", (one,)).fetchone() for one in self._keys
        )

    def of(self, kind: str) -> list[Any]:
        """Return the words of *kind*."""
        sql = "SELECT recorded_ms, control_id, place, seq, body, file FROM word WHERE number = ? AND kind = ?"
        return [
            Told(recorded_ms, control_id, place, key, seq, _reader.decode(body))
            for number, key in self._keys.items()
            for recorded_ms, control_id, place, seq, body, file in self._db.execute(sql, (number, kind))
            if self._owner(number, file) == self._root
        ]

    def _owner(self, number: int, file: str) -> int:
        root = self._roots[number]
        owner: int = self._moved.get((root, file), (root, file))[0] if file else root
        return owner


def _keys(db: Connection, numbers: Collection[int]) -> dict[int, Key]:
    rows = (
        db.execute("SELECT id, authority, ipp FROM number WHERE id = ?", (one,)).fetchone()
        for one in sorted(numbers)
    )
    return {number: Key(authority, ipp) for number, authority, ipp in rows}


def _transfers(db: Connection, numbers: Collection[int]) -> dict[Any, Any]:
    """Return where files went, as (person, file) -> (person, file), among all who are tied to *numbers*."""
    sql = (
        "SELECT o.root, l.old_file, n.root, l.file, l.recorded_ms, l.control_id, l.place FROM link l JOIN number o ON o.id = l.old "
        "JOIN number n ON n.id = l.new WHERE l.old = ? AND l.kind = 'transfer'"
    )
    links = []
    for number in closure(db, numbers):
        for old, old_file, new, file, *order in db.execute(sql, (number,)):
            links += [Link((old, one), (new, file), _order(*order)) for one in {old_file or file, file}]
    return ends(links)


def _receipts(db: Connection, messages: Iterable[str]) -> dict[str, list[Receipt]]:
    """Return the newest receipt of each kind for *messages*."""
    found: dict[str, list[Receipt]] = {}
    for message in messages:
        newest: dict[str, Receipt] = {}
        told = db.execute(
            "SELECT recorded_ms, control_id, body FROM receipt WHERE of = ?", (message,)
        ).fetchall()
        for *_, body in sorted(told, key=lambda row: (_order(row[0], row[1], 0), row[2])):
            receipt = _reader.decode(body)
            assert isinstance(receipt, Receipt)
            newest[receipt.kind] = receipt
        found[message] = [newest[kind] for kind in sorted(newest)]
    return found
