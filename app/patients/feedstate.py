"""How the feed of patients stands, for whoever looks after it: banners above its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.patients.flow import care
from app.ui.panes import Banner, clear

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.feature import Desk
    from app.interop.state import State
    from app.patients.flow import Trouble
    from media.events import Event

MINUTE_MS = 60_000
"""How often it is asked whether the feed is late by now."""


class FeedState(QWidget):
    """Says whether messages come, and how many wait in quarantine; brought up to date while it is looked at."""

    def __init__(self, desk: Desk, state: Callable[[], State], changed: Event[Any]) -> None:
        super().__init__()
        self._desk, self._state = desk, state
        self._shown: list[Trouble] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        minute = QTimer(self)
        minute.timeout.connect(self._show)
        minute.start(MINUTE_MS)
        desk.bridge.watch(self, changed, lambda _state: self._show())
        self._show()

    def _show(self) -> None:
        told = care(self._state(), self._desk.now_ms())
        if told != self._shown:
            self._shown = told
            clear(self._column)
            for one in told:
                self._column.addWidget(Banner(one.tone, one.title, one.detail))
