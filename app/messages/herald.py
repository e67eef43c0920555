"""When a new message calls for attention: more unread ones in a thread that is not muted. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from storage.messages.records import Thread


class Herald:
    """Compares what is unread now with before; says that something came, never what or from whom."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._unread: dict[int, int] | None = None

    def follow(self, threads: Iterable[Thread]) -> None:
        """Look at the threads; the first look after an unlock tells nothing."""
        now = {one.id: 0 if one.muted else one.unread for one in threads}
        before, self._unread = self._unread, now
        if before is not None and any(n > before.get(thread, 0) for thread, n in now.items()):
            self._tell("message")

    def forget(self) -> None:
        """Begin anew: the desk was locked."""
        self._unread = None
