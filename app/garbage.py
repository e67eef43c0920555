"""Python's garbage is collected on Qt's thread only: a cycle that holds a widget, ended by another thread, ends the program."""

from __future__ import annotations

import gc

from PyQt6.QtCore import QObject, QTimer

LOOK_EVERY_MS = 1_000
BULK = 20_000
"""So many objects more than a second ago are no garbage, but what was read: to look through them would be felt, and shows nothing."""


class Collector(QObject):
    """Collects as Python itself would, by its thresholds, once a second. Make it on Qt's thread.

    Python never does it by itself again: what a closed window leaves is garbage too, and threads may run on.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(collect)
        self._timer.start(LOOK_EVERY_MS)


def sweep() -> None:
    """Collect all that nobody holds any more, what was set aside as lasting too: the desk is locked, and what it showed is to leave the memory."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def collect() -> None:
    """Collect the oldest generation that is due, and those younger than it; nothing where none is.

    What came in bulk is set aside as lasting; `sweep` looks through it.
    """
    if gc.get_count()[0] > BULK:
        gc.freeze()
        return
    pairs = list(enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)))
    due = [generation for generation, (count, limit) in pairs if count > limit]
    if due:
        gc.collect(due[-1])
