"""Whose picture is on the stage, and since when it stands still. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.meeting.view import SCREEN, Stage

if TYPE_CHECKING:
    from app.meeting.view import View
    from media.engine.messages import Person


@dataclass(frozen=True)
class Share:
    """A shared picture. `lost_ms`: when it stopped coming though nobody stopped it; its last frame is kept."""

    slot: int
    name: str
    mine: bool = False
    lost_ms: int = 0


def follow(before: Share | None, view: View, now_ms: int) -> Share | None:
    """Return what is on the stage now: the share of before as long as it goes on, else the first in roster order.

    Who stops sharing takes the picture away; who falls silent while sharing, or is cut off with us, leaves its last
    frame until another picture comes or somebody closes it.
    """
    if view.stage not in (Stage.LIVE, Stage.RECONNECTING):
        return None
    sharing = [person for person in view.people if person.state & SCREEN]
    coming = [person for person in sharing if person.live or person.me]
    if coming and view.stage is Stage.LIVE:
        return _share(_same(coming, before) or coming[0])
    if before is None or before.lost_ms or view.stage is Stage.RECONNECTING or _same(sharing, before):
        return _lost(before, now_ms)
    return None


def _share(person: Person) -> Share:
    return Share(person.slot, person.name, person.me)


def _same(people: list[Person], share: Share | None) -> Person | None:
    return next((one for one in people if share and not share.lost_ms and one.slot == share.slot), None)


def _lost(share: Share | None, now_ms: int) -> Share | None:
    return replace(share, lost_ms=share.lost_ms or now_ms) if share is not None else None
