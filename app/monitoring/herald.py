"""What of telemonitoring calls for attention: severe, escalated to who works here, overdue, to be read by a second one. No Qt, no names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.monitoring.outlook import VITAL
from storage.monitoring.records import SEVERE, Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.monitoring.outlook import Outlook
    from app.monitoring.ports import Item

    Reasons = Mapping[str, frozenset[bytes]]
    """Which alerts call, by the kind of why."""

URGENT_FIRST = ("alert-vital", "alert-mine", "alert-late", "alert-severe", "alert-second")
"""Of what comes at once, the first is the one that is heard."""
_NOBODY: frozenset[bytes] = frozenset()


class Herald:
    """Compares what there is to tell now with before; *tell* takes a kind of `app.alerts`.

    What was there at the first look after an unlock is told of by Today.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: Reasons | None = None

    def follow(self, outlook: Outlook, now_ms: int) -> None:
        """Tell of what is new in *outlook* or became overdue by now: once of each alert and reason, as long as it holds."""
        self.take(reasons(outlook, now_ms))

    def take(self, now: Reasons) -> None:
        """Tell of what is new among the `reasons` of now."""
        before, self._told = self._told, now
        if before is None:
            return
        for kind in URGENT_FIRST:
            if not now.get(kind, _NOBODY) <= before.get(kind, _NOBODY):
                self._tell(kind)

    def forget(self) -> None:
        """Begin anew: the desk was locked."""
        self._told = None


def reasons(outlook: Outlook, now_ms: int) -> Reasons:
    """Return which alerts call at a moment, and why; of thousands that takes longer than the window's thread may."""
    late = {one.alert for one in outlook.overdue(now_ms)}
    found: dict[str, set[bytes]] = {}
    for one in outlook.seen(now_ms):
        for kind in _kinds(one, outlook, late=one.alert in late):
            found.setdefault(kind, set()).add(one.alert)
    return {kind: frozenset(those) for kind, those in found.items()}


def _kinds(item: Item, outlook: Outlook, *, late: bool) -> list[str]:
    """Return why an alert calls; the vital that is overdue waits for nothing."""
    kinds = ["alert-mine"] if outlook.asked(item) else []
    if late:
        kinds.append("alert-vital" if item.gravest >= VITAL else "alert-late")
    elif item.phase is Phase.NEW and item.gravest >= SEVERE:
        kinds.append("alert-severe")
    if outlook.awaited(item):
        kinds.append("alert-second")
    return kinds
