"""The tab of accesses: who consulted, when, from which desk, and why. Read from the trail each time that it is shown."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.i18n import isolated, tr
from app.patients.access import DIRECT, REASONS
from app.patients.person.part import Part, bar
from app.patients.person.table import Table, as_csv
from app.patients.service import CHECKED
from app.ui.buttons import Button
from app.ui.panes import EmptyState
from app.ui.states import Loading
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.feature import Desk
    from app.patients.person.view import Record
    from app.patients.service import Patients, Reading

ACTS = frozenset(
    (
        "patient-opened",
        "patient-refused",
        "patient-document",
        "patient-printed",
        "patient-copied",
        "patient-ins",
        "patient-exported",
        "patient-messages",
        "message-linked",
        "message-read",
        "message-sent",
        "message-corrected",
        "message-withdrawn",
        "message-taken",
        "file-read",
        "file-saved",
        "file-opened-once",
        CHECKED,
    )
)
COLUMNS = ("when", "who", "desk", "action", "reason")
LOADING, SHOWN, FAILED = range(3)
log = logging.getLogger(__name__)


class ReadersPart(Part):
    """A table, the newest first."""

    def __init__(self, desk: Desk, patients: Patients) -> None:
        super().__init__()
        self._desk, self._patients = desk, patients
        self._record: Record | None = None
        self._asked = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        export = Button(say("person.readers.export"), size="s", icon="copy")
        export.clicked.connect(lambda: self.acted.emit("readers-csv"))
        note = Label(say("person.readers.note"), "small", "text_2").clipped()
        top = bar(note, export)
        column.addWidget(top)
        self.table = Table(say("person.tab.readers"))
        again = Button(say("person.readers.again"), icon="refresh")
        again.clicked.connect(self._read)
        words = say("person.readers.failed"), say("person.readers.failed.detail")
        failed = EmptyState("alert-circle", *words, tone="danger", actions=(again,))
        self._stack = QStackedWidget()
        for page in (_framed(Loading(say("person.readers.loading"))), self.table, failed):
            self._stack.addWidget(page)
        column.addWidget(self._stack, 1)

    def show_record(self, record: Record) -> None:
        """Ask who consulted; what is shown of the same patient stays until the answer comes."""
        if self._record is None or self._record.patient.id != record.patient.id:
            self._stack.setCurrentIndex(LOADING)
        self._record = record
        self._read()

    def _read(self) -> None:
        record = self._record
        if record is None:
            return
        self._asked += 1
        asked = self._asked
        work = self._patients.readers(record.patient.id)
        self._desk.bridge.start(self, work, lambda rows: self._show(asked, record, rows), self._failed)

    def _show(self, asked: int, record: Record, rows: tuple[Reading, ...]) -> None:
        if asked != self._asked or self._record is not record:
            return
        shown = self.table.shown
        shown.cell = lambda row, column: self._cell(row, column, record)
        shown.order = lambda row, column: (
            row.time_ms if column == 0 else self._cell(row, column, record).casefold()
        )
        heads = [tr(f"person.column.{key}") for key in COLUMNS]
        self.table.show_rows(heads, rows, (170, 240, 130, 220, 200))
        self._stack.setCurrentIndex(SHOWN)

    def _cell(self, row: Reading, column: int, record: Record) -> str:
        if column == 1:
            return self._who(row)
        act = row.action if row.action in ACTS else "other"
        told = (record.site.moment(row.time_ms), "", row.desk, tr(f"person.act.{act}"), _reason(row))
        return told[column]

    def _who(self, row: Reading) -> str:
        name = row.name or (self._patients.reader_name if row.mine else "")
        shown = isolated(name) if name else tr("person.readers.unknown")
        return tr("person.readers.me", name=shown) if row.mine else shown

    def _failed(self, error: Exception) -> None:
        log.warning("the access trail could not be read: %s", type(error).__name__)
        self._stack.setCurrentIndex(FAILED)

    def text(self, _act: str) -> str:
        """Return the table for a spreadsheet."""
        return as_csv(self.table.shown.texts())

    def clear(self) -> None:
        """Let go of the rows."""
        self._record = None
        self.table.show_rows((), (), (0,))
        self._stack.setCurrentIndex(LOADING)

    def first(self) -> QWidget:
        """Return the table."""
        return self.table


def _reason(row: Reading) -> str:
    """Return the words of a reason as the trail keeps it; of a document, its type."""
    if row.action == "patient-document" and row.reason:
        return tr("person.reader.paper", code=row.reason)
    if row.action == CHECKED:
        return ""
    ground, _, said = row.reason.partition(": ")
    return tr(f"person.ground.{ground}", text=said) if ground in {*DIRECT, *REASONS} else row.reason


def _framed(widget: QWidget) -> QWidget:
    return bar(widget, margins=(20, 16, 20, 16))
