"""The idle lock: tells when nobody has touched keyboard or mouse for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Callable

_TOUCHES = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
)
CHECK_MS = 5_000


class IdleLock(QObject):
    """`idle` fires once when nobody touched anything for `limit_ms` and nothing keeps the desk awake (a running RCP)."""

    idle = pyqtSignal()

    def __init__(self, now_ms: Callable[[], int], busy: Callable[[], bool]) -> None:
        super().__init__()
        self._now_ms, self._busy = now_ms, busy
        self.limit_ms = 0
        self._touched_ms = now_ms()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.check)
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def arm(self, limit_ms: int) -> None:
        """Watch from now on; 0 watches no more."""
        self.limit_ms = limit_ms
        self._touched_ms = self._now_ms()
        if limit_ms:
            self._timer.start(CHECK_MS)
        else:
            self._timer.stop()

    @property
    def left_ms(self) -> int:
        """How long until the lock when nobody touches anything; 0 while nothing is watched or something keeps it awake."""
        if not self.limit_ms or self._busy():
            return 0
        return max(self._touched_ms + self.limit_ms - self._now_ms(), 0)

    def check(self) -> None:
        """Look at the clock; called by the timer."""
        if self._busy():
            self._touched_ms = self._now_ms()
        elif self.limit_ms and self._now_ms() - self._touched_ms >= self.limit_ms:
            self.arm(0)
            self.idle.emit()

    def eventFilter(self, _target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Notice a touch; let everything through."""
        if event is not None and event.type() in _TOUCHES:
            self._touched_ms = self._now_ms()
        return False
