"""The chips under the lock's card: since when and why it is locked, and what waits, in numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from app.i18n import fmt_time
from app.ui.marks import Chip
from app.ui.panes import clear
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from app.waiting import Waiting

REASONS = frozenset(("idle", "system", "sleep"))


def told(waiting: Waiting, now_ms: int) -> list[tuple[Words, str, str]]:
    """Return what each chip says: words, icon, tone."""
    chips = [(_since(waiting), "lock", "plain")]
    if waiting.call:
        chips.append((say(f"lock.call.{waiting.call}"), "phone-off", "info"))
    minutes = waiting.minutes_to_next(now_ms // 1000)
    if minutes is not None:
        words = says("lock.meeting", minutes) if minutes else say("lock.meeting.now")
        chips.append((words, "users-group", "info"))
    chips.extend((says(f"lock.count.{c.key}", c.n), c.icon, c.tone) for c in waiting.counts if c.n)
    return chips


def _since(waiting: Waiting) -> Words:
    if not waiting.locked_ms:
        return say("signin.locked")
    time = fmt_time(datetime.fromtimestamp(waiting.locked_ms / 1000, UTC))
    return say(f"lock.since.{waiting.reason}" if waiting.reason in REASONS else "signin.locked_at", time=time)


class LockChips(QWidget):
    """A row of chips, made anew only when they say something else."""

    def __init__(self) -> None:
        super().__init__()
        self._told: list[tuple[Words, str, str]] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)

    def show_waiting(self, waiting: Waiting, now_ms: int) -> None:
        """Say what *waiting* says now."""
        chips = told(waiting, now_ms)
        if chips != self._told:
            self._told = chips
            clear(self._row)
            for words, icon, tone in chips:
                self._row.addWidget(Chip(words, icon, tone, height=32))
