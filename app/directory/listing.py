"""What is done to the own lists: begun, renamed, dropped, and who is on them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from app.ui.graphemes import isolated
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from app.directory.service import Directory
    from app.feature import Desk

log = logging.getLogger(__name__)


class Listing(QObject):
    """`begun` hands over a new list's id; `dropped`: one is gone; `failed`: nothing was kept, which was said."""

    begun = pyqtSignal(int)
    dropped = pyqtSignal()
    failed = pyqtSignal()

    def __init__(self, desk: Desk, directory: Directory, owner: QObject) -> None:
        super().__init__(owner)
        self._desk, self._directory = desk, directory

    def put(self, circle: int, user: bytes, yes: bool) -> None:
        """Put somebody on a list, or take them off."""
        self._start(self._directory.put(circle, user, yes))

    def begin(self, name: str) -> None:
        """Begin a list."""
        self._desk.bridge.start(self, self._directory.add_circle(name), self.begun.emit, self._not_kept)

    def rename(self, circle: int, name: str) -> None:
        """Give a list another name."""
        self._start(self._directory.rename_circle(circle, name))

    def drop(self, circle: int, name: str, members: Sequence[bytes]) -> None:
        """Forget a list; as long as the message stays it comes back with everybody on it."""

        async def restore() -> None:
            number = await self._directory.add_circle(name)
            for user in members:
                await self._directory.put(number, user, True)

        def told(_nothing: None) -> None:
            self.dropped.emit()
            words = say("directory.circle.dropped", name=isolated(name))
            self._desk.tell(words, lambda: self._start(restore()))

        self._desk.bridge.start(self, self._directory.drop_circle(circle), told, self._not_kept)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._desk.bridge.start(self, work, lambda _: None, self._not_kept)

    def _not_kept(self, error: Exception) -> None:
        log.warning("a list of people was not kept: %s", type(error).__name__)
        self._desk.tell(say("directory.circle.failed"))
        self.failed.emit()
