"""By which clock a message's life is over (docs/protocol.md §11): one that was set back brings nothing back, one set forward effaces nothing.

What is due by the wall clock is not shown. It is effaced once it is due by a time that others vouch for: the newest time in a
signed directory head or a received header, and a day more. A wrong clock that is put right has lost nobody anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from media.keys.cards import DAY_MS

SLACK_MS = DAY_MS


@dataclass(frozen=True)
class Clock:
    """`effaced_ms`: what was due then is gone, and never goes back; `heard_ms`: the newest time that somebody else signed."""

    effaced_ms: int = 0
    heard_ms: int = 0

    def heard(self, time_ms: int) -> Clock:
        """Take a time of a verified head or header; of several the newest."""
        return replace(self, heard_ms=max(self.heard_ms, time_ms))

    def tick(self, wall_ms: int) -> Clock:
        """Go on with the wall clock, no further than a day after what others said, and never back."""
        return replace(self, effaced_ms=max(self.effaced_ms, min(wall_ms, self.heard_ms + SLACK_MS)))

    def hides(self, wall_ms: int) -> int:
        """Return the time by which what is due is no longer shown."""
        return max(self.effaced_ms, wall_ms)


def due_ms(sent_ms: int, arrived_ms: int, expires_s: int) -> int:
    """Return when a message's life ends, 0 for never: no later than its life after it came, whatever its author's clock said."""
    return min(sent_ms, arrived_ms) + 1000 * expires_s if expires_s else 0
