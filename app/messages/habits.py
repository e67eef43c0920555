"""What is settled of messages beforehand: the user's choices in the settings, or what IT fixed there. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.config import ACCEPT_MB, ONCE_OFFERED, ONCE_SECONDS, THREAD_DAYS
from app.messages.looks import TIMERS_S

if TYPE_CHECKING:
    from app.config import Config

DAY_S, MEGA = 86_400, 1_000_000


class Habits:
    """Asked each time, so that a setting holds at once."""

    def __init__(self, config: Config) -> None:
        self._config = config

    @property
    def timer_s(self) -> int:
        """After how long messages of a new thread go; 0: never."""
        return self._config.get(THREAD_DAYS) * DAY_S

    @property
    def timer_fixed(self) -> bool:
        """Whether IT lets nobody choose another timer."""
        return self._config.forced(THREAD_DAYS)

    def timers(self, now_s: int) -> tuple[int, ...]:
        """Return the timers that a thread with *now_s* may be given, that one among them."""
        chosen = () if self.timer_fixed else TIMERS_S
        return tuple(sorted({*chosen, self.timer_s, now_s}))

    @property
    def once_offered(self) -> tuple[int, ...]:
        """For how many seconds a document may be shown once, the shortest first; never none."""
        return tuple(sorted({int(one) for one in self._config.get(ONCE_OFFERED)})) or (self._once,)

    @property
    def once_s(self) -> int:
        """The time chosen beforehand, the shortest where the usual one is not offered."""
        return self._once if self._once in self.once_offered else self.once_offered[0]

    @property
    def _once(self) -> int:
        return self._config.get(ONCE_SECONDS)

    @property
    def accept_bytes(self) -> int:
        """How large the files of one message may be together to be fetched without a click; 0: none is."""
        return self._config.get(ACCEPT_MB) * MEGA
