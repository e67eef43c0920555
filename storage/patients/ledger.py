"""Writing facts down: words and links as they came, then the row of each person whom they touch. Inside one transaction."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from storage.monitoring import answers
from storage.patients import fold, heard, ins, words
from storage.patients.facts import (
    Document,
    Identity,
    Key,
    Merge,
    Movement,
    Questionnaire,
    Receipt,
    Report,
    Transfer,
)
from storage.patients.shelf import KINDS, TRANSFER, became, closure, is_linked, movements, numbers_of, packer
from storage.patients.stays import Whereabouts, moved, stays, whereabouts
from storage.patients.told import Told
from storage.patients.traits import Traits, pack, tell, unpack
from storage.patients.vigilance import sees_another

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from sqlite3 import Connection

    from storage.patients.facts import Fact, Person
    from storage.patients.fold import Number
    from storage.patients.records import Patient

_NAMES = ("birth_name", "used_name", "given_name", "given_names", "pseudonym")
_ROW = (
    "id, authority, ipp, birth_name, used_name, given_name, birth, sex, status, dead, inside, unit, last_ms, news_ms, ins, ins_oid, "
    "by_ins_alone, unnamed, hidden, whereabouts, words"
)
_JOINS = "ins_oid, ins, birth_name, used_name, given_name, birth, sex"
"""What of a patient decides whose numbers are joined to theirs."""
_reader = msgspec.msgpack.Decoder(Whereabouts)
_SAVE = f"INSERT OR REPLACE INTO patient ({_ROW}) VALUES ({','.join('?' * 21)})"  # noqa: S608 -- constants


class Ledger:
    """Takes the facts of a batch (`note`), then brings all persons whom they touch up to date (`settle`)."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._ids: dict[Key, int] = {}
        self._traits: dict[int, Traits] = {}
        self._heard: dict[int, tuple[Person, ...]] = {}
        self._news: dict[int, int] = {}
        self._moved: dict[int, list[Told[Movement]]] = defaultdict(list)
        self._refold: set[int] = set()
        """Persons whose whole history must be read again: a movement told anew, or other numbers than before."""
        self._changed: set[int] = set()
        self._answered: set[int] = set()
        """Numbers of which a questionnaire was told."""

    def note(self, seq: int, facts: Sequence[Fact]) -> None:
        """Write down what message *seq* told."""
        told = False
        for place, fact in enumerate(facts):
            if isinstance(fact.content, Receipt):
                self._receive(seq, fact, fact.content)
                told = True
            elif fact.key.ipp:
                self._write(seq, place, fact)
                told = True
        if not told:
            self._db.execute("INSERT OR IGNORE INTO spent VALUES (?)", (seq,))

    def settle(self) -> frozenset[int]:
        """Bring the rows up to date; return the ids of all persons who changed, or are no longer persons of their own."""
        for number, traits in self._traits.items():
            self._db.execute("UPDATE number SET traits = ? WHERE id = ?", (pack(traits), number))
        for number, persons in self._heard.items():
            row = (heard.pack(persons), *heard.ins_of(persons), number)
            self._db.execute("UPDATE number SET heard = ?, heard_oid = ?, heard_ins = ? WHERE id = ?", row)
        for number, news_ms in self._news.items():
            self._db.execute("UPDATE number SET news_ms = max(news_ms, ?) WHERE id = ?", (news_ms, number))
        numbers = self._refreshed(self._rooted(self._news))
        while numbers:
            numbers = self._rejoin(numbers)
        answers.renew(self._db, self._changed, self._answered)
        return frozenset(self._changed)

    # --- words ---------------------------------------------------------------------------------------------

    def _write(self, seq: int, place: int, fact: Fact) -> None:
        number = self._touch(seq, fact.key, fact)
        match fact.content:
            case Identity(traits):
                if number not in self._traits:
                    (data,) = self._db.execute("SELECT traits FROM number WHERE id = ?", (number,)).fetchone()
                    self._traits[number] = unpack(data)
                tell(self._traits[number], fact.stamp, traits)
            case Merge(old, kind):
                self._link(seq, place, fact, old, (kind, "", ""))
            case Transfer(old, file, old_file):
                self._link(seq, place, fact, old, (TRANSFER, old_file, file))
            case _:
                self._say(seq, place, fact, number)

    def _say(self, seq: int, place: int, fact: Fact, number: int) -> None:
        """Keep one word. Should two messages have the same stamp, the greater content holds, whichever came first."""
        content = fact.content
        name, file = "", ""
        if isinstance(content, Movement | Report | Document | Questionnaire):
            name, file = content.id, content.file
        stamp = (fact.stamp.recorded_ms, fact.stamp.control_id, place)
        if isinstance(content, Report | Document | Questionnaire) and content.about:
            self._hear(number, content.about)
        if isinstance(content, Questionnaire):
            self._answered.add(number)
        if isinstance(content, Movement):
            self._note_movement(number, Told(*stamp, fact.key, seq, content))
        self._db.execute(
            "INSERT INTO word (number, kind, name, recorded_ms, control_id, place, file, seq, body) VALUES (?,?,?,?,?,?,?,?,?) "
            "ON CONFLICT DO UPDATE SET body = excluded.body, seq = excluded.seq, file = excluded.file WHERE excluded.body > body",
            (number, KINDS[type(content)], name, *stamp, file, seq, packer.encode(content)),
        )

    def _hear(self, number: int, about: tuple[Person, ...]) -> None:
        known = self._heard.get(number)
        if known is None:
            (data,) = self._db.execute("SELECT heard FROM number WHERE id = ?", (number,)).fetchone()
            known = heard.unpack(data)
        persons = heard.hear(known, about)
        if persons is not known:
            self._heard[number] = persons

    def _note_movement(self, number: int, word: Told[Movement]) -> None:
        sql = "SELECT 1 FROM word WHERE number = ? AND kind = 'movement' AND name = ?"
        if self._db.execute(sql, (number, word.content.id)).fetchone():
            self._refold.add(number)
        self._moved[number].append(word)

    def _link(self, seq: int, place: int, fact: Fact, old: Key, what: tuple[str, str, str]) -> None:
        if old.ipp and old != fact.key:
            ends = (self._touch(seq, old, fact), self._ids[fact.key])
            row = (*ends, *what, fact.stamp.recorded_ms, fact.stamp.control_id, place)
            self._db.execute("INSERT OR IGNORE INTO link VALUES (?,?,?,?,?,?,?,?)", row)

    def _receive(self, seq: int, fact: Fact, receipt: Receipt) -> None:
        row = (receipt.of, fact.stamp.recorded_ms, fact.stamp.control_id, seq, packer.encode(receipt))
        self._db.execute("INSERT OR IGNORE INTO receipt VALUES (?,?,?,?,?)", row)
        sql = "SELECT n.root FROM word w JOIN number n ON n.id = w.number WHERE w.control_id = ? AND w.kind = 'document'"
        self._changed.update(root for (root,) in self._db.execute(sql, (receipt.of,)))

    def _touch(self, seq: int, key: Key, fact: Fact) -> int:
        """Return the id of *key*, new or known, and remember that *seq* told of it."""
        number = self._ids.get(key)
        if number is None:
            number = self._ids[key] = self._number(key)
        self._news[number] = max(self._news.get(number, 0), fact.stamp.recorded_ms)
        self._db.execute("INSERT OR IGNORE INTO source VALUES (?, ?)", (seq, number))
        return number

    def _number(self, key: Key) -> int:
        known = _id_of(self._db, key)
        if known is not None:
            return known
        sql = "INSERT INTO number (authority, ipp, root, news_ms, traits) VALUES (?, ?, 0, 0, x'')"
        number = self._db.execute(sql, (key.authority, key.ipp)).lastrowid
        assert number is not None
        self._db.execute("UPDATE number SET root = id WHERE id = ?", (number,))
        return number

    # --- persons -------------------------------------------------------------------------------------------

    def _rooted(self, numbers: Iterable[int]) -> set[int]:
        """Tell all that is tied to *numbers* whose they are now; return the persons who had them or have them."""
        tied = closure(self._db, numbers)
        ends = became(self._db, tied)
        persons = set()
        for number in tied:
            (before,) = self._db.execute("SELECT root FROM number WHERE id = ?", (number,)).fetchone()
            root = self._joined(ends.get(number, number), ends)
            persons |= {before, root}
            if before != root:
                self._refold |= {before, root}
                self._db.execute("UPDATE number SET root = ? WHERE id = ?", (root, number))
        self._changed |= persons
        return persons

    def _joined(self, root: int, gone: Collection[int]) -> int:
        """Return the patient (none of *gone*) to whom the number *root* belongs by the qualified INS; itself where that is nobody."""
        sql = "SELECT authority, ipp, traits = x'', heard, heard_oid, heard_ins FROM number WHERE id = ?"
        authority, ipp, untold, data, oid, told = self._db.execute(sql, (root,)).fetchone()
        if authority in ins.OIDS:
            return next((one for one in self._having(authority, ins.compact(ipp)) if one not in gone), root)
        if not untold or not told:
            return root
        having = [one for one in self._having(oid, told) if one not in gone and one != root]
        alone = len(having) == 1 and not self._another(having[0], heard.unpack(data))
        return having[0] if alone else root

    def _having(self, oid: str, number: str) -> list[int]:
        sql = "SELECT id FROM patient WHERE ins = ? AND ins <> '' AND ins_oid = ? AND NOT by_ins_alone ORDER BY authority, ipp"
        return [person for (person,) in self._db.execute(sql, (number, oid))]

    def _another(self, person: int, persons: Sequence[Person]) -> bool:
        """Tell whether one of *persons* is somebody else than the patient *person*."""
        patient = fold.brief(numbers_of(self._db, person), Whereabouts())
        return any(sees_another(one, patient) for one in persons)

    def _refreshed(self, persons: Iterable[int]) -> set[tuple[str, str]]:
        return {number for person in persons for number in self._refresh(person)}

    def _refresh(self, person: int) -> set[tuple[str, str]]:
        """Write the row of *person*; return the qualified INS (OID, number) that they had or have, where it or who they are changed."""
        before = self._db.execute(f"SELECT {_JOINS} FROM patient WHERE id = ?", (person,)).fetchone()  # noqa: S608 -- constants
        numbers = numbers_of(self._db, person)
        if not numbers:
            self._db.execute("DELETE FROM patient WHERE id = ?", (person,))
            self._db.execute("DELETE FROM patient_words WHERE rowid = ?", (person,))
            after = None
        else:
            after = self._save(numbers, self._whereabouts(person, numbers))
        return set() if before == after else {(one[0], one[1]) for one in (before, after) if one and one[1]}

    def _whereabouts(self, person: int, numbers: Sequence[Number]) -> Whereabouts:
        """Return where *person* is; from what was known before wherever that is enough, so that a long history is not read each time."""
        if len(numbers) == 1 and person not in self._refold and not is_linked(self._db, person):
            row = self._db.execute("SELECT whereabouts FROM patient WHERE id = ?", (person,)).fetchone()
            where = moved(_reader.decode(row[0]) if row else Whereabouts(), self._moved.get(person, ()))
            if where is not None:
                return where
        return whereabouts(stays(movements(self._db, numbers)))

    def _save(self, numbers: Sequence[Number], where: Whereabouts) -> tuple[str, ...]:
        made = fold.brief(numbers, where)
        found_by = _words(made, numbers)
        digest = hashlib.blake2b(found_by.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        row = self._db.execute("SELECT words FROM patient WHERE id = ?", (made.id,)).fetchone()
        if row is None or row[0] != digest:
            self._db.execute("DELETE FROM patient_words WHERE rowid = ?", (made.id,))
            self._db.execute("INSERT INTO patient_words (rowid, words) VALUES (?, ?)", (made.id, found_by))
        news_ms = max(one.news_ms for one in numbers)
        self._db.execute(_SAVE, (*_row(made, news_ms), packer.encode(where), digest))
        return made.ins_oid, made.ins, made.birth_name, made.used_name, made.given_name, made.birth, made.sex

    def _rejoin(self, numbers: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Bring numbers that go by an INS to the patient who has it now, or away; those who share one have changed too.

        Return what changed by that, as `_refresh` does. This ends: what follows a patient without telling of one changes nobody.
        """
        changed: set[tuple[str, str]] = set()
        for oid, number in sorted(numbers):
            sql = "SELECT id FROM patient WHERE ins = ? AND ins <> '' AND ins_oid = ?"
            self._changed.update(one for (one,) in self._db.execute(sql, (number, oid)))
            alone = _id_of(self._db, Key(oid, number))
            told = "SELECT id FROM number WHERE heard_ins = ? AND heard_ins <> '' AND heard_oid = ?"
            following = [one for (one,) in self._db.execute(told, (number, oid))]
            changed |= self._refreshed(self._rooted([*following, *([] if alone is None else [alone])]))
        return changed


def _id_of(db: Connection, key: Key) -> int | None:
    sql = "SELECT id FROM number WHERE authority = ? AND ipp = ?"
    row = db.execute(sql, (key.authority, key.ipp)).fetchone()
    return row[0] if row else None


def _words(made: Patient, known: Sequence[Number]) -> str:
    """Return what *made* is found by: every name that was ever told, the birth date, all IPPs, where they are."""
    names = {said.value or "" for one in known for name in _NAMES for said in one.traits.get(name, ())}
    if made.unnamed:
        names |= {
            name
            for one in known
            for person in one.heard
            for name in (person.birth_name, person.used_name, person.given_name)
        }
    numbers = [one.key.ipp for one in known if not one.is_ins]
    units = [code for code, _ in made.units]
    return words.kept(names, made.birth, numbers, made.ins, units, inside=made.inside, unnamed=made.unnamed)


def _row(made: Patient, news_ms: int) -> tuple[object, ...]:
    unit = next((name or code for code, name in made.units), "")
    return (
        made.id, made.authority, made.ipp, made.birth_name, made.used_name, made.given_name, made.birth, made.sex, str(made.status),
        made.dead, made.inside, unit, made.last_ms, news_ms, made.ins, made.ins_oid, made.by_ins_alone, made.unnamed,
        made.hidden,
    )  # fmt: skip
