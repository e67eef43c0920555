"""How far a message came, folded from what is known of each device. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.messages.records import State

if TYPE_CHECKING:
    from collections.abc import Iterable

_BEST_FIRST = (
    *(State.READ, State.DELIVERED, State.HELD, State.AT_RELAY, State.QUEUED, State.UNDELIVERED, State.FAILED),
)
"""Of a person's devices: one that got it is enough; one that must not get it is said before those that may still."""
_WORST_FIRST = (
    *(State.HELD, State.FAILED, State.UNDELIVERED, State.QUEUED, State.AT_RELAY, State.DELIVERED, State.READ),
)


def folded(devices: Iterable[tuple[bytes, State]]) -> State | None:
    """Return the state of a message for (user, state) of each device of its recipients; None where there is no device."""
    people: dict[bytes, State] = {}
    for user, state in devices:
        people[user] = min(people.get(user, state), state, key=_BEST_FIRST.index)
    return min(people.values(), key=_WORST_FIRST.index, default=None)
