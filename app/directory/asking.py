"""What the panel shows of somebody beyond what the list knows: the number to compare, what was decided, an own desk's history on its way."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from app.ui.words import say

if TYPE_CHECKING:
    from app.directory.book import Device, Person
    from app.directory.comparing import Parties
    from app.directory.deciding import Deciding
    from app.directory.panel import PersonPanel
    from app.directory.scanning import Scanning
    from app.directory.service import Directory
    from app.feature import Desk

log = logging.getLogger(__name__)


class Asking(QObject):
    """Asks for it; an answer about somebody who is shown no more is let go."""

    def __init__(
        self,
        desk: Desk,
        directory: Directory,
        panel: PersonPanel,
        scanning: Scanning,
        deciding: Deciding,
    ) -> None:
        super().__init__(panel)
        self._desk, self._directory, self._panel = desk, directory, panel
        self._scanning, self._failed = scanning, deciding.refuse
        self._asked = 0
        if directory.transfers is not None:
            desk.bridge.watch(self, directory.transfers.changed, lambda _nothing: self._look_at_transfers())

    def begin(self, person: Person, device: Device | None) -> None:
        """Ask all about *person*, of whom *device* is compared."""
        self.stop()
        self._scanning.parties = None
        if device is not None:
            parties = self._directory.parties(person, device)
            self._desk.bridge.start(self, parties, partial(self._numbered, self._asked), self._failed)
        self.again(person)

    def again(self, person: Person) -> None:
        """Ask for what may have changed of the same person and device."""
        history = self._directory.history(person.user)
        self._desk.bridge.start(self, history, partial(self._remembered, self._asked), self._failed)
        self._look_at_transfers()

    def stop(self) -> None:
        """Wait for no answer any more."""
        self._asked += 1

    def _numbered(self, asked: int, parties: Parties | None) -> None:
        if asked == self._asked:
            self._scanning.parties = parties
            self._panel.comparison.show_parties(parties)

    def _remembered(self, asked: int, notes: tuple[object, ...]) -> None:
        if asked == self._asked:
            self._panel.show_history(notes)  # type: ignore[arg-type]

    def _look_at_transfers(self) -> None:
        transfers, person = self._directory.transfers, self._panel.person
        if transfers is not None and person is not None and person.me:
            self._desk.bridge.start(self, transfers.all(), self._panel.show_transfers, self._failed)

    def hand(self, device: Device) -> None:
        """Bring another own desk the history, or go on with it."""
        transfers = self._directory.transfers
        if transfers is not None:
            self._desk.bridge.start(self, transfers.begin(device), lambda _: None, self._not_handed)

    def _not_handed(self, error: Exception) -> None:
        log.warning("the history was not sent: %s", type(error).__name__)
        self._desk.tell(say("directory.transfer.refused"))
