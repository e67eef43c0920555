"""What a program says on standard error: fixed texts, and none of them so often that it buries the others or fills a disk."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET_S = 60.0


class Seldom(logging.Filter):
    """Lets no logger repeat itself within a minute: whoever reaches a port could have it speak with every frame.

    A text after another one of the same logger is news (the disk fails, it works, it fails), and passes. *clock* gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._last: dict[str, tuple[str, float]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether *record* is to be said."""
        text, now = record.getMessage(), self._clock()
        before, at = self._last.get(record.name, ("", 0.0))
        if text == before and now - at < QUIET_S:
            return False
        self._last[record.name] = text, now
        return True


def begin(level: int, layout: str) -> None:
    """Say on standard error what is at least *level*, in *layout* (as logging writes it)."""
    logging.basicConfig(level=level, format=layout)
    for handler in logging.getLogger().handlers:
        handler.addFilter(Seldom())
