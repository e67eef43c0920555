"""One word about a patient, as it is kept: who was meant, when it was recorded, in which message of the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from storage.patients.facts import Key

C = TypeVar("C")


class Told(NamedTuple, Generic[C]):
    """`place` counts the facts before this one in its message, `seq` is the message's place in the inbox."""

    recorded_ms: int
    control_id: str
    place: int
    key: Key
    seq: int
    content: C

    @property
    def order(self) -> tuple[int, str, int, Key]:
        """Sorts words by time; at the same time by message and place."""
        return self[:4]
