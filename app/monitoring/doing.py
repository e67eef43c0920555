"""Doing a step of an alert: said once trace and vault have it, with the way back for ten seconds; or said why it was not done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from app.monitoring.refusals import refusal
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from app.feature import Desk
    from app.monitoring.ports import Monitoring
    from storage.monitoring.records import Record

    Work = Coroutine[Any, Any, Record]


class Doing(QObject):
    """`done` carries the alert about which something was written, or was refused because it moved on meanwhile."""

    done = pyqtSignal(bytes)

    def __init__(self, desk: Desk, monitoring: Monitoring, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._monitoring = desk, monitoring

    def do(
        self,
        alert: bytes,
        work: Work,
        words: Words,
        then: Callable[[], object],
        failed: Callable[[Words], object],
    ) -> None:
        """Do *work*; *then* what the form wants and tell *words*, or tell *failed* why not."""

        def written(record: Record) -> None:
            then()
            self._desk.tell(words, partial(self._undo, record))
            self.done.emit(alert)

        def refused(error: Exception) -> None:
            failed(refusal(error))
            self.done.emit(alert)

        self._desk.bridge.start(self, work, written, refused)

    def _undo(self, record: Record) -> bool:
        """Take a step back; what became of it is said once it is known, not before."""

        def undone(_record: Record) -> None:
            self._desk.tell(say("alertacts.undone"))
            self.done.emit(record.subject)

        self._desk.bridge.start(self, self._monitoring.undo(record), undone, self._not_undone)
        return False

    def _not_undone(self, error: Exception) -> None:
        self._desk.tell(say("alertacts.not_undone", why=refusal(error)))
