"""The line at the foot of Today: what is true now, and when the desk locks by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from app.today.service import minutes_left
from app.ui.panes import Glyph, clear, ground
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import say, says

if TYPE_CHECKING:
    from app.today.service import Around, Fact

HEIGHT = 40


class Foot(QWidget):
    """Asks its facts at each tick, and says only what changed."""

    def __init__(self, around: Around) -> None:
        super().__init__()
        self._around = around
        self._shown: tuple[Fact, ...] = ()
        ground(self, "sunken")
        Named(self, say("today.foot"))
        self.setMinimumHeight(theme().scaled(HEIGHT))
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 4, 20, 4)
        row.setSpacing(6)
        self._facts = QHBoxLayout()
        self._facts.setSpacing(6)
        row.addLayout(self._facts, 1)
        self._clock, self.lock = Glyph("clock", "text_2", 18), Label("", "small", "text_2")
        row.addWidget(self._clock)
        row.addWidget(self.lock)
        self.tick()

    def tick(self) -> None:
        """Look again."""
        left = self._around.lock_left_ms()
        self.lock.say(says("today.lock_in", minutes_left(left)))
        for widget in (self._clock, self.lock):
            widget.setVisible(left > 0)
        facts = tuple(self._around.facts())
        if facts != self._shown:
            self._shown = facts
            self._draw()

    def _draw(self) -> None:
        clear(self._facts)
        for fact in self._shown:
            self._facts.addWidget(Glyph(fact.icon, fact.tone, 18))
            self._facts.addWidget(Label(fact.words, "small", "text_2"))
            gap = QWidget()
            gap.setFixedWidth(10)
            self._facts.addWidget(gap)
        self._facts.addStretch(1)
