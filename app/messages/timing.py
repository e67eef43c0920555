"""Choosing how long messages of a thread stay; or seeing that the hospital chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.messages import looks
from app.ui.choices import Select
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.messages.habits import Habits


class TimerChoice(Select):
    """Offers the timers that a thread may be given. `why`, laid out beside it, says that there is no choice."""

    def __init__(self, habits: Habits, icon_name: str = "") -> None:
        super().__init__(icon_name, locked=habits.timer_fixed)
        self._habits = habits
        self.why = Label(say("messages.timer.by_it"), "small", "text_2", wrap=True)
        self.begin(habits.timer_s)

    def begin(self, now_s: int) -> None:
        """Show the timer of now among those that may be chosen."""
        offered = self._habits.timers(now_s)
        self.offer([(str(s), Timer(s)) for s in offered], str(now_s))  # type: ignore[misc]  # speaks when asked
        self.setEnabled(len(offered) > 1)
        self.why.setVisible(self._habits.timer_fixed)

    @property
    def seconds(self) -> int:
        """What is chosen, 0 for never."""
        return int(self.currentData())


class Timer:
    """A duration in the language of the moment."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timer) and other._seconds == self._seconds

    def __hash__(self) -> int:
        return self._seconds

    def __str__(self) -> str:
        return looks.timer(self._seconds)
