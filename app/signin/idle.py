"""The idle lock: tells when nobody has touched keyboard or mouse for a while, by a clock that nobody can hold back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QWindow

_TOUCHES = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
)
CHECK_MS = 5_000


def running_ms() -> int:
    """Return milliseconds that nobody sets back; where the system can tell, the time asleep counts too."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns() // 1_000_000 if clock is None else time.clock_gettime_ns(clock) // 1_000_000


class IdleLock(QObject):
    """`idle` fires once when nobody touched anything for `limit_ms`; a running RCP keeps the desk awake.

    Time is what the wall clock or the running clock says, whichever says more: a clock set back keeps no desk open, a
    jump forward or a sleep longer than the limit locks at once, before the touch that woke the PC counts, call or not.
    """

    idle = pyqtSignal()

    def __init__(
        self, now_ms: Callable[[], int], busy: Callable[[], bool], running: Callable[[], int] = running_ms
    ) -> None:
        super().__init__()
        self._clocks, self._busy = (now_ms, running), busy
        self.limit_ms = 0
        self._touched = self._read()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.check)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusWindowChanged.connect(self._follow)
        self._follow(app.focusWindow())

    def _follow(self, window: QWindow | None) -> None:
        """Watch a window from when it first has the keyboard: its touches alone, not each event of each widget in it."""
        if window is not None:
            window.installEventFilter(self)

    def _read(self) -> tuple[int, ...]:
        return tuple(clock() for clock in self._clocks)

    def untouched_ms(self) -> int:
        """Return for how long nobody touched anything."""
        return max(now - then for now, then in zip(self._read(), self._touched, strict=True))

    @property
    def left_ms(self) -> int:
        """How long until the lock when nobody touches anything; 0 where nothing is watched or a running RCP keeps it awake."""
        if not self.limit_ms or self._busy():
            return 0
        return max(self.limit_ms - self.untouched_ms(), 0)

    def arm(self, limit_ms: int) -> None:
        """Watch from now on; 0 watches no more."""
        self.limit_ms = limit_ms
        self._touched = self._read()
        if limit_ms:
            self._timer.start(CHECK_MS)
        else:
            self._timer.stop()

    def check(self) -> None:
        """Look at the clocks; called by the timer."""
        if not self._too_late() and self._busy():
            self._touched = self._read()

    def _too_late(self) -> bool:
        late = bool(self.limit_ms) and self.untouched_ms() >= self.limit_ms
        if late:
            self.arm(0)
            self.idle.emit()
        return late

    def eventFilter(self, _target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Notice a touch; one that comes too late locks, and reaches nothing. All others are let through."""
        if event is None or event.type() not in _TOUCHES:
            return False
        if self._too_late():
            return True
        self._touched = self._read()
        return False
