"""The line under the title in which one looks for a text in the document."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from app.ui.buttons import IconButton
from app.ui.panes import SearchField
from app.ui.text import Label
from app.ui.words import Words, say


class FindBar(QWidget):
    """A field, how many places there are, the next, the one before. `sought`: another text; `stepped`: 1 or -1."""

    sought = pyqtSignal(str)
    stepped = pyqtSignal(int)
    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 12, 6)
        row.setSpacing(6)
        self.field = SearchField(say("papers.find.field"), say("papers.find.hint"))
        self.field.setMaximumWidth(360)
        self.field.setMaxLength(200)
        self.field.textChanged.connect(self.sought)
        self.field.installEventFilter(self)
        self._found = Label("", "small", "text_2")
        row.addWidget(self.field, 1)
        row.addWidget(self._found)
        row.addStretch(1)
        before = IconButton(say("papers.find.before"), "chevron-left", ("Maj", "F3"))
        after = IconButton(say("papers.find.after"), "chevron-right", ("F3",))
        close = IconButton(say("papers.find.close"), "x", ("Échap",))
        before.clicked.connect(lambda: self.stepped.emit(-1))
        after.clicked.connect(lambda: self.stepped.emit(1))
        close.clicked.connect(self.closed)
        for button in (before, after, close):
            row.addWidget(button)
        self.hide()

    def open(self) -> None:
        """Take the focus, all that was typed marked."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def tell(self, words: Words) -> None:
        """Say what was found."""
        self._found.say(words)

    def eventFilter(self, _target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Enter goes on, Maj + Enter back, Esc closes."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.stepped.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return True
        return False
