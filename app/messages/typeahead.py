"""Keys pressed for what is still being read: held in their order, and pressed once it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QWidget


class Typeahead(QObject):
    """Who types faster than is read meets the same as who waits. What belongs to a shortcut is not held."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._holds = False
        self._from: QWidget | None = None
        self._keys: list[QKeyEvent | None] = []

    def hold(self) -> None:
        """Hold what is pressed from now on where the focus is."""
        self.drop()
        self._holds, self._from = True, QApplication.focusWidget()
        if self._from is not None:
            self._from.installEventFilter(self)

    def drop(self) -> None:
        """Hold nothing, and forget what was held."""
        if self._from is not None and not sip.isdeleted(self._from):
            self._from.removeEventFilter(self)
        self._holds, self._from, self._keys = False, None, []

    def press(self, arrive: Callable[[], None]) -> None:
        """Go by *arrive* to what keys were held for, and press them there; neither where somebody went elsewhere meanwhile.

        A key after which others have to wait again holds those behind it, too.
        """
        wanted = self._holds and QApplication.focusWidget() in {None, self._from}
        keys = self._keys
        self.drop()
        if wanted:
            arrive()
            for key in keys:
                QApplication.sendEvent(QApplication.focusWidget(), key)

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Hold keys."""
        if target is not self._from or not isinstance(event, QKeyEvent):
            return False
        if event.type() != QEvent.Type.KeyPress:
            return False
        self._keys.append(event.clone())
        return True
