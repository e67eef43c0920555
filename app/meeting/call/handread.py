"""A document of the call beside the faces: read by the press, never written anywhere; an ephemeral one with its seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.papers.countdown import Countdown
from app.papers.viewer import PaperView
from app.ui.buttons import IconButton
from app.ui.marks import Chip
from app.ui.panes import rule
from app.ui.text import Label
from app.ui.words import Words, say

if TYPE_CHECKING:
    from app.feature import Desk
    from app.meeting.ports import Opened


class Reading(QWidget):
    """`closed` when there is nothing to read any more."""

    closed = pyqtSignal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.file = 0
        self.view = PaperView(desk.bridge)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(16, 6, 8, 6)
        self._name, self._left = Label("", "subhead").clipped(), Chip("", "hourglass-high", "warn")
        self.close_button = IconButton(say("handing.close"), "x", ("Échap",))
        self.close_button.clicked.connect(self.close_it)
        row.addWidget(self._name, 1)
        row.addWidget(self._left)
        row.addWidget(self.close_button)
        column.addLayout(row)
        column.addWidget(rule())
        column.addWidget(self.view, 1)
        self.countdown = Countdown(self, desk.steady_ms)
        self.countdown.counted.connect(self._count)
        self.countdown.over.connect(self.close_it)
        self.view.began.connect(self.countdown.begin)

    def load(self, file: int, name: str) -> None:
        """Say that a document is being fetched."""
        self.forget()
        self.file = file
        self._name.say(name)
        self.view.show_loading(name)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_file(self, file: int, kind: str, data: bytes, name: str) -> None:
        """Show a document that is here, if it is still the one that is wanted."""
        if file == self.file:
            self.view.show_bytes(kind, data, name)

    def show_once(self, file: int, shown: Opened) -> None:
        """Show an ephemeral document until its time is over, which begins with the first sight of it."""
        if file == self.file:
            self.countdown.expect(shown.shown_for_s)
            self.view.show_bytes(shown.kind, shown.data, shown.name, fleeting=True)

    def fail(self, file: int, words: Words, detail: Words) -> None:
        """Say why there is nothing to see."""
        if file == self.file:
            self.view.show_trouble(words, detail)

    def _count(self, left_s: int) -> None:
        self._left.show_state(say("handing.reading", s=left_s), "hourglass-high", "warn")
        self._left.show()

    def close_it(self) -> None:
        """Go, and tell."""
        self.forget()
        self.closed.emit()

    def forget(self) -> None:
        """Forget the document, its bytes and its process."""
        self.countdown.stop()
        self.file = 0
        self._left.hide()
        self._name.say("")
        self.view.clear()
