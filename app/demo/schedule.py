"""Who speaks when: in turn, a little over each other, as in a lively meeting. Seconds from the start of the scene."""

from __future__ import annotations

from dataclasses import dataclass

SHORTEST_S = 1.6
LONGEST_S = 5.0
OVERLAP = 1.35
START_S, TAIL_S = 0.25, 1.75
"""Silence before the first and after the last turn: what is said last must arrive before the counting ends."""
SHARE_S = 20.0
DAY_S = 100.0


@dataclass(frozen=True)
class Turn:
    """Speaker number `who` speaks from `start_s` for `length_s` seconds."""

    who: int
    start_s: float
    length_s: float

    def holds(self, t: float) -> bool:
        """Tell whether second *t* is within the turn."""
        return self.start_s <= t < self.start_s + self.length_s


def turns(speakers: int, seconds: float) -> list[Turn]:
    """Give each of *speakers* one turn within *seconds*: at least 1.5 s, longer than the time until the next one."""
    if speakers == 0:
        return []
    span = max(seconds - START_S - TAIL_S, SHORTEST_S)
    step = max(0.0, span - SHORTEST_S) / speakers
    length = min(LONGEST_S, max(SHORTEST_S, step * OVERLAP))
    return [Turn(who, START_S + who * step, min(length, span - who * step)) for who in range(speakers)]


def round_s(speakers: int) -> float:
    """Return the length of one round when a scene has no end: time for everybody to say a sentence."""
    return max(20.0, 3.0 * speakers)


def share_s(seconds: float) -> float:
    """Return when a scan begins to be shared: late enough that everybody was seen in the gallery before."""
    return 0.55 * seconds if seconds else SHARE_S


def pace(seconds: float) -> float:
    """Return how much faster than told the day goes on in a scene of *seconds*: what takes a minute fits into a short one."""
    return min(1.0, seconds / DAY_S) if seconds else 1.0
