"""Which care units have a patient now, or had one a while ago: who may open the page, and to whose desks messages go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.monitoring import answers
from storage.patients.shelf import movements, numbers_of
from storage.patients.stays import stays, units, whereabouts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from sqlite3 import Connection

    from storage.patients.facts import Key
    from storage.patients.records import Stay

_PERSONS = "SELECT DISTINCT n.root FROM source s JOIN number n ON n.id = s.number WHERE s.seq = ?"


@dataclass(frozen=True)
class Cared:
    """A person: all numbers, and the codes of the units that have or had them."""

    keys: tuple[Key, ...] = field(repr=False)
    units: frozenset[str]


def recent(known: Iterable[Stay], since_ms: int) -> set[str]:
    """Return the care units of the movements *known* that had the patient at a moment not before *since_ms*."""
    held = sorted((stay for stay in known if not stay.cancelled), key=lambda stay: stay.since_ms)
    return {
        stay.care_unit[0]
        for place, stay in enumerate(held)
        if stay.care_unit[0] and _left_ms(stay, held[place + 1 :]) >= since_ms
    }


def cared(db: Connection, root: int, since_ms: int) -> Cared | None:
    """Return the person known by number *root*, with the units of the running stays and those since *since_ms*."""
    numbers = numbers_of(db, root)
    if not numbers:
        return None
    known = stays(movements(db, numbers))
    running = {code for code, _name in units(whereabouts(known).going_on) if code}
    followed = answers.units(db, root, since_ms)
    return Cared(tuple(one.key for one in numbers), frozenset(running | recent(known, since_ms) | followed))


def concerned(db: Connection, seqs: Sequence[int], since_ms: int) -> dict[int, tuple[Cared, ...]]:
    """Return for each message of *seqs* the persons of whom it told."""
    made: dict[int, Cared | None] = {}
    found: dict[int, tuple[Cared, ...]] = {}
    for seq in seqs:
        roots = [root for (root,) in db.execute(_PERSONS, (seq,))]
        for root in roots:
            if root not in made:
                made[root] = cared(db, root, since_ms)
        found[seq] = tuple(one for root in roots if (one := made[root]) is not None)
    return found


def page(db: Connection, after_id: int, limit: int, since_ms: int) -> tuple[int, list[Cared]]:
    """Return who is in hospital or was since *since_ms*, in the order of ids above *after_id*, and the last id looked at (0: done)."""
    sql = "SELECT id FROM patient WHERE id > ? AND (inside OR last_ms >= ?) ORDER BY id LIMIT ?"
    ids = [number for (number,) in db.execute(sql, (after_id, since_ms, limit))]
    made = [one for number in ids if (one := cared(db, number, since_ms)) is not None]
    return (ids[-1] if len(ids) == limit else 0), made


def told_of(db: Connection, keys: Iterable[Key], up_to: int) -> list[int]:
    """Return the inbox messages up to *up_to* that told of *keys*, in order."""
    sql = (
        "SELECT s.seq FROM source s JOIN number n ON n.id = s.number"
        " WHERE n.authority = ? AND n.ipp = ? AND s.seq <= ?"
    )
    return sorted({seq for key in keys for (seq,) in db.execute(sql, (key.authority, key.ipp, up_to))})


def _left_ms(stay: Stay, later: Sequence[Stay]) -> int:
    """Return when the patient left the unit of *stay*: with the next movement of that visit, as far as is known."""
    return next((one.since_ms for one in later if one.visit == stay.visit), stay.since_ms)
