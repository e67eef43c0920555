"""Under an own other desk: the button that brings it the history, and how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import fmt_number
from app.ui.buttons import Button
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.directory.book import Device
    from app.ui.words import Words
    from storage.messages.transfers import Transfer


class HistoryLine(QWidget):
    """`asked`: bring the history to this desk, or go on with it."""

    asked = pyqtSignal()

    def __init__(self, device: Device) -> None:
        super().__init__()
        self._id = device.short_id
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 0, 0, 0)
        column.setSpacing(4)
        self._labels = [Label("", "caption", "text_2", wrap=True) for _ in range(2)]
        for label in self._labels:
            label.hide()
            column.addWidget(label)
        row = QHBoxLayout()
        self.button = Button(say("directory.transfer"), size="s", icon="history")
        self.button.clicked.connect(self.asked)
        row.addWidget(self.button)
        row.addStretch(1)
        column.addLayout(row)
        self.show_transfers(())

    def show_transfers(self, transfers: Iterable[Transfer]) -> None:
        """Show what went to this desk and what came from it; with nothing under way the button offers to bring it."""
        found = {one.incoming: one for one in transfers}
        for incoming, label in zip((False, True), self._labels, strict=True):
            label.setVisible(incoming in found)
            if incoming in found:
                label.say(_standing(found[incoming]))
        sent = found.get(False)
        going = sent is not None and not sent.done and not sent.stuck
        key = "directory.transfer" if sent is None else "directory.transfer.again"
        self.button.say(say(key))
        self.button.speak(say(f"{key}.spoken", id=self._id))
        self.button.setVisible(not going)


def _standing(one: Transfer) -> Words:
    """Say how far a transfer is, counted in messages."""
    counts = {"taken": fmt_number(one.taken), "total": fmt_number(one.total)}
    if one.incoming:
        return say("directory.transfer.came" if one.done else "directory.transfer.coming", **counts)
    if one.stuck:
        return say("directory.transfer.stuck", **counts)
    if one.done:
        return say("directory.transfer.done", **counts)
    return say("directory.transfer.going" if one.taken else "directory.transfer.waiting", **counts)
