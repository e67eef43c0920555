"""The tab of accesses: who consulted, when, from which desk, and why. Read from the trail each time that it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.acts import act_words
from app.i18n import isolated, tr
from app.patients.access import DIRECT, REASONS
from app.patients.answers import CHECKED
from app.patients.person.asked import SHOWN, AskedPart
from app.patients.person.part import bar
from app.ui.buttons import Button
from app.ui.table import Table, as_csv
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from app.feature import Desk
    from app.patients.answers import Reading
    from app.patients.person.view import Record
    from app.patients.service import Patients

COLUMNS = ("when", "who", "desk", "action", "reason")


class ReadersPart(AskedPart):
    """A table, the newest first."""

    key = "person.readers"

    def __init__(self, desk: Desk, patients: Patients) -> None:
        super().__init__(desk, patients)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        export = Button(say("person.readers.export"), size="s", icon="copy")
        export.clicked.connect(lambda: self.acted.emit("readers-csv"))
        note = Label(say("person.readers.note"), "small", "text_2").clipped()
        top = bar(note, export)
        column.addWidget(top)
        self.table = Table(say("person.tab.readers"))
        self._fill(self.table)
        column.addWidget(self._stack, 1)

    def _ask(self, record: Record) -> Coroutine[Any, Any, tuple[Reading, ...]]:
        return self._patients.readers(record.patient.id)

    def _answer(self, record: Record, found: tuple[Reading, ...]) -> int:
        shown = self.table.shown
        shown.cell = lambda row, column: self._cell(row, column, record)
        shown.order = lambda row, column: (
            row.time_ms if column == 0 else self._cell(row, column, record).casefold()
        )
        heads = [tr(f"person.column.{key}") for key in COLUMNS]
        self.table.show_rows(heads, found, (170, 240, 130, 220, 200))
        return SHOWN

    def _cell(self, row: Reading, column: int, record: Record) -> str:
        if column == 1:
            return self._who(row)
        told = (record.site.moment(row.time_ms), "", row.desk, act_words(row.action), _reason(row))
        return told[column]

    def _who(self, row: Reading) -> str:
        name = row.name or (self._patients.reader_name if row.mine else "")
        shown = isolated(name) if name else tr("person.readers.unknown")
        return tr("person.readers.me", name=shown) if row.mine else shown

    def text(self, _act: str) -> str:
        """Return the table for a spreadsheet."""
        return as_csv(self.table.shown.texts())

    def clear(self) -> None:
        """Let go of the rows."""
        super().clear()
        self.table.show_rows((), (), (0,))

    def first(self) -> QWidget:
        """Return the table."""
        return self.table


def _reason(row: Reading) -> str:
    """Return the words of a reason as the trail keeps it; of a document its type, of messages and files their codes."""
    if row.action == "patient-document" and row.reason:
        return tr("person.reader.paper", code=row.reason)
    if row.action == CHECKED:
        return ""
    if row.action.startswith(("message-", "file-")) and row.reason:
        return tr("person.readers.message", codes=row.reason)
    ground, _, said = row.reason.partition(": ")
    return tr(f"person.ground.{ground}", text=said) if ground in {*DIRECT, *REASONS} else row.reason
