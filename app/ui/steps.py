"""Work of the window's thread cut into steps: between two of them keys are heard and frames are painted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Iterator

SLICE_S = 0.006
"""So long it works at a stretch: less than half a frame."""
PAUSE_MS = 1
PAINT = object()
"""What a step yields whose outcome is to be laid out and painted before the next one begins, however little time it took."""


class Steps(QObject):
    """Goes through an iterator whose every item costs something; goes on when Qt has nothing else to do."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work: Iterator[object] | None = None
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether there is something left to do."""
        return self._work is not None

    def run(self, work: Iterator[object], *, later: bool = False) -> None:
        """Do *work*, in the place of what is left of other work; *later* begins once what is going on is painted."""
        self._work = work
        if later:
            self._next.start(PAUSE_MS)
        else:
            self._go_on()

    def finish(self) -> None:
        """Do what is left at once: something must not be seen any longer."""
        self._next.stop()
        work, self._work = self._work, None
        for _ in work or ():
            pass

    def stop(self) -> None:
        """Leave undone what is left: it is not wanted any more."""
        self._next.stop()
        self._work = None

    def _go_on(self) -> None:
        work, end = self._work, time.perf_counter() + SLICE_S
        if work is None:
            return
        for wants in work:
            if self._work is not work:  # a step began other work
                return
            if wants is PAINT or time.perf_counter() > end:
                self._next.start(PAUSE_MS)
                return
        if self._work is work:
            self._work = None
