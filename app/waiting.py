"""What a locked desk may say of its owner's day: times and numbers, never a name or a title. Qt-free.

The composition root gathers it when the desk locks; the text of a count is `lock.count.<key>`, with a plural.
"""

from __future__ import annotations

from dataclasses import dataclass

SOON_S = 60 * 60
JUST_BEGUN_S = 10 * 60


@dataclass(frozen=True)
class Count:
    """*n* things of one kind that wait; `tone` as a chip's (plain, info, warn, danger)."""

    key: str
    n: int
    icon: str
    tone: str = "info"


@dataclass(frozen=True)
class Waiting:
    """Handed to the lock when it closes. `reason`: "", idle, system, sleep, clock; `starts_s`: of the meetings to come.

    `call`: "" without one, `running` (muted, for a minute), `left` when that minute is over.
    """

    locked_ms: int = 0
    reason: str = ""
    starts_s: tuple[int, ...] = ()
    counts: tuple[Count, ...] = ()
    call: str = ""

    def minutes_to_next(self, now_s: int) -> int | None:
        """Return how soon a meeting starts: minutes, 0 when it has just begun, None when none is near."""
        near = [start - now_s for start in self.starts_s if -JUST_BEGUN_S <= start - now_s <= SOON_S]
        return max(0, -(-min(near) // 60)) if near else None
