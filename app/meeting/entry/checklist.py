"""The four checks as rows of a card: a sign, the sentence, what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.panes import Glyph, rule
from app.ui.text import Label, Named
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.meeting.entry.checks import Check

_SIGNS = {
    "wait": ("clock", "text_3"),
    "ok": ("filled/circle-check", "ok"),
    "warn": ("alert-triangle", "warn"),
}


class _Row(QWidget):
    """One check."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 8)
        row.setSpacing(10)
        self._sign = Glyph("clock", "text_3", 20)
        self._title, self._detail = Label("", "small_strong"), Label("", "small", "text_2")
        row.addWidget(self._sign)
        row.addWidget(self._title)
        row.addStretch(1)
        row.addWidget(self._detail)
        self._detail.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_check(self, check: Check) -> None:
        """Show what was found; the word of the sign is read with it, as colour alone says nothing."""
        self._sign.show_icon(*_SIGNS[check.state])
        self._title.say(check.title)
        self._title.set_tone("text_2" if check.state == "wait" else "text")
        self._detail.say(check.detail)
        state = say(f"check.{check.state}")
        self.setAccessibleName(str(say("check.row", state=state, title=check.title, detail=check.detail)))


class CheckList(QFrame):
    """The card."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.setProperty("card", "plain")
        Named(self, say("check.name"))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 2, 14, 2)
        column.setSpacing(0)
        self._rows = [_Row() for _ in range(n)]
        for number, row in enumerate(self._rows):
            if number:
                column.addWidget(rule())
            column.addWidget(row)

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show them in order."""
        for row, check in zip(self._rows, checks, strict=True):
            row.show_check(check)
