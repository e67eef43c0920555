"""Beginning a thread: with whom, about whom, and opening it once it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from app.messages.doing import failure

if TYPE_CHECKING:
    from app.bridge import Bridge
    from app.messages.ports import Messages
    from app.messages.start import StartPane
    from storage.messages.records import PatientLink


class Beginning(QObject):
    """Ties the pane for a new message to the service. `begun` carries a thread that is there; `refused` an error, to be said."""

    begun = pyqtSignal(object)
    refused = pyqtSignal(Exception)

    def __init__(self, bridge: Bridge, messages: Messages, start: StartPane) -> None:
        super().__init__(start)
        self._bridge, self._messages, self.start = bridge, messages, start
        self._busy = False
        start.begun.connect(self._begin)

    def with_person(self, user: bytes) -> None:
        """Begin the thread with somebody about no patient, or find the one that is there."""
        self._bridge.start(self, self._messages.direct(user), self.begun.emit, self.refused.emit)

    def _begin(self) -> None:
        """Begin what the pane asks for, once; why not is said in the pane."""
        if self._busy:
            return
        self._busy, start = True, self.start
        work = self._made(start.title, start.members, start.patient, start.timer_s)
        self._bridge.start(self, work, self._there, self._failed)

    def _there(self, number: int) -> None:
        self._busy = False
        self.begun.emit(number)

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self.start.show_failure(*failure(error))

    async def _made(
        self, title: str, members: tuple[bytes, ...], patient: PatientLink | None, timer_s: int | None
    ) -> int:
        messages = self._messages
        if len(members) > 1:
            return await messages.gather(title, members, patient, timer_s)
        return await messages.direct(members[0], patient, timer_s)
