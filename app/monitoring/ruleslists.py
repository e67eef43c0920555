"""Lists of cards of which a version has any number: what a local rule, a protocol and a reason have in common."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.monitoring.rulesfields import Part, beside
from app.ui.buttons import Button
from app.ui.words import Words, say
from media.mail.policy import MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from media.mail.policy import Policy


def nth(what: Words, n: int) -> Words:
    """Name the *n*-th of several that are called the same."""
    return say("looks.nth", what=what, n=n)


class Entry(QFrame):
    """One card of a list. `changed`: a hand changed it; `gone`: it is to be taken out."""

    changed = pyqtSignal()
    gone = pyqtSignal()

    def number(self, n: int) -> None:
        """Name what stands here otherwise than in the cards beside it."""
        raise NotImplementedError


class Several(Part):
    """A list of cards, and the button that adds one."""

    def __init__(self, add: Words) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self._numbers = itertools.count(1)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self.add = Button(add, icon="plus", size="s")
        self.add.clicked.connect(self._add)
        self.column.addLayout(self._rows)
        self.column.addLayout(beside(self.add))

    def new(self) -> Entry:
        """Return an empty card."""
        raise NotImplementedError

    def told(self, policy: Policy) -> Iterator[Entry]:
        """Yield a card for each row of *policy*."""
        raise NotImplementedError

    def steps(self, policy: Policy) -> Iterator[None]:
        """Show the cards one by one."""
        for entry in self.told(policy):
            self.hold(entry)
            yield

    def hold(self, entry: Entry) -> None:
        """Add a card at the end, with a number that no other had."""
        entry.number(next(self._numbers))
        entry.changed.connect(self.changed)
        entry.gone.connect(partial(self._remove, entry))
        self.entries.append(entry)
        self._rows.addWidget(entry)
        self.add.setEnabled(len(self.entries) < MAX_ROWS)

    def _add(self) -> None:
        entry = self.new()
        self.hold(entry)
        first = next(
            (one for one in entry.findChildren(QWidget) if one.focusPolicy() != Qt.FocusPolicy.NoFocus), entry
        )
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.laid.emit()
        self.changed.emit()

    def _remove(self, entry: Entry) -> None:
        self.entries.remove(entry)
        self._rows.removeWidget(entry)
        self.add.setEnabled(True)
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)
        entry.hide()
        entry.deleteLater()
        self.changed.emit()
