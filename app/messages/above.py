"""What stands above the field: what is answered or corrected, and for how long an ephemeral document is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from app.ui.buttons import IconButton
from app.ui.choices import Select
from app.ui.panes import Glyph
from app.ui.text import Label, Named
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QShowEvent

    from app.messages.habits import Habits


class Above(QWidget):
    """Says what is answered or corrected; `dropped` when that is to be nothing."""

    dropped = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        self._icon = Glyph("arrow-back-up", "accent_text", 18)
        self._words = Label("", "small", "text_2").clipped()
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        drop = IconButton(say("messages.write.drop"), "x")
        drop.clicked.connect(self.dropped)
        row.addWidget(drop)
        self.hide()

    def tell(self, icon: str, words: Words) -> None:
        """Show an icon and *words*."""
        self._icon.show_icon(icon, "accent_text")
        self._words.say(words)
        self.show()


class HowLong(QWidget):
    """Says what an ephemeral document is, and lets one choose its seconds."""

    def __init__(self, habits: Habits) -> None:
        super().__init__()
        self._habits = habits
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(Glyph("hourglass-high", "warn", 18), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(say("messages.once.honest"), "small", "text_2", wrap=True), 1)
        self.choice = Select()
        Named(self.choice, say("messages.once.duration"))
        row.addWidget(self.choice)
        self._offer()
        self.hide()

    def _offer(self) -> None:
        offered = [(str(s), say("messages.once.for", s=s)) for s in self._habits.once_offered]
        self.choice.offer(offered, str(self._habits.once_s))

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Offer the times that hold now."""
        super().showEvent(event)
        if event is not None and not event.spontaneous():
            self._offer()

    @property
    def seconds(self) -> int:
        """How long it is shown."""
        return int(self.choice.currentData())
