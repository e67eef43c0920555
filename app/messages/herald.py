"""When a new message calls for attention: more unread ones in a thread that is not muted. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from storage.messages.records import Thread

CATCH_UP_MS = 120_000
"""So long after an unlock, what was written before it is no news: it waited at the relay, and the counter tells of it."""


class Herald:
    """Compares what is unread now with before; says that something came, never what or from whom."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._unread: dict[int, int] | None = None
        self._since_ms = 0

    def follow(self, threads: Iterable[Thread], now_ms: int, of: str = "all") -> None:
        """Look at the threads, and tell of "all", of the "pinned" ones or of "none"; the first look after an unlock tells nothing."""
        seen = [one for one in threads if not one.muted]
        before, self._unread = self._unread, {one.id: one.unread for one in seen}
        if before is None:
            self._since_ms = now_ms
            return
        fresh = self._since_ms if now_ms - self._since_ms < CATCH_UP_MS else 0
        told = [one for one in seen if of == "all" or (of == "pinned" and one.pinned)]
        if any(one.unread > before.get(one.id, 0) and one.last_ms >= fresh for one in told):
            self._tell("message")

    def forget(self) -> None:
        """Begin anew: the desk was locked."""
        self._unread = None
