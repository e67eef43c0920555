"""What of a thread is in memory: read at its end, around a message, further where one scrolls to."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from app.messages.span import MOST, STEP, Span
from storage.messages.records import State, ThreadKind

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from app.bridge import Bridge, Job
    from app.messages.ports import Messages, Progress
    from storage.messages.records import Message, Receipt, Thread

log = logging.getLogger(__name__)


class Browsing(QObject):
    """Reads one thread at a time. `read` tells that other messages are in memory: for the first time, further ones.

    `found` carries, right before, a message that was looked for. `quoted`: what those in memory answer, by its id; `new_from`: order of the first that nobody read, 0 for none;
    `read_ms`: when an own message was read, by its id.
    """

    read = pyqtSignal(bool, bool)
    found = pyqtSignal(object)
    failed = pyqtSignal()

    def __init__(self, bridge: Bridge, messages: Messages, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._messages = bridge, messages
        self._thread: Thread | None = None
        self._asked = 0
        self._job: Job | None = None
        self.begin(None)

    @property
    def busy(self) -> bool:
        """Whether something is being read."""
        return self._job is not None

    def begin(self, thread: Thread | None) -> None:
        """Have nothing of *thread* in memory, and drop what is being read of another."""
        self._thread, self._job = thread, None
        self._asked += 1
        self.span, self.new_from = Span(), 0
        self.read_ms: dict[int, int] = {}
        self.quoted: dict[bytes, Message] = {}

    def reload(self) -> None:
        """Read what is shown anew, the end of the thread where nothing is."""
        if self._thread is None:
            return
        if self.span.newest or not self.span.messages:
            limit = min(max(len(self.span.messages), 2 * STEP), MOST)
            self._ask(partial(self._messages.page, self._thread.id, 0, limit), partial(self._renewed, limit))
        else:
            self._ask(partial(self._messages.around, self.span.middle, MOST), self._renewed_around)

    def look_for(self, message: int) -> None:
        """Read a message amid its neighbours."""
        self._ask(partial(self._messages.around, message, 2 * STEP), partial(self._around, message))

    def to_newest(self) -> None:
        """Read the end of the thread in the place of what is shown."""
        self.span = Span()
        self.reload()

    def read_on(self, way: int) -> None:
        """Read more where one scrolls to: before what is in memory (-1), after it (1)."""
        span = self.span
        if self.busy or not span.messages or self._thread is None:
            return
        if way < 0 and not span.oldest:
            self._ask(
                partial(self._messages.page, self._thread.id, span.messages[0].order, STEP), self._before
            )
        elif way > 0 and not span.newest:
            self._ask(partial(self._messages.around, span.messages[-1].id, 2 * STEP), self._after)

    def _ask(
        self,
        work: Callable[[], Coroutine[Any, Any, tuple[Message, ...]]],
        done: Callable[[tuple[Message, ...]], None],
    ) -> None:
        self._asked += 1
        asked = self._asked

        def answered(read: tuple[tuple[Message, ...], tuple[Message, ...]]) -> None:
            if asked == self._asked:
                self._job = None
                page, quoted = read
                self.quoted |= {one.msg_id: one for one in quoted}
                done(page)

        def failed(error: Exception) -> None:
            if asked == self._asked:
                self._not_read(error)

        self._job = self._bridge.start(self, _with_quoted(self._messages, work), answered, failed)

    def _renewed(self, limit: int, page: tuple[Message, ...]) -> None:
        first = not self.span.messages
        self.span.show_newest(page, limit)
        if first:
            self.new_from = next((one.order for one in page if not one.read and not one.own), 0)
        self.read.emit(first, False)
        self._ask_when_read()

    def _renewed_around(self, page: tuple[Message, ...]) -> None:
        self.span.renew(page)
        self.read.emit(False, False)

    def _around(self, message: int, page: tuple[Message, ...]) -> None:
        self.span.show_around(page)
        self.found.emit(message)
        self.read.emit(False, False)

    def _before(self, page: tuple[Message, ...]) -> None:
        self.span.put_before(page)
        self.read.emit(False, True)

    def _after(self, page: tuple[Message, ...]) -> None:
        self.span.put_after(page)
        self.read.emit(False, True)

    def _not_read(self, error: Exception) -> None:
        self._job = None
        log.warning("a thread could not be read: %s", type(error).__name__)
        self.failed.emit()

    def show_progress(self, progress: Progress) -> None:
        """Take how far a file is."""
        for one in self.span.messages:
            if any(file.id == progress.file for file in one.files):
                files = tuple(
                    replace(file, done=progress.done) if file.id == progress.file else file
                    for file in one.files
                )
                kept = (replace(one, files=files) if other is one else other for other in self.span.messages)
                self.span.messages = tuple(kept)
                self.read.emit(False, False)
                return

    def _ask_when_read(self) -> None:
        """Find out when the newest own message that was read was read, in a thread of two."""
        if self._thread is None or self._thread.kind is not ThreadKind.DIRECT:
            return
        last = next(
            (one for one in reversed(self.span.messages) if one.own and one.state is State.READ), None
        )
        if last is not None and last.id not in self.read_ms:
            work = self._messages.receipts(last.id)
            self._bridge.start(self, work, partial(self._when_read, last.id), _not_told)

    def _when_read(self, message: int, receipts: tuple[Receipt, ...]) -> None:
        at_ms = max((one.read_ms for one in receipts), default=0)
        if at_ms:
            self.read_ms[message] = at_ms
            self.read.emit(False, False)


async def _with_quoted(
    messages: Messages, work: Callable[[], Coroutine[Any, Any, tuple[Message, ...]]]
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """Return a page, and what it answers that is not on it."""
    page = await work()
    far = {one.quote for one in page if one.quote} - {one.msg_id for one in page}
    return page, await messages.quoted(page[0].thread, far) if far else ()


def _not_told(error: Exception) -> None:
    log.warning("when a message was read could not be told: %s", type(error).__name__)
