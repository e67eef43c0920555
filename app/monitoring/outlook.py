"""Which open alerts concern who works here, at one moment: the base of Today, of the badge, of what is notified and counted. No Qt.

Nurses and coordinators of a service see every open alert, and so does everybody where no service is ruled yet. Doctors, and whoever is
no member, see what was escalated to them or is in their hands; whom the service's order of escalation reaches also sees what is
overdue from grade 2 on until a doctor answered or one of the order took it: the first at once, each next one after the service's minutes.
A closure that waits for a second reader calls for the other nurses and coordinators, for the doctors where there is no other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from app.monitoring.clock import MINUTE_MS
from app.monitoring.ports import Counts
from app.waiting import Count
from media.mail.policy import Part
from storage.monitoring.records import SEVERE, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.monitoring.ports import Item, Monitoring
    from app.monitoring.standing import Service

VITAL = 4
ON_CALL = 2
"""From this grade on what is overdue reaches the service's order of escalation."""
SOON_MS = 60 * MINUTE_MS
"""An alert that has less time left calls for whoever can take it (design, Today)."""


@dataclass(frozen=True)
class Outlook:
    """The open alerts by grade, then what is left (`open`), and what one person, *me*, sees of them. `every`: all; else see above.

    `follows`: whether this desk follows anybody; `silent`: those who did not answer and are to be reminded; `behind_ms`: by how much
    the PC's clock is behind.
    """

    me: bytes
    every: bool = True
    follows: bool = False
    open: tuple[Item, ...] = ()
    silent: tuple[Item, ...] = ()
    counts: Counts = field(default_factory=Counts)
    behind_ms: int = 0
    services: tuple[Service, ...] = field(default=(), repr=False)
    reading: bool = False
    """Older alerts are being read still, for longer than a moment: there may be more."""

    def seen(self, now_ms: int) -> tuple[Item, ...]:
        """Return what this person sees now."""
        return self.open if self.every else tuple(one for one in self.open if self._reaches(one, now_ms))

    def waits(self, now_ms: int) -> tuple[Item, ...]:
        """Return what calls for this person: escalated to them, to be read again, overdue for a doctor; and of what nobody else has, the severe and the overdue."""
        return tuple(one for one in self.seen(now_ms) if self._waits(one, now_ms))

    def presses(self, now_ms: int, most: int | None = None) -> tuple[Item, ...]:
        """Return what a card is for, no more than *most*: escalated to this person, overdue for a doctor; and of what nobody else has, the vital and what ends within the hour."""
        return tuple(islice((one for one in self.seen(now_ms) if self._presses(one, now_ms)), most))

    def overdue(self, now_ms: int) -> tuple[Item, ...]:
        """Return what is overdue, without the mild ones that somebody else has."""
        late = (one for one in self.seen(now_ms) if one.due.over(now_ms))
        return tuple(
            one for one in late if one.gravest >= SEVERE or self._mine(one, now_ms) or self.free(one)
        )

    def asked(self, item: Item) -> bool:
        """Tell whether an alert waits for this person's word: it was escalated to them."""
        return item.phase is Phase.ESCALATED and self.me in item.escalated_to

    def free(self, item: Item) -> bool:
        """Tell whether nobody else has an alert: it is new, in this person's own hands, or in those of somebody who left the service."""
        mine = item.phase is Phase.TAKEN and item.holder == self.me
        return item.phase is Phase.NEW or mine or any(left(item, one) for one in self.services)

    def awaited(self, item: Item) -> bool:
        """Tell whether a closure waits for this person as its second reader."""
        if item.phase is not Phase.CLOSING or item.closer == self.me:
            return False
        ruled = [one for one in self.services if one.members and one.policy.service == item.service]
        return any(self.me in readers(item, one) for one in ruled) if ruled else self.every

    def on_call(self, item: Item, now_ms: int) -> bool:
        """Tell whether an alert reaches this person by a service's order of escalation."""
        return any(self.me in on_call(item, one, now_ms) for one in self.services)

    def told(self, now_ms: int) -> tuple[Count, ...]:
        """Return what a locked desk may say: how many were escalated to its owner, and how many others call for them."""
        calling = self.waits(now_ms)
        mine = sum(self.asked(one) for one in calling)
        return (
            Count("escalated", mine, "activity-heartbeat", "danger"),
            Count("alerts", len(calling) - mine, "activity-heartbeat", "warn"),
        )

    def _mine(self, item: Item, now_ms: int) -> bool:
        return self.asked(item) or self.awaited(item) or self.on_call(item, now_ms)

    def _waits(self, item: Item, now_ms: int) -> bool:
        severe = item.gravest >= SEVERE or item.due.over(now_ms)
        return self._mine(item, now_ms) or (self.free(item) and severe)

    def _presses(self, item: Item, now_ms: int) -> bool:
        near = item.gravest >= VITAL or _soon(item, now_ms)
        free = self.free(item) or self.awaited(item)
        return self.asked(item) or self.on_call(item, now_ms) or (free and near)

    def _reaches(self, item: Item, now_ms: int) -> bool:
        return item.holder == self.me or self._mine(item, now_ms)


async def look(monitoring: Monitoring, me: bytes) -> Outlook:
    """Return what there is for *me*; raises Unwritable while the desk is locked."""
    services, counts = await monitoring.services(), await monitoring.counts()
    listed = await monitoring.open()
    ruled = tuple(one for one in services if one.id)
    return Outlook(
        me,
        every=sees_all(ruled, me),
        follows=bool(counts.followed or ruled),
        open=tuple(one for one in listed if not one.unmet),
        silent=tuple(one for one in listed if one.unmet),
        counts=counts,
        services=ruled,
    )


def sees_all(services: Sequence[Service], me: bytes) -> bool:
    """Tell whether *me* sees every open alert: a nurse or coordinator of one of *services*, and anybody where nobody is a member yet."""
    if not any(one.members for one in services):
        return True
    return any(me in {*one.of(Part.NURSE), *one.of(Part.COORDINATOR)} for one in services)


def left(item: Item, service: Service) -> bool:
    """Tell whether an alert of *service* is in the hands of somebody who is no member of it any more."""
    known = item.service == service.policy.service and bool(service.members)
    return known and item.phase is Phase.TAKEN and item.holder not in service.members


def readers(item: Item, service: Service) -> tuple[bytes, ...]:
    """Return whom a closure of *service* waits for: its other nurses and coordinators, where there is none its other doctors."""
    nurses = (*service.of(Part.NURSE), *service.of(Part.COORDINATOR))
    others = tuple(one for one in nurses if one != item.closer)
    return others or tuple(one for one in service.of(Part.DOCTOR) if one != item.closer)


def on_call(item: Item, service: Service, now_ms: int) -> tuple[bytes, ...]:
    """Return whom a service's order of escalation reaches for an alert of its own that is overdue; nobody once it was met or one of them has it."""
    policy = service.policy
    if item.service != policy.service or item.gravest < ON_CALL or not item.due.over(now_ms):
        return ()
    has = item.phase is not Phase.CLOSING and item.holder in policy.order and not left(item, service)
    if item.met or has:
        return ()
    late_ms = now_ms - item.due.due_ms
    reached = policy.order[: 1 + late_ms // max(policy.pass_on * MINUTE_MS, 1)]
    return tuple(one for one in reached if one != item.closer)


def _soon(item: Item, now_ms: int) -> bool:
    """Tell whether less than an hour is left; where that is so by the wall, it is by any clock that counts."""
    due = item.due
    return 0 < due.due_ms < now_ms + SOON_MS or due.left_ms(now_ms) < SOON_MS
