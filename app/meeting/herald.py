"""What in the meetings calls for attention: somebody knocks, I was let in, a meeting is about to begin. No Qt, no names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.meeting.view import IN_MEETING, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.meeting.view import View

SOON_S = 300


class Herald:
    """Follows the view and the clock; *tell* takes a kind of `app.alerts`."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._knocks: frozenset[int] = frozenset()
        self._stage = Stage.IDLE
        self._called: set[int] = set()

    def follow(self, view: View) -> None:
        """Tell of what is new in *view*."""
        knocks = frozenset(one.knock for one in view.lobby) if view.is_host else frozenset()
        if knocks - self._knocks:
            self._tell("knock")
        if self._stage is Stage.WAITING and view.stage is Stage.LIVE:
            self._tell("admitted")
        self._knocks, self._stage = knocks, view.stage

    def tick(self, now_ms: int, starts_s: Iterable[int]) -> None:
        """Tell once of each meeting that begins within five minutes; nobody in a meeting is called to the next."""
        now_s = now_ms // 1000
        due = {start for start in starts_s if 0 < start - now_s <= SOON_S}
        if due - self._called and self._stage not in IN_MEETING:
            self._tell("soon")
        self._called = due | {start for start in self._called if start > now_s}
