"""The patients that this desk knows, rebuilt from the inbox whenever needed: facts go in, persons come out.

changed = await asyncio.wrap_future(vault.patients.apply([(seq, facts), …]))
rows = await asyncio.wrap_future(vault.patients.search("odile lemai 1954"))
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from storage.patients import finder, fold, wards
from storage.patients.ledger import Ledger
from storage.patients.shelf import closure, history

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database
    from storage.patients.facts import Fact, Key
    from storage.patients.records import Found, Patient
    from storage.patients.wards import Cared

POSSIBLE_DUPLICATE = "DPOT"
"""The attribute (as in PID-32) of a patient whose qualified INS another number has as well."""
_TABLES = ("number", "word", "link", "receipt", "source", "spent", "patient", "questionnaire")


class Patients:
    """What is known of patients; every answer is a future. Ids are for this desk only, and may change by a rebuild.

    An id stays good after a merge: it names who the patient became.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- writing -------------------------------------------------------------------------------------------

    def apply(self, batch: Sequence[tuple[int, Sequence[Fact]]]) -> Future[frozenset[int]]:
        """Take the facts of inbox messages (ascending `seq`), all or none; return the ids of patients that changed.

        What was applied before (a `seq` not above `applied`) is passed over.
        """

        def act(db: Connection) -> frozenset[int]:
            done = _applied(db)
            ledger = Ledger(db)
            for seq, facts in batch:
                if seq > done:
                    ledger.note(seq, facts)
                    done = seq
            changed = ledger.settle()
            db.execute("UPDATE progress SET applied = ?", (done,))
            return changed

        return self._database.write(act)

    def applied(self) -> Future[int]:
        """Return the inbox's `seq` up to which everything was applied; 0 at the beginning."""
        return self._database.read(_applied)

    def clear(self) -> Future[None]:
        """Forget everything, so that it can be made again from the inbox."""

        def act(db: Connection) -> None:
            for table in _TABLES:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 -- constants
            db.execute("INSERT INTO patient_words (patient_words) VALUES ('delete-all')")
            db.execute("UPDATE progress SET applied = 0")

        return self._database.write(act)

    def forget(self, before_ms: int) -> Future[list[int]]:
        """Drop the patients without any news since *before_ms*; return the inbox messages that nobody needs any more.

        They are named again until `dropped` tells that they are gone.
        """

        def act(db: Connection) -> list[int]:
            old = "SELECT id FROM patient WHERE news_ms < ?"
            people = [person for (person,) in db.execute(old, (before_ms,))]
            for person in [one for one in people if _all_quiet(db, one, before_ms)]:
                _forget(db, person)
            _forget_receipts(db, before_ms)
            return [seq for (seq,) in db.execute("SELECT seq FROM spent ORDER BY seq")]

        return self._database.write(act)

    def dropped(self, seqs: Iterable[int]) -> Future[None]:
        """Tell that these messages, named by `forget`, are no longer in the inbox."""
        rows = [(seq,) for seq in seqs]

        def act(db: Connection) -> None:
            db.executemany("DELETE FROM spent WHERE seq = ?", rows)

        return self._database.write(act)

    # --- who cares -------------------------------------------------------------------------------------------

    def concerned(self, seqs: Sequence[int], since_ms: int) -> Future[dict[int, tuple[Cared, ...]]]:
        """Return for each inbox message of *seqs* of whom it told, with the units that have them or had them since *since_ms*."""
        return self._database.read(lambda db: wards.concerned(db, seqs, since_ms))

    def cared_for(self, after_id: int, limit: int, since_ms: int) -> Future[tuple[int, list[Cared]]]:
        """Return who is in hospital, or was since *since_ms*, page by page; the number is the next *after_id*, 0 at the end."""
        return self._database.read(lambda db: wards.page(db, after_id, limit, since_ms))

    def told_of(self, keys: Iterable[Key], up_to: int) -> Future[list[int]]:
        """Return the inbox messages up to *up_to* that told of *keys*, in order."""
        numbers = list(keys)
        return self._database.read(lambda db: wards.told_of(db, numbers, up_to))

    # --- one patient ---------------------------------------------------------------------------------------

    def get(self, number: int) -> Future[Patient | None]:
        """Return the whole patient with this id."""
        return self._database.read(lambda db: _whole(db, "WHERE n.id = ?", number))

    def by_ipp(self, authority: str, ipp: str) -> Future[Patient | None]:
        """Return the whole patient who has, or had, this number."""
        return self._database.read(lambda db: _whole(db, "WHERE authority = ? AND ipp = ?", authority, ipp))

    def every(self, after_id: int = 0, limit: int = 500) -> Future[list[Patient]]:
        """Return whole patients in the order of their ids, those above *after_id*: page by page."""

        def act(db: Connection) -> list[Patient]:
            sql = "SELECT id FROM patient WHERE id > ? ORDER BY id LIMIT ?"
            made = (_patient(db, one) for (one,) in db.execute(sql, (after_id, limit)).fetchall())
            return [one for one in made if one is not None]

        return self._database.read(act)

    # --- many ----------------------------------------------------------------------------------------------

    def search(
        self, text: str, limit: int = 50, inside: bool = False, unit: str = "", unnamed: bool = False
    ) -> Future[list[Found]]:
        """Find by names, IPP, INS (whole) and birth date, in any order, as somebody types; any text is fine.

        First who has the words as they stand, then who has words that begin so; in each who is inside, who was seen last, by name.
        Who was found by sound only (`near`) comes last. *inside*, *unit* (the code of a running unit) and *unnamed* (no ADT told who it is)
        narrow; without a text it is those who were seen last.
        """
        return self._database.read(
            lambda db: finder.search(db, text, limit, inside=inside, unit=unit, unnamed=unnamed)
        )

    def homonyms(self, number: int) -> Future[list[Found]]:
        """Return the other patients who could be taken for this one, the most alike first (`likeness`); `near`: by sound only."""
        return self._database.read(lambda db: finder.homonyms(db, number))

    def recent(self, ids: Sequence[int]) -> Future[list[Found]]:
        """Return the patients with these ids, in this order, each once; unknown ones are passed over."""
        return self._database.read(lambda db: finder.rows(db, ids))

    def count(self) -> Future[int]:
        """Return how many patients there are."""
        return self._database.read(lambda db: _count(db, "SELECT count(*) FROM patient"))

    def unnamed_count(self) -> Future[int]:
        """Return how many numbers have results or documents, and nobody told whose they are."""
        return self._database.read(lambda db: _count(db, "SELECT count(*) FROM patient WHERE unnamed"))

    def inside_count(self) -> Future[int]:
        """Return how many patients are in hospital now."""
        return self._database.read(lambda db: _count(db, "SELECT count(*) FROM patient WHERE inside"))


def _applied(db: Connection) -> int:
    return _count(db, "SELECT applied FROM progress")


def _count(db: Connection, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])


def _whole(db: Connection, where: str, *values: object) -> Patient | None:
    row = db.execute(f"SELECT n.root FROM number n {where}", values).fetchone()  # noqa: S608 -- *where* is a constant of this file
    return _patient(db, row[0]) if row else None


def _patient(db: Connection, root: int) -> Patient | None:
    told = history(db, root)
    if told is None:
        return None
    made = fold.patient(told)
    others = "SELECT count(*) FROM patient WHERE ins = ? AND ins <> '' AND ins_oid = ? AND id <> ?"
    if made.ins and db.execute(others, (made.ins, made.ins_oid, made.id)).fetchone()[0]:
        attributes = dict.fromkeys((*made.attributes, POSSIBLE_DUPLICATE))
        made = replace(made, attributes=tuple(attributes))
    return made


def _all_quiet(db: Connection, person: int, before_ms: int) -> bool:
    """Tell whether nobody tied to *person* has news: a file that was transferred to them must not fall back to whose it was not."""
    sql = "SELECT news_ms FROM number WHERE id = ?"
    numbers = closure(
        db, (number for (number,) in db.execute("SELECT id FROM number WHERE root = ?", (person,)))
    )
    return all(db.execute(sql, (number,)).fetchone()[0] < before_ms for number in numbers)


def _forget(db: Connection, person: int) -> None:
    """Delete a person with all their numbers; messages that told of nobody else are spent."""
    for (number,) in db.execute("SELECT id FROM number WHERE root = ?", (person,)).fetchall():
        seqs = db.execute("SELECT seq FROM source WHERE number = ?", (number,)).fetchall()
        db.execute("DELETE FROM source WHERE number = ?", (number,))
        spent = "INSERT OR IGNORE INTO spent SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM source WHERE seq = ?1)"
        db.executemany(spent, seqs)
        for table, column in (("word", "number"), ("link", "old"), ("link", "new"), ("number", "id")):
            db.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))  # noqa: S608 -- constants
    db.execute("DELETE FROM patient WHERE id = ?", (person,))
    db.execute("DELETE FROM patient_words WHERE rowid = ?", (person,))
    db.execute("DELETE FROM questionnaire WHERE person = ?", (person,))


def _forget_receipts(db: Connection, before_ms: int) -> None:
    """Delete old receipts of messages that are gone."""
    gone = (
        "FROM receipt WHERE recorded_ms < ? AND NOT EXISTS "
        "(SELECT 1 FROM word WHERE word.control_id = receipt.of AND word.kind = 'document')"
    )
    db.execute(f"INSERT OR IGNORE INTO spent SELECT seq {gone}", (before_ms,))
    db.execute(f"DELETE {gone}", (before_ms,))
