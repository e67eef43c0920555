"""Finding patients as somebody types: whole words first, then who is inside, then who was seen last, then by sound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from storage.patients import words
from storage.patients.likeness import Likeness, likeness
from storage.patients.records import Found, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from sqlite3 import Connection

LOOKED_AT = 200
"""So many matches of each kind are put in order; who types on gets the others."""
_COLUMNS = (
    "p.id, p.birth_name, p.used_name, p.given_name, p.birth, p.sex, p.ipp, p.status, p.dead, p.inside, p.unit, p.last_ms, p.ins, "
    "p.by_ins_alone, p.unnamed, p.hidden"
)
_MATCHING = f"""
    SELECT {_COLUMNS} FROM (
        SELECT o.id FROM (
            SELECT rowid AS id FROM patient_words WHERE patient_words MATCH ? ORDER BY rowid DESC LIMIT ?
        ) AS m CROSS JOIN patient AS o INDEXED BY patient_order ON o.id = m.id
        ORDER BY o.inside DESC, o.last_ms DESC LIMIT ?
    ) AS first JOIN patient AS p ON p.id = first.id
"""  # noqa: S608 -- constants
_LAST_FIRST = "ORDER BY p.last_ms DESC, p.id DESC LIMIT ?"


def search(
    db: Connection, text: str, limit: int, *, inside: bool, unit: str, unnamed: bool = False
) -> list[Found]:
    """Return at most *limit* patients for *text*: see `Patients.search`."""
    typed = words.asked(text)
    if not typed:
        return _latest(db, limit, inside=inside, unit=unit, unnamed=unnamed)
    found: dict[int, Found] = {}
    for expression, here in _stages(typed, inside=inside):
        if len(found) < limit:
            _add(
                found,
                _matching(db, words.narrowed(expression, inside=here, unit=unit, unnamed=unnamed), limit),
            )
    if len(found) < limit:
        near = _matching(
            db, words.narrowed(words.heard(typed), inside=inside, unit=unit, unnamed=unnamed), limit
        )
        _add(found, map(_near, near))
    return list(found.values())[:limit]


def _stages(typed: Sequence[str], *, inside: bool) -> list[tuple[str, bool]]:
    whole, begun = words.whole(typed), words.begun(typed)
    return [(whole, inside), (begun, True), *([] if inside else [(begun, False)])]


def homonyms(db: Connection, number: int) -> list[Found]:
    """Return other patients who could be taken for this one, the most alike first: `near` are those whose name only sounds so."""
    me = next(iter(rows(db, [number])), None)
    if me is None:
        return []
    found: dict[int, Found] = {}
    for name in filter(None, (me.birth_name, me.used_name)):
        for expression in filter(None, (words.alike(name, me.given_name), words.twins(name, me.birth))):
            _add(found, (one for one in _matching(db, expression) if one.id != me.id))
    kinds = {one.id: likeness(me, one) or Likeness.NEAR for one in found.values()}
    marked = (_near(one) if kinds[one.id] is Likeness.NEAR else one for one in found.values())
    return sorted(marked, key=lambda one: (list(Likeness).index(kinds[one.id]), *_order(one)))


def rows(db: Connection, ids: Iterable[int]) -> list[Found]:
    """Return those patients, in this order, each once; numbers that were merged are who they became."""
    sql = f"SELECT {_COLUMNS} FROM number n JOIN patient p ON p.id = n.root WHERE n.id = ?"  # noqa: S608 -- constants
    found: dict[int, Found] = {}
    for number in ids:
        _add(found, map(_found, db.execute(sql, (number,))))
    return list(found.values())


def _latest(db: Connection, limit: int, *, inside: bool, unit: str, unnamed: bool) -> list[Found]:
    if unit:
        return _matching(db, words.narrowed("", inside=inside, unit=unit), limit)
    where = "WHERE unnamed" if unnamed else "WHERE inside" if inside else ""
    sql = f"SELECT {_COLUMNS} FROM patient p {where} {_LAST_FIRST}"  # noqa: S608 -- constants
    return [_found(row) for row in db.execute(sql, (limit,))]


def _matching(db: Connection, expression: str, limit: int = LOOKED_AT) -> list[Found]:
    """Return the first *limit* of those that match, in order; of very many only the newest are looked at."""
    return _ordered(map(_found, db.execute(_MATCHING, (expression, LOOKED_AT, limit))))


def _ordered(found: Iterable[Found]) -> list[Found]:
    return sorted(found, key=_order)


def _order(one: Found) -> tuple[Any, ...]:
    return not one.inside, -one.last_ms, words.fold(one.birth_name), words.fold(one.given_name), one.id


def _add(found: dict[int, Found], more: Iterable[Found]) -> None:
    for one in more:
        found.setdefault(one.id, one)


def _found(row: Sequence[Any]) -> Found:
    (
        number,
        birth_name,
        used_name,
        given_name,
        birth,
        sex,
        ipp,
        status,
        dead,
        inside,
        unit,
        last_ms,
        own_ins,
        alone,
        unnamed,
        hidden,
    ) = row
    return Found(
        number,
        birth_name,
        used_name,
        given_name,
        birth,
        sex,
        ipp,
        Status(status),
        dead=bool(dead),
        inside=bool(inside),
        unit=unit,
        last_ms=last_ms,
        ins=own_ins,
        by_ins_alone=bool(alone),
        unnamed=bool(unnamed),
        hidden=bool(hidden),
    )


def _near(one: Found) -> Found:
    return replace(one, near=True)
