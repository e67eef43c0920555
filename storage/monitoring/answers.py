"""Questionnaires in cache.db: folded from the patients' facts, one row each, asked by queue, heat map and lists.

rows = await asyncio.wrap_future(vault.answers.of([person]))
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from storage.monitoring.records import (
    GRADED,
    MUTE_MS,
    NO_GRADE,
    OUT_OF_RANGE,
    Questionnaire,
    Symptom,
    Vital,
    off_scale,
    told_grade,
)
from storage.patients.facts import Key
from storage.patients.shelf import numbers_of, questionnaires

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database
    from storage.patients import facts
    from storage.patients.told import Told

ID_BYTES = 16
_COLUMNS = "alert, person, answered_ms, received_ms, grade, body, calls"
_AT_ONCE = 500
_ROWS = f"SELECT {_COLUMNS} FROM questionnaire WHERE person = ?"  # noqa: S608 -- constants
_INSERT = f"INSERT OR REPLACE INTO questionnaire ({_COLUMNS}) VALUES (?,?,?,?,?,?,?)"  # noqa: S608 -- constants
_ORDER = "ORDER BY answered_ms, received_ms, alert"
VITAL = "vital"
_TURNS = frozenset({"C", "X"})
_GONE = frozenset({"D", "X", "W"})
_packer = msgspec.msgpack.Encoder()
_reader = msgspec.msgpack.Decoder(Questionnaire)


def name(*parts: str) -> bytes:
    """Return the id of what is called so, the same on every device (docs/telemonitoring.md §3)."""
    told = [one.encode("utf-8", "surrogatepass") for one in parts]
    return hashlib.sha256(b"".join([len(one).to_bytes(2, "big") + one for one in told])).digest()[:ID_BYTES]


def alert_id(key: Key, platform: str, number: str) -> bytes:
    """Return the alert that a questionnaire is, should it be one."""
    return name("CSL1/alert", key.authority, key.ipp, platform, number)


def silence_id(key: Key, platform: str, number: str) -> bytes:
    """Return the alert that nothing came after a questionnaire."""
    return name("CSL1/silence", key.authority, key.ipp, platform, number)


def patient_id(key: Key) -> bytes:
    """Return the subject of records that concern a patient and no alert."""
    return name("CSL1/monitored", key.authority, key.ipp)


# --- folding ------------------------------------------------------------------------------------------------


def fold(person: int, words: Iterable[Told[facts.Questionnaire]]) -> list[Questionnaire]:
    """Return the questionnaires of *person* as they stand, the oldest answer first; each knows the grades of the one before."""
    told: dict[tuple[str, str], list[Told[facts.Questionnaire]]] = defaultdict(list)
    for word in sorted(words, key=lambda one: one.order):
        told[word.content.platform, word.content.id].append(word)
    made = [one for those in told.values() for one in _numbered(person, those)]
    return _trended(sorted(made, key=lambda one: (one.answered_ms, one.received_ms, one.alert)))


def _numbered(person: int, words: Iterable[Told[facts.Questionnaire]]) -> Iterable[Questionnaire]:
    """Fold what a platform told under one number: one questionnaire, of the key that told of it first.

    What another key of a patient who was merged told of it is a double, which keeps whatever was done there.
    """
    by_key: dict[Key, list[Told[facts.Questionnaire]]] = defaultdict(list)
    for word in words:
        by_key[word.key].append(word)
    first, *others = by_key.values()
    same = [those for those in others if _is_same(first, those)]
    yield _one(person, first, sorted(chain(first, *same), key=lambda one: one.order))
    for those in others:
        one = _one(person, those, those)
        yield replace(one, cancelled=True, double=True) if those in same else one


def _is_same(one: Sequence[Told[facts.Questionnaire]], other: Sequence[Told[facts.Questionnaire]]) -> bool:
    """Tell whether words under two keys are about one questionnaire: answered at one time, or a turn of what the other has whole.

    A platform that numbers each patient's own gives one number to two questionnaires.
    """
    turns = any(all(word.content.status in _TURNS for word in those) for those in (one, other))
    return turns or not {word.content.at_ms for word in one}.isdisjoint(word.content.at_ms for word in other)


def _one(
    person: int, own: Sequence[Told[facts.Questionnaire]], words: Sequence[Told[facts.Questionnaire]]
) -> Questionnaire:
    """Fold the words on one questionnaire, the oldest first: a newer one replaces the items that it names and keeps the others."""
    items: dict[tuple[str, str], facts.Answered] = {}
    corrected = False
    for word in words:
        for item in word.content.items:
            known = items.get((item.code or item.label, item.system))
            corrected |= known is not None and known.value != item.value
            items[item.code or item.label, item.system] = item
    last = words[-1].content
    kept = [one for one in items.values() if one.status not in _GONE]
    return Questionnaire(
        id=last.id,
        alert=alert_id(own[0].key, last.platform, last.id),
        key=own[0].key,
        person=person,
        platform=last.platform,
        answered_ms=last.at_ms,
        received_ms=words[0].recorded_ms,
        symptoms=_symptoms(kept),
        vitals=tuple(
            Vital(one.symptom, one.label, one.value, one.unit) for one in kept if one.attribute == VITAL
        ),
        said=_newest(words, "said"),
        phone=_newest(words, "phone"),
        raised=_newest(words, "alert"),
        corrected=corrected or last.status == "C",
        cancelled=last.status == "X",
        state=_newest(words, "state"),
        next_ms=next((one.content.next_ms for one in reversed(words) if one.content.next_ms), 0),
        unit=_newest(words, "unit"),
        treatment=_newest(words, "treatment"),
        referent=_newest(words, "referent"),
        warnings=_warnings(words, kept),
        seqs=tuple(sorted({one.seq for one in words})),
    )


def _warnings(words: Sequence[Told[facts.Questionnaire]], kept: Iterable[facts.Answered]) -> tuple[str, ...]:
    """Return what is odd about what is kept: the time is the last word's, what any word lost is lost."""
    odd = {
        "ahead": "ahead" in words[-1].content.warnings,
        OUT_OF_RANGE: any(off_scale(one.attribute, one.value) for one in kept),
        "cut": any("cut" in one.content.warnings for one in words),
    }
    return tuple(code for code, holds in odd.items() if holds)


def _newest(words: Sequence[Told[facts.Questionnaire]], part: str) -> str:
    told = (str(getattr(one.content, part)) for one in reversed(words))
    return next(filter(None, told), "")


def _symptoms(items: Iterable[facts.Answered]) -> tuple[Symptom, ...]:
    told: dict[str, list[facts.Answered]] = defaultdict(list)
    for one in items:
        if one.attribute != VITAL:
            told[one.symptom or f"{one.system}|{one.code or one.label}"].append(one)
    return tuple(_symptom(code, those) for code, those in told.items())


def _symptom(code: str, items: Sequence[facts.Answered]) -> Symptom:
    by_attribute = {one.attribute: one.value for one in reversed(items)}
    told = (told_grade(by_attribute.get(one, ""), one) for one in GRADED)
    grade = next((one for one in told if one != NO_GRADE), NO_GRADE)
    return Symptom(code, items[0].label, grade, answers=tuple((one.attribute, one.value) for one in items))


def _trended(ordered: Sequence[Questionnaire]) -> list[Questionnaire]:
    before: dict[str, int] = {}
    levels: dict[str, dict[int, int]] = defaultdict(dict)
    made = []
    for one in ordered:
        symptoms = tuple(
            Symptom(each.code, each.label, each.grade, before.get(each.code, NO_GRADE), each.answers)
            for each in one.symptoms
        )
        made.append(replace(one, symptoms=symptoms, worse=_worse(one, levels)))
        if not one.cancelled:
            before = {each.code: each.grade for each in one.symptoms}
            for each in one.symptoms:
                levels[each.code][each.level] = one.answered_ms
    return made


def _worse(told: Questionnaire, levels: Mapping[str, Mapping[int, int]]) -> tuple[tuple[str, int, int], ...]:
    """Return of each symptom what was worse before than *told* has it, by *levels* and when each was told last."""
    now = {one.code: one.level for one in told.symptoms if not told.cancelled}
    since_ms = told.answered_ms - MUTE_MS
    return tuple(
        (code, level, at_ms)
        for code, those in levels.items()
        for level, at_ms in those.items()
        if level > max(now.get(code, 0), 0) and at_ms >= since_ms
    )


# --- the table ----------------------------------------------------------------------------------------------


def renew(db: Connection, persons: Collection[int], numbers: Iterable[int]) -> None:
    """Write the rows of *persons* who have or had questionnaires, and of those whose *numbers* were told of one."""
    told = {root for one in numbers for (root,) in db.execute("SELECT root FROM number WHERE id = ?", (one,))}
    known = {
        one
        for one in persons
        if db.execute("SELECT 1 FROM questionnaire WHERE person = ?", (one,)).fetchone()
    }
    tied = {one for one in persons if _asked(db, one)} if known or told else set()
    for person in sorted(told | known | tied):
        numbers_now = numbers_of(db, person)
        _write(db, person, fold(person, questionnaires(db, numbers_now)) if numbers_now else ())


def _write(db: Connection, person: int, made: Iterable[Questionnaire]) -> None:
    """Let the rows of *person* be what was *made*; those that stand so already are left alone, and they are most."""
    before = {row[0]: row for row in db.execute(_ROWS, (person,))}
    now = {one.alert: _row(one) for one in made}
    gone = [(alert,) for alert in before if alert not in now]
    db.executemany("DELETE FROM questionnaire WHERE alert = ?", gone)
    db.executemany(_INSERT, [row for alert, row in now.items() if before.get(alert) != row])


def _row(one: Questionnaire) -> tuple[object, ...]:
    stood = one.alert, one.person, one.answered_ms, one.received_ms, one.grade
    return (*stood, _packer.encode(one), int(one.calls))


def _asked(db: Connection, person: int) -> bool:
    sql = "SELECT 1 FROM word w JOIN number n ON n.id = w.number WHERE n.root = ? AND w.kind = 'questionnaire' LIMIT 1"
    return db.execute(sql, (person,)).fetchone() is not None


def units(db: Connection, person: int, since_ms: int) -> frozenset[str]:
    """Return the codes of the services that follow *person*, by the questionnaires answered since."""
    sql = "SELECT body FROM questionnaire WHERE person = ? AND answered_ms >= ?"
    return frozenset(one.unit for one in _read(db, sql, person, since_ms) if one.unit)


Page = tuple[int, bytes]
"""A place among all questionnaires: when one was answered, and its alert."""
END: Page = (1 << 62, b"")
"""Behind the newest."""


class Answers:
    """What patients answered; every answer is a future."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- of patients -----------------------------------------------------------------------------------------

    def of(self, persons: Collection[int]) -> Future[list[Questionnaire]]:
        """Return the questionnaires of *persons*, the oldest of each first."""
        sql = f"SELECT body FROM questionnaire WHERE person = ? {_ORDER}"  # noqa: S608 -- constants
        return self._database.read(
            lambda db: [found for one in sorted(persons) for found in _read(db, sql, one)]
        )

    def last(self) -> Future[list[Questionnaire]]:
        """Return the last questionnaire of each patient: who is followed, and of whom one should hear when."""
        return self._database.read(lambda db: [_lasts(db, person)[-1] for person in _persons(db, 0, -1)])

    def persons(self) -> Future[frozenset[int]]:
        """Return the ids of the patients with questionnaires."""
        return self._database.read(lambda db: frozenset(_persons(db, 0, -1)))

    def lasts(self, after: int, limit: int) -> Future[list[Questionnaire]]:
        """Return of *limit* patients with ids above *after* the last questionnaire that was not taken back, and what came after it."""
        return self._database.read(
            lambda db: [one for person in _persons(db, after, limit) for one in _lasts(db, person)]
        )

    def numbers(self, persons: Collection[int]) -> Future[dict[int, tuple[Key, ...]]]:
        """Return all numbers that each of *persons* has, or had before a merge."""
        return self._database.read(lambda db: _numbers(db, sorted(persons)))

    # --- of alerts -------------------------------------------------------------------------------------------

    def get(self, alert: bytes) -> Future[Questionnaire | None]:
        """Return one questionnaire."""
        return self._database.read(lambda db: next(iter(_told(db, [alert])), None))

    def told(self, alerts: Collection[bytes]) -> Future[list[Questionnaire]]:
        """Return those of *alerts* that are questionnaires here."""
        return self._database.read(lambda db: _told(db, sorted(alerts)))

    def before(self, page: Page, limit: int, *, every: bool = False) -> Future[list[Questionnaire]]:
        """Return those before a place in time that the sender's word may make an alert, or *every* one; the newest answer first."""
        where = "(answered_ms, alert) < (?, ?)" + ("" if every else " AND calls")
        sql = f"SELECT body FROM questionnaire WHERE {where} ORDER BY answered_ms DESC, alert DESC LIMIT ?"  # noqa: S608 -- constants
        return self._database.read(lambda db: _read(db, sql, *page, limit))

    # --- of a time -------------------------------------------------------------------------------------------

    def since(self, answered_ms: int) -> Future[list[Questionnaire]]:
        """Return the questionnaires answered since, the oldest first."""
        sql = f"SELECT body FROM questionnaire WHERE answered_ms >= ? {_ORDER}"  # noqa: S608 -- constants
        return self._database.read(lambda db: _read(db, sql, answered_ms))

    def within(self, since_ms: int, until_ms: int) -> Future[list[Questionnaire]]:
        """Return the questionnaires that were answered or came from *since_ms* on and before *until_ms*, the oldest first."""
        times = ("answered_ms >= ? AND answered_ms < ?", "received_ms >= ? AND received_ms < ?")
        sql = f"SELECT body FROM questionnaire WHERE ({times[0]}) OR ({times[1]}) {_ORDER}"  # noqa: S608 -- constants
        return self._database.read(lambda db: _read(db, sql, since_ms, until_ms, since_ms, until_ms))


def _persons(db: Connection, after: int, limit: int) -> list[int]:
    sql = "SELECT DISTINCT person FROM questionnaire WHERE person > ? ORDER BY person LIMIT ?"
    return [person for (person,) in db.execute(sql, (after, limit))]


def _lasts(db: Connection, person: int) -> list[Questionnaire]:
    """Return the last questionnaire of *person* that was not taken back and what came after it, the oldest first."""
    sql = "SELECT body FROM questionnaire WHERE person = ? ORDER BY answered_ms DESC, received_ms DESC, alert DESC"
    found: list[Questionnaire] = []
    for (body,) in db.execute(sql, (person,)):
        found.append(_reader.decode(body))
        if not found[-1].cancelled:
            break
    return found[::-1]


def _numbers(db: Connection, persons: Sequence[int]) -> dict[int, tuple[Key, ...]]:
    found: dict[int, tuple[Key, ...]] = dict.fromkeys(persons, ())
    for at in range(0, len(persons), _AT_ONCE):
        some = persons[at : at + _AT_ONCE]
        marks = ",".join("?" * len(some))
        sql = f"SELECT root, authority, ipp FROM number WHERE root IN ({marks}) ORDER BY id"  # noqa: S608 -- marks only
        for person, authority, ipp in db.execute(sql, some):
            found[person] += (Key(authority, ipp),)
    return found


def _told(db: Connection, alerts: Sequence[bytes]) -> list[Questionnaire]:
    found: list[Questionnaire] = []
    for at in range(0, len(alerts), _AT_ONCE):
        some = alerts[at : at + _AT_ONCE]
        sql = f"SELECT body FROM questionnaire WHERE alert IN ({','.join('?' * len(some))})"  # noqa: S608 -- marks only
        found += _read(db, sql, *some)
    return found


def _read(db: Connection, sql: str, *values: object) -> list[Questionnaire]:
    return [_reader.decode(body) for (body,) in db.execute(sql, values)]
