"""How long a document that is shown once stays in sight: counted from its first sight, by a clock that nobody sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_MS = 200


class Countdown(QObject):
    """`counted` carries the seconds that are left, at each second; `over` comes once, at the end."""

    counted = pyqtSignal(int)
    over = pyqtSignal()

    def __init__(self, parent: QObject, steady_ms: Callable[[], int]) -> None:
        super().__init__(parent)
        self._steady_ms = steady_ms
        self._until_ms = self._told = 0
        self.of_s = 0
        """How many seconds it counts, 0 for none: nothing is shown once."""
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    def expect(self, seconds: int) -> None:
        """Count so many seconds as soon as `begin` says that something is in sight."""
        self.stop()
        self.of_s = seconds

    def begin(self) -> None:
        """Count from now, where nothing is counted yet and something is to be."""
        if self.of_s and not self._timer.isActive():
            self._until_ms = self._steady_ms() + 1000 * self.of_s
            self._timer.start()
            self.tick()

    def stop(self) -> None:
        """Count no more."""
        self._timer.stop()
        self.of_s = self._told = 0

    def tick(self) -> None:
        """Tell how long is left, or that it is over."""
        left_s = -(-(self._until_ms - self._steady_ms()) // 1000)
        if left_s <= 0:
            self.stop()
            self.over.emit()
        elif left_s != self._told:
            self._told = left_s
            self.counted.emit(left_s)
