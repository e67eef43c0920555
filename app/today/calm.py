"""When nothing waits: that sentence, and the next meeting large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.today.cards import Verb
from app.ui.panes import Glyph, rule
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.board import Card


class Calm(QFrame):
    """Nothing waits; what comes next can be opened."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "plain")
        self._card: Card | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 22, 24, 22)
        row.setSpacing(24)
        self._glyph = Glyph("circle-check", "ok", 36)
        row.addWidget(self._glyph)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._said, self._why = Label("", "title", wrap=True), Label("", "body", "text_2", wrap=True)
        words.addStretch(1)
        words.addWidget(self._said)
        words.addWidget(self._why)
        words.addStretch(1)
        row.addLayout(words, 2)
        self._next = QWidget()
        row.addWidget(self._next, 3)
        self._fill_next()

    def _fill_next(self) -> None:
        row = QHBoxLayout(self._next)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        row.addWidget(rule("v"))
        words = QVBoxLayout()
        words.setSpacing(2)
        self._head, self._title = Label("", "small_strong", "accent_text"), Label("", "display").clipped()
        self._detail = Label("", "body", "text_2").clipped()
        for label in (self._head, self._title, self._detail):
            words.addWidget(label)
        row.addLayout(words, 1)
        self.open = Verb("", "secondary", "l", "door-enter")
        self.open.clicked.connect(self._run)
        row.addWidget(self.open, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_ahead(self, card: Card | None, *, partly: bool) -> None:
        """Show what comes next, if anything does; *partly*: not everything could be read, so nothing is promised."""
        key = "today.calm.partly" if partly else "today.calm"
        self._glyph.show_icon(*(("alert-triangle", "warn") if partly else ("circle-check", "ok")))
        self._said.say(say(key))
        self._why.say(say(f"{key}.detail"))
        self._card = card
        self._next.setVisible(card is not None)
        if card is not None:
            for label, text in (
                (self._head, card.head),
                (self._title, card.title),
                (self._detail, card.detail),
            ):
                label.say(text)
            self.open.show_act(card.act)

    def _run(self) -> None:
        if self._card is not None:
            self._card.act.run()
