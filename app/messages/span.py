"""The part of a thread that is in memory: it grows as one scrolls and drops what is far, so that 20,000 messages cost as 100. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.messages.records import Message

STEP, MOST = 10, 100
"""Messages read at once, and in memory: so that reading some more never holds the window up."""


class Span:
    """Messages in order of arrival. `newest`, `oldest`: whether the end, the beginning of the thread is in it."""

    def __init__(self) -> None:
        self.messages: tuple[Message, ...] = ()
        self.newest = self.oldest = True

    def show_newest(self, page: tuple[Message, ...], asked: int = STEP) -> None:
        """Take the end of the thread, asked for *asked* messages."""
        self.messages, self.newest, self.oldest = page, True, len(page) < asked

    def show_around(self, page: tuple[Message, ...]) -> None:
        """Take messages around one that was looked for: more may stand on both sides."""
        self.messages, self.newest, self.oldest = page, False, False

    def put_before(self, page: tuple[Message, ...]) -> None:
        """Take up to `STEP` older ones; the newest of too many go."""
        self.oldest = len(page) < STEP
        self.messages = page + self.messages
        if len(self.messages) > MOST:
            self.messages, self.newest = self.messages[:MOST], False

    def put_after(self, around: tuple[Message, ...]) -> bool:
        """Take what stands behind the last one in *around*, `around(last)`; return whether there was anything."""
        last = self.messages[-1].order if self.messages else 0
        more = tuple(one for one in around if one.order > last)
        self.newest = not more
        self.messages += more
        if len(self.messages) > MOST:
            self.messages, self.oldest = self.messages[-MOST:], False
        return bool(more)

    def renew(self, page: tuple[Message, ...]) -> None:
        """Take the same messages as they are now; ones that were not there yet come at the end while it is in sight."""
        if self.newest:
            self.messages = page
            return
        now = {one.id: one for one in page}
        self.messages = tuple(now.get(one.id, one) for one in self.messages)

    @property
    def middle(self) -> int:
        """Id of the message in the middle, 0 where there is none."""
        return self.messages[len(self.messages) // 2].id if self.messages else 0
