"""Sections that nobody opened yet, made while nobody touches anything: then a first opening only shows them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer

from app.ui.steps import PAINT, SLICE_S
from app.warm import warmed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EVERY_MS = 20
QUIET_MS = 700
"""So long nobody touched anything: a key pressed while a part is made would wait for it."""


class Ahead(QObject):
    """Goes through the work of *make*, a part a round. *untouched_ms*: for how long nobody touched anything."""

    def __init__(
        self, make: Callable[[], Iterator[object]], untouched_ms: Callable[[], int], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._make, self._untouched_ms = make, untouched_ms
        self._work: Iterator[object] = iter(())
        self._next = QTimer(self)
        self._next.setInterval(EVERY_MS)
        self._next.timeout.connect(self.look)

    @property
    def busy(self) -> bool:
        """Whether something is left to make."""
        return self._next.isActive()

    def begin(self) -> None:
        """Make what is missing, from now on."""
        self._work = self._make()
        self._next.start()

    def stop(self) -> None:
        """Make nothing more: the desk is locked."""
        self._next.stop()
        self._work = iter(())

    def look(self) -> None:
        """Make the next part, unless somebody is at work."""
        if not warmed() or self._untouched_ms() < QUIET_MS:
            return
        end = time.perf_counter() + SLICE_S
        for wants in self._work:
            if wants is PAINT or time.perf_counter() > end:
                return
        self.stop()
