"""In which order people stand: raised hands as they went up, then names; certain identities first at the door. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.meeting.view import TRUSTED
from app.names import matches, sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from media.engine.messages import Knocker, Person

MINUTE_MS = 60_000


def roll(people: Iterable[Person], query: str = "") -> list[Person]:
    """Return who matches *query*: hands first, in speaking order, then by name."""
    found = [one for one in people if matches(query, one.name, one.specialty)]
    return sorted(found, key=lambda one: (not one.hand, one.hand, sort_key(one.name), one.slot))


def queue(waiting: Iterable[Knocker]) -> list[Knocker]:
    """Return who waits: those whose identity is certain first, each in order of coming."""
    return sorted(waiting, key=lambda one: (one.trust not in TRUSTED, one.since_ms, one.knock))


def minutes(since_ms: int, now_ms: int) -> int:
    """Return for how many whole minutes somebody has waited; a clock that was set back counts none."""
    return max(0, now_ms - since_ms) // MINUTE_MS
