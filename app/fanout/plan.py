"""From messages of the inbox to feeds of care units. Pure: what is known of persons and feeds comes in, what to hand on goes out.

A feed carries a person whole: when somebody comes into a unit, the first batch about them brings all that the inbox has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from storage.patients.facts import Key
    from storage.patients.wards import Cared

MAX_BATCH = 256 << 10


@dataclass(frozen=True)
class Due:
    """A message that a feed hands on, after all that the inbox has of `first` (numbers that it did not carry before)."""

    seq: int
    first: tuple[Key, ...] = field(default=(), repr=False)


@dataclass
class Plan:
    """What messages bring to each feed, in order; of whom feeds carry all from now on (`carried`), and no longer (`lost`)."""

    due: dict[str, list[Due]] = field(default_factory=dict)
    carried: set[tuple[str, Key]] = field(default_factory=set)
    lost: set[tuple[str, Key]] = field(default_factory=set)


def plan(
    concerned: Mapping[int, Sequence[Cared]],
    feeds: AbstractSet[str],
    carries: Mapping[Key, Collection[str]],
) -> Plan:
    """Return what the messages of *concerned* (in order) bring to the *feeds* that somebody follows.

    A message about several persons goes to the units of each. A unit that somebody left gets the message that says so as the last one.
    """
    made = Plan()
    known = {key: set(units) for key, units in carries.items()}
    for seq, persons in sorted(concerned.items()):
        for person in persons:
            _hand_on(made, known, seq, person, feeds)
    return made


def _hand_on(
    made: Plan, known: dict[Key, set[str]], seq: int, person: Cared, feeds: AbstractSet[str]
) -> None:
    for unit in sorted(person.units & feeds):
        first = tuple(key for key in person.keys if unit not in known.setdefault(key, set()))
        made.due.setdefault(unit, []).append(Due(seq, first))
        made.carried |= {(unit, key) for key in first}
        made.lost -= {(unit, key) for key in first}
        for key in first:
            known[key].add(unit)
    _let_go(made, known, seq, person, feeds)


def _let_go(made: Plan, known: dict[Key, set[str]], seq: int, person: Cared, feeds: AbstractSet[str]) -> None:
    """Tell the units that no longer have somebody by which message they left, and nothing after it."""
    left = {unit for key in person.keys for unit in known.get(key, set())} - person.units
    for unit in sorted(left):
        if unit in feeds:
            made.due.setdefault(unit, []).append(Due(seq))
        for key in person.keys:
            made.lost.add((unit, key))
            made.carried.discard((unit, key))
            known.get(key, set()).discard(unit)


def batches(seqs: Iterable[int], sizes: Mapping[int, int], most: int = MAX_BATCH) -> list[tuple[int, ...]]:
    """Cut *seqs* into batches of *most* bytes, each number once; a longer message is a batch of its own. What has no size is gone."""
    cut: list[list[int]] = []
    room = 0
    for seq in dict.fromkeys(seqs):
        if seq in sizes:
            room -= sizes[seq]
            if room < 0:
                cut.append([])
                room = most - sizes[seq]
            cut[-1].append(seq)
    return [tuple(one) for one in cut]
