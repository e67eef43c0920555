"""What stands in the top bar for the section: its lists, and behind one button what is done more rarely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from app.ui.buttons import IconButton
from app.ui.menus import entry, menu_of
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.ui.words import Words

    Entry = tuple[Words, str, Callable[[], object]]


class More(QWidget):
    """*lists* and a button; *offered* says what its menu has: words, icon, what it does."""

    def __init__(self, lists: QWidget, offered: Callable[[], Sequence[Entry]]) -> None:
        super().__init__()
        self._offered = offered
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.button = IconButton(say("rules.more"), "dots", bordered=True)
        self.button.clicked.connect(self._unfold)
        row.addWidget(lists)
        row.addWidget(self.button)

    def _unfold(self) -> None:
        menu = menu_of(self)
        for words, icon, call in self._offered():
            entry(menu, str(words), icon, call)
        menu.popup(self.button.mapToGlobal(QPoint(0, self.button.height())))
        menu.setActiveAction(menu.actions()[0])
