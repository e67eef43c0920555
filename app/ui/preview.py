"""What stands beside the palette's list: the chosen result in full, to be recognised before it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.marks import Chip
from app.ui.panes import Banner, clear, ground, rule
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.search import Entry


class Preview(QWidget):
    """Kind, name, mark and facts of one result. Read out with the result itself: nothing here takes the focus."""

    def __init__(self) -> None:
        super().__init__()
        ground(self, "sunken")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(rule("v"))
        self._column = QVBoxLayout()
        self._column.setContentsMargins(18, 14, 18, 14)
        self._column.setSpacing(8)
        row.addLayout(self._column, 1)
        self._shown: Entry | None = None

    def show_entry(self, entry: Entry) -> None:
        """Show *entry*."""
        if entry is self._shown:
            return
        self._shown = entry
        clear(self._column)
        self._column.addWidget(Label(say(f"palette.kind.{entry.kind}"), "small", "text_2"))
        self._column.addWidget(Label(entry.text, "heading", wrap=True))
        if entry.mark is not None:
            self._column.addWidget(Chip(*entry.mark), 0, Qt.AlignmentFlag.AlignLeft)
        if entry.detail and entry.kind != "patient":  # the facts below say it all, each with its label
            self._column.addWidget(Label(entry.detail, "small", "text_2", wrap=True))
        if entry.facts:
            self._column.addWidget(_facts(entry.facts))
        self._column.addWidget(QWidget(), 1)
        if entry.warning:
            self._column.addWidget(Banner("warn", entry.warning))

    def forget(self) -> None:
        """Show nothing: what stood here may be a patient."""
        self._shown = None
        clear(self._column)


def _facts(facts: tuple[tuple[str, str], ...]) -> QWidget:
    """Return labels at the left, values at the right."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 2, 0, 0)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for place, (label, value) in enumerate(facts):
        grid.addWidget(Label(label, "small", "text_2"), place, 0, Qt.AlignmentFlag.AlignTop)
        told = Label(value, "small_strong", wrap=True)
        told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(told, place, 1)
    return holder
