"""What the queue warns of above its rows: a feed that fell silent, a wrong clock, a vault that takes nothing, rows that are not there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import fmt_date, fmt_time
from app.monitoring.durations import MINUTE_MS, span
from app.ui.panes import Banner, clear
from app.ui.words import say

if TYPE_CHECKING:
    from app.feature import Desk


LEAST_BEHIND_MS = 2 * MINUTE_MS


class Warnings(QWidget):
    """One strip below the other, in the flow."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._state: tuple[int, ...] = (0, 0, False, False, False)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 8, 10, 8)
        self._column.setSpacing(6)
        self.hide()

    def show_state(
        self,
        heard_ms: int,
        *,
        read_only: bool,
        behind_ms: int = 0,
        reading: bool = False,
        closed: bool = False,
    ) -> None:
        """Say since when the feed is silent (0: it is not), that the clock is behind, that nothing can be noted where that is so.

        *reading*: older alerts are still being read; *closed*: the list is that of closed alerts, which goes back thirty days.
        """
        behind = behind_ms // MINUTE_MS if behind_ms >= LEAST_BEHIND_MS else 0
        state = heard_ms, behind, read_only, reading, closed
        if state == self._state:
            return
        self._state = state
        clear(self._column)
        if heard_ms:
            title = say("monitoring.late", at=_when(heard_ms, self._desk.now_ms()))
            self._column.addWidget(Banner("danger", title, say("monitoring.late.detail"), icon="cloud-off"))
        if behind:
            title = say("limits.clock", by=span(behind * MINUTE_MS))
            self._column.addWidget(Banner("warn", title, say("limits.clock.detail"), icon="clock"))
        if read_only:
            words = say("monitoring.read_only"), say("monitoring.read_only.detail")
            self._column.addWidget(Banner("warn", *words, icon="lock"))
        for code, icon, holds in (("reading", "history", reading), ("closed", "circle-check", closed)):
            if holds:
                words = say(f"stock.{code}"), say(f"stock.{code}.detail")
                self._column.addWidget(Banner("info", *words, icon=icon))
        self.setVisible(any(state))


def _when(at_ms: int, now_ms: int) -> str:
    """Return the time of today, else day and time."""
    at, now = (datetime.fromtimestamp(ms / 1000, UTC).astimezone() for ms in (at_ms, now_ms))
    return fmt_time(at) if at.date() == now.date() else f"{fmt_date(at)} {fmt_time(at)}"
