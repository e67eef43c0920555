"""The patient whom a thread is about, where the own cache knows one: asked once for as long as the thread is in sight."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

if TYPE_CHECKING:
    from app.bridge import Bridge
    from app.messages.people import Patients
    from storage.messages.records import PatientLink
    from storage.patients.records import Found

log = logging.getLogger(__name__)


class Linked(QObject):
    """Looks patients up. `looked` when the answer for the last one asked about is there."""

    looked = pyqtSignal()

    def __init__(self, bridge: Bridge, patients: Patients, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._patients = bridge, patients
        self._asked: tuple[str, str] | None = None
        self.found: Found | None = None

    def of(self, link: PatientLink | None) -> Found | None:
        """Return who it is as far as that is known; ask where it was not asked yet."""
        number = (link.authority, link.ipp) if link is not None else None
        if number != self._asked:
            self._asked, self.found = number, None
            if number is not None:
                work = self._patients.named(*number)
                self._bridge.start(self, work, partial(self._take, number), _not_looked)
        return self.found

    def _take(self, number: tuple[str, str], found: Found | None) -> None:
        if number == self._asked:
            self.found = found
            self.looked.emit()


def _not_looked(error: Exception) -> None:
    log.warning("the patient of a thread was not looked up: %s", type(error).__name__)
