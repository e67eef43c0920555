"""What an invitation says of the meeting beside its title: who may come, how many, on which dates (docs/protocol.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from media.errors import ProtocolError
from media.keys import cbor

MAX_PEOPLE = 64
MAX_DATES = 64


@dataclass(frozen=True)
class Terms:
    """`guests`: people without a certificate may be let in. `most`: people at once, 0 = as many as a call takes.

    `starts`: seconds since 1970, one for each date, in order; every date lasts `length_s`. None in the oldest invitations.
    """

    guests: bool = True
    most: int = 0
    length_s: int = 0
    starts: tuple[int, ...] = ()

    @classmethod
    def decode(cls, values: list[Any]) -> Terms:
        """Read the fields of an invitation; raises ProtocolError."""
        cbor.check(values, (int, int, int, list))
        guests, most, length_s, starts = values
        cbor.check(starts, [int] * len(starts))
        if guests > 1 or most == 1 or most > MAX_PEOPLE or len(starts) > MAX_DATES:
            raise ProtocolError("an invitation with terms that no meeting has")
        terms = cls(bool(guests), most, length_s, tuple(starts))
        if bool(starts) != bool(length_s) or any(b < a + length_s for a, b in pairwise(starts)):
            raise ProtocolError("an invitation with dates that overlap")
        if terms == NO_TERMS:
            raise ProtocolError("terms that say nothing are left out")
        return terms

    def encode(self) -> list[object]:
        """Return the fields of an invitation."""
        return [int(self.guests), self.most, self.length_s, list(self.starts)]

    def occurrence(self, now_s: int) -> int:
        """Return the number of the date that is meant at *now_s*: midway between two, the later one's turn begins.

        No date's name enters, only the signed list: two clocks that differ by hours agree wherever a meeting is near.
        """
        return sum(2 * now_s >= a + self.length_s + b for a, b in pairwise(self.starts))

    @property
    def ends_s(self) -> int:
        """When the last date ends; 0 where there is none."""
        return self.starts[-1] + self.length_s if self.starts else 0


NO_TERMS = Terms()
"""Those of the oldest invitations."""
