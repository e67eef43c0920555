"""Worker threads for pictures: jobs in order, now or at a time. PyAV lets the other threads run meanwhile."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


class Hand:
    """One thread; whoever sticks to one hand needs no lock."""

    def __init__(self, name: str) -> None:
        self._jobs: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, job: Callable[[], None], at_ms: float = 0.0) -> None:
        """Run *job* when `time.monotonic` reaches *at_ms*; those already due in the order given."""
        with self._changed:
            heapq.heappush(self._jobs, (at_ms, next(self._order), job))
            self._changed.notify()

    @property
    def waiting(self) -> int:
        """How many jobs are not done yet."""
        return len(self._jobs)

    def close(self) -> None:
        """Forget what is left and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(2)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001 -- one bad picture must not end all pictures
                log.error("a picture failed: %s", type(error).__name__)  # noqa: TRY400 -- no text in a log

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._closed:
                wait_s = self._jobs[0][0] / 1000 - time.monotonic() if self._jobs else None
                if wait_s is not None and wait_s <= 0:
                    return heapq.heappop(self._jobs)[2]
                self._changed.wait(wait_s)
        return None
