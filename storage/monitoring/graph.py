"""Who knew of what among the records of an alert, and the one order in which everybody reads them. Pure.

Records make a graph by their parents: what a record knew of comes before it, and of what did not know of each other the earlier by its
author's clock, then by id. A clock that is wrong changes who is named first, never what is lost.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from storage.monitoring.records import UNDO_MS, Record, Step, Void

if TYPE_CHECKING:
    from collections.abc import Mapping

TIDINGS = frozenset({Step.ACCEPTED, Step.REFUSED})
"""What became of a closure's summary: it stands in the trace, and no step comes after it."""
_SILENT = TIDINGS | {Step.CLOSE, Step.SECOND, Step.NOTE, Step.UNDO, Step.REMIND, Step.MUTE, Step.UNMUTE}
"""Steps that a closure need not have known of."""


def order(known: Mapping[bytes, Record]) -> list[Record]:
    """Return records in the one order in which they are read; such as name each other as parents, which nobody honest writes, too."""
    parents = {
        one.id: {each for each in one.parents if each in known and each != one.id} for one in known.values()
    }
    waiting = {name: len(those) for name, those in parents.items()}
    children: dict[bytes, list[bytes]] = {name: [] for name in known}
    for name, those in parents.items():
        for parent in those:
            children[parent].append(name)
    ready = [(known[name].at_ms, name) for name, count in waiting.items() if not count]
    heapq.heapify(ready)
    found: dict[bytes, Record] = {}
    while len(found) < len(known):
        _, name = (
            heapq.heappop(ready)
            if ready
            else min((one.at_ms, one.id) for one in known.values() if one.id not in found)
        )
        if name in found:
            continue
        found[name] = known[name]
        for child in children[name]:
            waiting[child] -= 1
            if not waiting[child]:
                heapq.heappush(ready, (known[child].at_ms, child))
    return list(found.values())


def passes_on(one: Record) -> bool:
    """Tell whether a record is an escalation that passes on (docs/telemonitoring.md §6)."""
    return one.step is Step.ESCALATE and bool(one.about)


class Graph:
    """Who knew of what: for each record, as bits, the ones before it that its author knew."""

    def __init__(self, known: dict[bytes, Record], ordered: list[Record]) -> None:
        self.known = known
        self._bit: dict[bytes, int] = {}
        self._past: dict[bytes, int] = {}
        self._heads: set[bytes] = set()
        self._named: set[bytes] = set()
        """What any of these records speaks of."""
        self._told: tuple[int, bytes] = (0, b"")
        """The last of the tidings, which nobody need know of, by clock and id."""
        self._tangled = False
        """Whether some name each other as parents."""
        for one in ordered:
            self.add(one)
        undos = [one for one in ordered if one.step is Step.UNDO]
        self.undone = frozenset(one.about for one in undos if self.undo(one) is None)

    def add(self, one: Record) -> None:
        """Take the next record in the order in which they are read."""
        self.known[one.id] = one
        past = 0
        for parent in one.parents:
            if parent in self._past:  # one that comes later, which nobody honest names, is not known
                past |= self._bit[parent] | self._past[parent]
            elif parent in self.known:
                self._tangled = True
        self._bit[one.id], self._past[one.id] = 1 << len(self._bit), past
        self._named.update(one.parents, (one.about,))
        if one.step in TIDINGS:
            self._told = max(self._told, (one.at_ms, one.id))
        else:
            self._heads.difference_update(one.parents)
            self._heads.add(one.id)

    def ends(self, one: Record) -> bool:
        """Tell whether a record that is not known yet is read after all that are: its author knew them, and none of them speaks of it."""
        if self._tangled or one.id in self.known or one.id in self._named or one.id in one.parents:
            return False
        return self._heads <= set(one.parents) and self._told < (one.at_ms, one.id)

    def knew(self, later: Record, earlier: bytes) -> bool:
        """Tell whether the author of *later* knew of *earlier*."""
        return bool(self._past[later.id] & self._bit.get(earlier, 0))

    def undo(self, one: Record) -> Void | None:
        """Return why an undo does nothing, None where it holds: whoever goes on knowing of it leaves it as it is."""
        target = self.known.get(one.about)
        if target is None or not self.knew(one, one.about) or target.step in TIDINGS | {Step.UNDO}:
            return Void.INCOMPLETE
        if (target.author, target.device) != (one.author, one.device):
            return Void.NOT_OWN
        built = any(
            each.author != one.author and self.knew(each, target.id) and not self.knew(each, one.id)
            for each in self.known.values()
            if each.step not in TIDINGS
        )
        late = not 0 <= one.at_ms - target.at_ms <= UNDO_MS
        return Void.TOO_LATE if late or built else None

    def crossed(self, closure: Record) -> bool:
        """Tell whether somebody moved the alert without knowing of *closure*, or of a second reader's word, and that not of this.

        An escalation that passes on is no new step: who knew of the escalation knew that it would, and who did not is crossed by that one.
        """
        return any(
            one.step not in _SILENT
            and not (passes_on(one) and one.about in self.known)
            and one.id not in self.undone
            and not self.knew(closure, one.id)
            and not self.knew(one, closure.id)
            for one in self.known.values()
            if one.id != closure.id
        )

    def heads(self) -> tuple[bytes, ...]:
        """Return what nothing follows, in rising order."""
        return tuple(sorted(self._heads))
