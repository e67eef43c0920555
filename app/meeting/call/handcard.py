"""One document of the call as a card: what it is, whose, how long it may be opened, and what can be done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.i18n import fmt_time
from app.ui.buttons import Button
from app.ui.marks import Chip
from app.ui.panes import Glyph
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.meeting.call.handing import Card


class DocumentCard(QFrame):
    """`opened` and `kept` carry the file."""

    opened = pyqtSignal(int)
    kept = pyqtSignal(int)

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.setProperty("card", "sunken")
        self.card = card
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._icon = Glyph(card.icon, "warn" if card.once else "accent_text")
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(Label(card.name, "small_strong", wrap=True).at_left(), 1)
        column.addLayout(head)
        time = fmt_time(datetime.fromtimestamp(card.at_ms / 1000, UTC))
        self._whose = say("handing.whose", who=card.who, time=time)
        column.addWidget(Label(self._whose, "caption", "text_2", wrap=True).at_left())
        self._about = Label("", "caption", "text_2", wrap=True).at_left()
        column.addWidget(self._about)
        self._left = Chip("", "hourglass-high", "warn")
        column.addWidget(self._left, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._foot())
        self.show_card(card)

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        name = self.card.name
        self.open = Button(say("handing.open"), "primary" if self.card.once else "secondary", "s", "eye")
        self.open.speak(say("handing.open.name", name=name))
        self.open.clicked.connect(lambda: self.opened.emit(self.card.file))
        self.keep = Button(say("handing.save"), "ghost", "s", "download")
        self.keep.speak(say("handing.save.name", name=name))
        self.keep.clicked.connect(lambda: self.kept.emit(self.card.file))
        for part in (self.open, self.keep):
            row.addWidget(part)
        row.addStretch(1)
        return row

    def show_card(self, card: Card) -> None:
        """Show how it stands now."""
        self.card = card
        self._about.say(card.about)
        self.open.setVisible(card.opens)
        self.keep.setVisible(card.saves)
        self._left.setVisible(card.left_s > 0)
        if card.left_s:
            self._left.show_state(say("handing.left", s=card.left_s), "hourglass-high", "warn")
        self.setAccessibleName(f"{card.name}, {self._whose}")
        self.setAccessibleDescription(str(card.about))
