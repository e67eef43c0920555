"""What this desk says of its own presence: what the person turned on, and whether somebody is at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer

from app.config import PRESENCE
from media.keys.word import Here

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.config import Config
    from app.post.presence import Presence

AWAY_MS = 600_000
"""Untouched for so long, a desk is one that somebody left."""
LOOK_MS = 5_000


class PresenceWatch(QObject):
    """Tells the post office while somebody is signed in; a desk that is locked says that by itself."""

    def __init__(
        self,
        presence: Presence,
        config: Config,
        untouched_ms: Callable[[], int],
        in_meeting: Callable[[], bool],
        signed_in: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._presence, self._config = presence, config
        self._untouched_ms, self._in_meeting, self._signed_in = untouched_ms, in_meeting, signed_in
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_MS)

    def look(self) -> None:
        """Say how it is now."""
        if self._signed_in():
            self._presence.say(self._here())

    def _here(self) -> Here:
        if not self._config.get(PRESENCE):
            return Here.GONE
        if self._in_meeting():
            return Here.RCP
        return Here.AWAY if self._untouched_ms() >= AWAY_MS else Here.ONLINE
