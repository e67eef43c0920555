"""The foot of the panel: a note for the trace, and the trace on paper."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from app.monitoring.forms import MOST_LETTERS
from app.ui.buttons import IconButton
from app.ui.panes import Field
from app.ui.words import say


class NoteFoot(QWidget):
    """`noted` carries a note; `print_asked` wants the trace on paper. Échap in the field leaves it, with what was typed."""

    noted = pyqtSignal(str)
    print_asked = pyqtSignal()
    left = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(8)
        self.field = Field(say("alertacts.note"), say("alertacts.note.hint"))
        self.field.setMaxLength(MOST_LETTERS)
        self.field.returnPressed.connect(self._note)
        self.field.textChanged.connect(lambda text: self.go.setVisible(bool(text.strip())))
        escape = QShortcut(QKeySequence("Esc"), self.field)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape.activated.connect(self.left)
        self.go = IconButton(say("alertacts.note.go"), "check", ("↵",), bordered=True)
        self.go.clicked.connect(self._note)
        self.go.hide()
        self.paper = IconButton(say("alertacts.print"), "printer", bordered=True)
        self.paper.clicked.connect(self.print_asked)
        row.addWidget(self.field, 1)
        row.addWidget(self.go)
        row.addWidget(self.paper)

    def begin(self, draft: dict[str, Any]) -> None:
        """Show what was typed about another alert before."""
        self.field.setText(draft.get("text", ""))

    def draft(self) -> dict[str, Any]:
        """Return what is typed, nothing where nothing is."""
        return {"text": self.field.text()} if self.field.text().strip() else {}

    def allow(self, *, writable: bool) -> None:
        """Take notes, or none while nothing can be written."""
        self.field.setReadOnly(not writable)

    def _note(self) -> None:
        text = self.field.text().strip()
        if text and not self.field.isReadOnly():
            self.noted.emit(text)
