"""The lists of the section, with how many are in each: side by side in the top bar, unfolding where there is no room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from app.i18n import fmt_number
from app.monitoring.ports import Counts, List
from app.ui.choices import Segmented, Select
from app.ui.text import Named
from app.ui.words import say

if TYPE_CHECKING:
    from app.ui.words import Words


class Lists(QWidget):
    """`chosen` carries a list. QUIET is there while something is in it."""

    chosen = pyqtSignal(List)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._counts = Counts()
        self._quiet = False
        self._tabs = Segmented([(one, self._words(one), "") for one in List])
        self._select = Select()
        Named(self._tabs, say("monitoring.lists"))
        Named(self._select, say("monitoring.lists"))
        self._tabs.chosen.connect(self._choose)
        self._select.activated.connect(lambda _at: self._choose(self._select.currentData()))
        row.addWidget(self._tabs)
        row.addWidget(self._select)
        self.choose(List.TODO)
        self.fit(roomy=True)
        self.show_counts(Counts())

    @property
    def choice(self) -> List:
        """The list that is chosen."""
        return List(self._tabs.choice)

    def choose(self, which: List) -> None:
        """Mark a list as chosen, without telling."""
        self._tabs.choose(which)
        self.show_counts(self._counts)

    def show_counts(self, counts: Counts, *, current: bool = True) -> None:
        """Show how many are in each list; not where they are no longer *current*."""
        self._counts = counts
        for one in List:
            self._tabs.rename(one, self._words(one, current=current))
        self._tabs.offer_choice(List.QUIET, bool(counts.quiet) or self.choice is List.QUIET)
        offered = [one for one in List if one is not List.QUIET or counts.quiet or self.choice is one]
        self._select.offer([(one, self._words(one, current=current)) for one in offered], self.choice)

    def fit(self, *, roomy: bool) -> None:
        """Stand side by side, or unfold."""
        self._tabs.setVisible(roomy)
        self._select.setVisible(not roomy)

    def _words(self, which: List, *, current: bool = True) -> Words:
        n = getattr(self._counts, which.name.lower())
        if not current:
            return say(f"monitoring.list.{which}")
        return say(f"monitoring.list.{which}.n", n=fmt_number(n))

    def _choose(self, key: str) -> None:
        which = List(key)
        self.choose(which)
        self.chosen.emit(which)
