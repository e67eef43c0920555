"""What is decided about a person and a device of theirs, from the button to what was kept."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from app.directory.service import Unwritable
from app.ui.words import say

if TYPE_CHECKING:
    from app.directory.book import Device, Person
    from app.directory.service import Directory
    from app.feature import Desk

log = logging.getLogger(__name__)


class Deciding(QObject):
    """`decided`: what was pressed is kept; `failed` says why it is not: `closed` or `disk`."""

    decided = pyqtSignal()
    failed = pyqtSignal(str)

    def __init__(self, desk: Desk, directory: Directory, owner: QObject) -> None:
        super().__init__(owner)
        self._desk, self._directory = desk, directory

    def decide(self, act: str, person: Person, device: Device | None) -> None:
        """Do what the button *act* says of a person, or of the *device* that is compared."""
        if act in {"block", "unblock"}:
            self._block(person.user, act == "block")
        elif device is not None:
            directory = self._directory
            work = {
                "identical": lambda: directory.own(device) if person.me else directory.identical(device),
                "different": lambda: directory.different(person.user),
                "withdraw": lambda: directory.withdraw(person.user),
                "accept": lambda: directory.accept(person.user),
            }[act]()
            self._desk.bridge.start(self, work, lambda _done: self.decided.emit(), self.refuse)

    def _block(self, user: bytes, yes: bool) -> None:
        """Block or unblock; what was done can be taken back as long as the message stays."""

        def told(_nothing: None) -> None:
            words = say("directory.blocked.told" if yes else "directory.unblocked.told")
            self._desk.tell(words, lambda: self._block(user, not yes))

        self._desk.bridge.start(self, self._directory.block(user, yes), told, self.refuse)

    def refuse(self, error: Exception) -> None:
        """Say that the directory did not answer."""
        log.warning("the directory did not answer: %s", type(error).__name__)
        self.failed.emit("closed" if isinstance(error, Unwritable) else "disk")
