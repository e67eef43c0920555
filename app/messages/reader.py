"""Reads the threads anew when something changed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

if TYPE_CHECKING:
    from app.bridge import Bridge
    from app.messages.ports import Messages
    from storage.messages.records import Thread

SETTLE_MS = 60
"""So long after the first change it is read: a hundred receipts at once make one look."""
log = logging.getLogger(__name__)


class Reader(QObject):
    """`listed` carries the threads, and a function that tells of a thread's id whether its messages may be others."""

    listed = pyqtSignal(tuple, object)
    failed = pyqtSignal()

    def __init__(self, bridge: Bridge, messages: Messages, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._messages = bridge, messages
        self._changed: frozenset[int] | None = None
        self._reading = self._again = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.read)
        bridge.watch(self, messages.changed, self._news, _merged)

    def _news(self, changed: frozenset[int]) -> None:
        self._changed = changed if self._changed is None else _merged(self._changed, changed)
        if not self._settle.isActive():  # news without a pause are read too
            self._settle.start()

    def read(self) -> None:
        """Read the threads; while they are being read, once more after that, however often it is asked for."""
        self._again = self._reading
        if not self._reading:
            self._reading = True
            self._bridge.start(self, self._messages.threads(), self._take, self._not_read)

    def _end(self) -> None:
        self._reading = False
        if self._again:
            self.read()

    def _take(self, threads: tuple[Thread, ...]) -> None:
        self._end()
        changed, self._changed = self._changed, None
        self.listed.emit(threads, lambda thread: changed is not None and (not changed or thread in changed))

    def _not_read(self, error: Exception) -> None:
        log.warning("the threads could not be read: %s", type(error).__name__)
        self._end()
        self.failed.emit()


def _merged(old: frozenset[int], new: frozenset[int]) -> frozenset[int]:
    """Of two changes: all threads where one of them says so."""
    return old | new if old and new else frozenset()
