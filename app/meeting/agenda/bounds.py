"""The smaller questions of the form: how often, until when; how many people, guests or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.meeting.agenda import dates, zone
from app.meeting.agenda.column import captioned
from app.meeting.agenda.draft import PlanRefused
from app.meeting.agenda.when import read_until
from app.ui.buttons import Switch
from app.ui.choices import Select
from app.ui.panes import Field
from app.ui.text import Label, Named
from app.ui.words import say

if TYPE_CHECKING:
    from datetime import datetime

RHYTHMS = (0, 1, 2)
USUAL = "12"


class Rhythm(QWidget):
    """Once, every week or every two weeks; then until when: so many times, or a day."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.choice = Select("refresh")
        Named(self.choice, say("plan.every"))
        self.until = Field(say("plan.until"), say("plan.until.hint"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(12)
        self._column(row, "plan.every", self.choice)
        self._caption = self._column(row, "plan.until", self.until)
        self.choice.currentIndexChanged.connect(self._turn)
        self.until.textChanged.connect(self.changed)
        self.show_rhythm(0, "")

    def _column(self, row: QHBoxLayout, key: str, field: QWidget) -> Label:
        column = QVBoxLayout()
        column.setSpacing(6)
        caption = captioned(column, key, field)
        row.addLayout(column, 1)
        return caption

    @property
    def every(self) -> int:
        """So many weeks lie between two dates; 0 for a single one."""
        return int(self.choice.currentData() or 0)

    def show_rhythm(self, every: int, until: str) -> None:
        """Show a rhythm and its end."""
        self.choice.offer([(str(one), say(f"plan.every.{one}")) for one in RHYTHMS], str(every))
        self.until.setText(until)
        self._turn()

    def _turn(self) -> None:
        if self.every and not self.until.text():
            self.until.setText(USUAL)
        for part in (self.until, self._caption):
            part.setVisible(bool(self.every))
        self.changed.emit()

    def read(self, start_s: int, now: datetime) -> tuple[int, ...]:
        """Return the starts of the series, none for a single meeting; raises PlanRefused."""
        if not self.every:
            return ()
        count, until = read_until(self.until.text(), now.astimezone().date())
        return dates.series(start_s, self.every, count=count, until=until, zone=zone.named(zone.own()))


class Bounds(QWidget):
    """How many people at once, and whether people without a certificate may be let in."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.most = Field(say("plan.most"), say("plan.most.hint"))
        self.guests = Switch(say("plan.guests"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        column = QVBoxLayout()
        column.setSpacing(6)
        captioned(column, "plan.most", self.most)
        row.addLayout(column, 1)
        row.addLayout(self._switch(), 1)
        self.guests.toggled.connect(self.changed)

    def _switch(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(Label(say("plan.outside"), "caption", "text_2"))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.guests)
        row.addWidget(Label(say("plan.guests"), "body"), 1)
        column.addLayout(row, 1)
        return column

    def show_bounds(self, *, most: int, guests: bool) -> None:
        """Show what a meeting allows; 0: no bound."""
        self.most.setText(str(most) if most else "")
        self.guests.setChecked(guests)

    def read(self) -> int:
        """Return how many people at once, 0 where nothing was typed; raises PlanRefused."""
        text = self.most.text().strip()
        if not text:
            return 0
        if not (text.isascii() and text.isdecimal() and len(text) < 4 and int(text)):
            raise PlanRefused("most-range", "most")
        return int(text)
