"""Python's garbage is collected on Qt's thread only: a cycle that holds a widget, ended by another thread, ends the program."""

from __future__ import annotations

import gc

from PyQt6.QtCore import QObject, QTimer

LOOK_EVERY_MS = 1_000


class Collector(QObject):
    """Collects as Python itself would, by its thresholds, once a second. Make it on Qt's thread; `close` gives the work back."""

    _living = 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        Collector._living += 1
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(collect)
        self._timer.start(LOOK_EVERY_MS)

    def close(self) -> None:
        """Collect by itself no more."""
        self._timer.stop()
        Collector._living -= 1
        if not Collector._living:
            gc.enable()


def collect() -> None:
    """Collect the oldest generation that is due, and those younger than it; nothing where none is."""
    pairs = list(enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)))
    due = [generation for generation, (count, limit) in pairs if count > limit]
    if due:
        gc.collect(due[-1])
