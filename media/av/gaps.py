"""What never came, told from frame numbers alone. Pure."""

from __future__ import annotations

from media.wire import FLAG_START

SILENT_FRAMES = 25


class Gaps:
    """Counts the missing frames of one stream; one that comes late is missing no more.

    Voice: the gap before a talk spurt, or of more than half a second, is what the relay did not forward because nobody spoke or
    eight others did.
    """

    def __init__(self, *, voice: bool) -> None:
        self._voice = voice
        self._newest: int | None = None
        self.lost = 0

    def take(self, flags: int, frame: int) -> None:
        """Count up to *frame*, which has just come."""
        if self._newest is None:
            self._newest = frame
        elif frame <= self._newest:
            self.lost = max(0, self.lost - 1)
        else:
            missing = frame - self._newest - 1
            silent = self._voice and (flags & FLAG_START or missing >= SILENT_FRAMES)
            self.lost += 0 if silent else missing
            self._newest = frame
