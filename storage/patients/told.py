"""One word about a patient, as it is kept: who was meant, when it was recorded, in which message of the inbox."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from storage.patients.facts import Key

C = TypeVar("C")
_DIGITS = re.compile(r"[0-9]+")


@lru_cache(maxsize=4096)
def natural(control_id: str) -> tuple[str, str]:
    """Return what sorts message ids of one moment as their sender counts: `M999` before `M1000`, digits by their value.

    Each run of digits is led by how many there are. Ids that differ in leading zeros only are parted by their text.
    """
    return _DIGITS.sub(_led, control_id), control_id


def _led(run: re.Match[str]) -> str:
    digits = run.group().lstrip("0") or "0"
    return f"0{len(digits):03d}{digits}"


class Told(NamedTuple, Generic[C]):
    """`place` counts the facts before this one in its message, `seq` is the message's place in the inbox."""

    recorded_ms: int
    control_id: str
    place: int
    key: Key
    seq: int
    content: C

    @property
    def order(self) -> tuple[int, tuple[str, str], int, Key]:
        """Sorts words by time; at the same time by message and place."""
        return self.recorded_ms, natural(self.control_id), self.place, self.key
