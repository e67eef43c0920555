"""One look at the queue: which list, sorted how, narrowed to what; and by what steps the rows that are shown become it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress, count
from operator import is_not
from typing import TYPE_CHECKING, NamedTuple

from app.monitoring.ports import Item, List

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.monitoring.ports import Monitoring

SORTS = ("grade", "time", "name", "arrival")
MOST_GONE = 200
MOST_STEPS = 60
"""Of more steps than that a list is shown anew: laying it out once costs less."""
OUT = -1


@dataclass(frozen=True)
class Ask:
    """What is looked for. `grade`: that grade alone, None any; `overdue`, `silent`: those alone."""

    which: List = List.TODO
    sort: str = "grade"
    text: str = field(default="", repr=False)
    grade: int | None = None
    overdue: bool = False
    silent: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether the list is not whole."""
        return bool(self.text or self.overdue or self.silent) or self.grade is not None


class Step(NamedTuple):
    """The row *source* goes to the row *target*, both counted as they are then; OUT: it was not, or is no longer, among them."""

    source: int
    target: int
    item: Item


@dataclass(frozen=True)
class Answer:
    """The rows, and the `place` of each alert, beside those that were `shown` when it was asked for.

    `kept`: each of those as it stands now, where it stood; `gone`: which are in another list now; `moved`: whether any row stands
    elsewhere; `fresh`: how many are new. `steps` lead from `shown` to `items`, None: those are too many. Compared here, so that the
    window's thread need not go through thousands.
    """

    ask: Ask
    items: tuple[Item, ...] = ()
    place: dict[bytes, int] = field(default_factory=dict)
    shown: Sequence[Item] = ()
    kept: tuple[Item, ...] = ()
    gone: frozenset[bytes] = frozenset()
    moved: bool = True
    fresh: int = 0
    steps: tuple[Step, ...] | None = None


async def read(monitoring: Monitoring, ask: Ask, now_ms: int, shown: Sequence[Item] = ()) -> Answer:
    """Ask for a list, and for what became of the alerts that are *shown* now. On the loop's thread; raises Unwritable."""
    listed = await monitoring.queue(List.TODO if ask.silent else ask.which, ask.sort, ask.text)
    items = _fitting(listed, ask, now_ms)
    place = {one.alert: at for at, one in enumerate(items)}
    gone = [one.alert for one in shown if one.alert not in place]
    others = {one.alert: one for one in await monitoring.items(gone[:MOST_GONE])} if gone else {}
    kept = tuple(
        items[place[one.alert]] if one.alert in place else others.get(one.alert, one) for one in shown
    )
    found = steps(shown, items, place)
    fresh = len(items) - (len(shown) - len(gone))
    return Answer(ask, items, place, shown, kept, frozenset(gone), found != (), fresh, found)


def _fitting(items: Sequence[Item], ask: Ask, now_ms: int) -> tuple[Item, ...]:
    found = [one for one in items if one.unmet is ask.silent]
    if ask.grade is not None:
        found = [one for one in found if max(one.pressing, 0) == ask.grade]
    return tuple(one for one in found if one.due.over(now_ms)) if ask.overdue else tuple(found)


# --- by difference ------------------------------------------------------------------------------------------


def differing(before: Sequence[Item], after: Sequence[Item]) -> Iterator[int]:
    """Yield the rows of two equally long lists that do not show the very same."""
    return compress(count(), map(is_not, before, after))


def steps(
    shown: Sequence[Item], items: Sequence[Item], place: Mapping[bytes, int]
) -> tuple[Step, ...] | None:
    """Return the steps that lead from the rows *shown* to *items*, each of which has its *place*; None where they are too many.

    Where a row stands follows from what it shows: one that goes elsewhere is another `Item` now.
    """
    before = {one.alert: one for one in shown}
    out = [at for at, one in enumerate(shown) if one.alert not in place]
    coming = [at for at, one in enumerate(items) if one.alert not in before]
    if len(out) + len(coming) > MOST_STEPS:
        return None
    leaving = [Step(at, OUT, shown[at]) for at in reversed(out)]
    rows = [one.alert for one in shown if one.alert in place]
    if rows != [one.alert for one in items if one.alert in before]:
        changed = [at for at, one in enumerate(items) if before.get(one.alert, one) is not one]
        if len(out) + len(coming) + len(changed) > MOST_STEPS:
            return None
        coming = sorted({*coming, *changed})
    arriving = [one for at in coming if (one := _arrive(rows, items, at, known=items[at].alert in before))]
    return (*leaving, *arriving) if rows == [one.alert for one in items] else None


def _arrive(rows: list[bytes], items: Sequence[Item], at: int, *, known: bool) -> Step | None:
    """Put the row that is to be *at* behind the one that is to be before it, if it is not there; all before it are in order."""
    item = items[at]
    target = rows.index(items[at - 1].alert, at - 1) + 1 if at else 0
    source = rows.index(item.alert) if known else OUT
    if source == target:
        return None
    if known:
        del rows[source]
        target -= source < target
    rows.insert(target, item.alert)
    return Step(source, target, item)
