"""A tab whose facts are asked for each time that it is shown: loading, shown, none, failed and asked again."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtWidgets import QStackedWidget, QWidget

from app.patients.person.part import Part, bar
from app.ui.buttons import Button
from app.ui.panes import EmptyState
from app.ui.states import Loading
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from app.feature import Desk
    from app.patients.person.view import Record
    from app.patients.service import Patients

LOADING, SHOWN, FAILED, NONE = range(4)
log = logging.getLogger(__name__)


class AskedPart(Part):
    """`key` begins the ids of its texts (`person.talks`): `.loading`, `.failed`, `.again`."""

    key = ""

    def __init__(self, desk: Desk, patients: Patients) -> None:
        super().__init__()
        self._desk, self._patients = desk, patients
        self._record: Record | None = None
        self._asked = 0
        self._stack = QStackedWidget()

    def _fill(self, shown: QWidget, *none: QWidget) -> None:
        """Make the pages; *none*: what is said where there is nothing to show."""
        again = Button(say(f"{self.key}.again"), icon="refresh")
        again.clicked.connect(self._read)
        words = say(f"{self.key}.failed"), say(f"{self.key}.failed.detail")
        failed = EmptyState("alert-circle", *words, tone="danger", actions=(again,))
        loading = bar(Loading(say(f"{self.key}.loading")), margins=(20, 16, 20, 16))
        for page in (loading, shown, failed, *none):
            self._stack.addWidget(page)

    def _ask(self, record: Record) -> Coroutine[Any, Any, Any]:
        """Return what asks."""
        raise NotImplementedError

    def _answer(self, record: Record, found: Any) -> int:
        """Show what was found; return SHOWN or NONE."""
        raise NotImplementedError

    def show_record(self, record: Record) -> None:
        """Ask; of the same patient what is shown stays until the answer comes."""
        if self._record is None or self._record.patient.id != record.patient.id:
            self._stack.setCurrentIndex(LOADING)
        self._record = record
        self._read()

    def _renew(self, _changed: object) -> None:
        if self.isVisible():
            self._read()

    def _read(self) -> None:
        if self._record is not None:
            self._asked += 1
            done, failed = partial(self._show, self._asked), partial(self._failed, self._asked)
            self._desk.bridge.start(self, self._ask(self._record), done, failed)

    def _show(self, asked: int, found: object) -> None:
        if asked == self._asked and self._record is not None:
            self._stack.setCurrentIndex(self._answer(self._record, found))

    def _failed(self, asked: int, error: Exception) -> None:
        log.warning("%s could not be read: %s", self.key, type(error).__name__)
        if asked == self._asked:
            self._stack.setCurrentIndex(FAILED)

    def clear(self) -> None:
        """Let go of what was shown; an answer that is under way is not waited for."""
        self._record = None
        self._asked += 1
        self._stack.setCurrentIndex(LOADING)
