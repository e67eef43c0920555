"""F1: the keys of the current screen, from the registry, beside the work and without covering its left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.commands import caps
from app.ui.buttons import IconButton
from app.ui.layers import SHADOW, Place, Raised
from app.ui.panes import clear, scrolled
from app.ui.text import KeyHint, Label, Named
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.commands import Command

WIDE = 352


class HelpPanel(Raised):
    """Groups of commands with their keys; stays while one works, Échap or F1 closes it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._place = Place()
        self._shown: list[tuple[str, list[tuple[str, str]]]] = []
        Named(self, say("help.title"))
        column = QVBoxLayout(self)
        edge = SHADOW + 1
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(20, 14, 12, 6)
        head.addWidget(Label(say("help.title"), "heading"), 1)
        self._close = IconButton(say("help.close"), "x", ("F1",))
        self._close.clicked.connect(self.close_it)
        head.addWidget(self._close)
        column.addLayout(head)
        body = QWidget()
        self._rows = QVBoxLayout(body)
        self._rows.setContentsMargins(20, 4, 20, 16)
        self._rows.setSpacing(2)
        column.addWidget(scrolled(body), 1)
        self.closed.connect(self.close_it)

    def open_with(self, groups: Sequence[tuple[str, Sequence[Command]]]) -> None:
        """Show *groups*: the end of a heading's id (`help.<end>`), then commands."""
        self.show_groups(groups)
        self._place.keep()
        self.fit()
        self.show()
        self.raise_()
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_groups(self, groups: Sequence[tuple[str, Sequence[Command]]]) -> None:
        """Show other commands: another screen came. The same ones stay where they are, scrolled as they were."""
        shown_now = [(name, [(one.text, one.keys) for one in commands]) for name, commands in groups]
        if shown_now == self._shown:
            return
        self._shown = shown_now
        clear(self._rows)
        for name, commands in groups:
            shown = [command for command in commands if command.keys]
            if shown:
                heading = Label(say(f"help.{name}"), "small_strong", "text_2")
                heading.setContentsMargins(0, 12, 0, 4)
                self._rows.addWidget(heading)
                for command in shown:
                    self._rows.addWidget(_row(command))
        note = Label(say("help.letters"), "caption", "text_3", wrap=True)
        note.setContentsMargins(0, 14, 0, 0)
        self._rows.addWidget(note)
        end = QWidget()
        self._rows.addWidget(end, 1)

    def close_it(self) -> None:
        """Hide and give the focus back."""
        if self.isVisible():
            self.hide()
            self._place.give_back()

    def fit(self) -> None:
        """Follow the window's size: at the right, below the top bar."""
        window = self.parentWidget()
        assert window is not None
        wide = theme().scaled(WIDE) + 2 * SHADOW
        top = 64 - SHADOW
        self.setGeometry(window.width() - wide - 20 + SHADOW, top, wide, window.height() - 20 + SHADOW - top)


def _row(command: Command) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 3, 0, 3)
    line.setSpacing(8)
    words = Label(command.text, "body", wrap=True)
    line.addWidget(words, 1)
    for keys in command.told_keys:
        line.addWidget(KeyHint(*caps(keys)))
    return row
