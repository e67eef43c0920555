"""Ties what calls for attention to the window, the system and the speaker: part of the composition root."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QTimer

from app.alerts import Alerts
from app.meeting.herald import SOON_S, Herald
from app.messages.herald import Herald as LetterHerald
from app.sounds import Sounds
from app.ui.notify import Notifier
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bridge import Bridge
    from app.config import Config
    from app.meeting.agenda.planning import Planning
    from app.meeting.service import Meeting
    from app.messages.ports import Messages
    from app.window import Window
    from storage.messages.records import Thread

LOOK_MS = 5_000
log = logging.getLogger(__name__)


def play_aside(sound: bytes) -> None:
    """Play on the system's speaker; the sound card is loaded with the first sound, by the thread that plays it."""
    from media.av.chime import play  # noqa: PLC0415 -- as said

    play(sound)


class Attention(QObject):
    """`alerts.tell(kind)` is all that a service needs; `notifier.opened` asks for the window and a section."""

    def __init__(
        self,
        window: Window,
        config: Config,
        bridge: Bridge,
        now_ms: Callable[[], int],
        play: Callable[[bytes], None],
    ) -> None:
        super().__init__(window)
        self._window, self._bridge, self._now_ms = window, bridge, now_ms
        self.notifier = Notifier(window)
        self.alerts = Alerts(config, self, Sounds(play).play, now_ms)
        self._herald = Herald(self.alerts.tell)
        window.installEventFilter(self)

    def follow(self, meeting: Meeting, planning: Planning) -> None:
        """Tell of knocks, of being let in, and of meetings that begin soon."""
        self._planning = planning
        self._bridge.watch(self, meeting.changed, self._herald.follow)
        timer = QTimer(self)
        timer.timeout.connect(self._look)
        timer.start(LOOK_MS)

    def follow_messages(self, messages: Messages) -> None:
        """Tell that messages came in, in threads that are not muted."""
        self._messages, self._letters = messages, LetterHerald(self.alerts.tell)
        self._bridge.watch(self, messages.changed, self._read_messages)

    def forget_messages(self) -> None:
        """Take what is there at the next unlock as known: the desk is locked."""
        self._letters.forget()

    def _read_messages(self, _threads: frozenset[int]) -> None:
        if not self._window.locked:
            self._bridge.start(self, self._messages.threads(), self._follow_messages, _not_read)

    def _follow_messages(self, threads: tuple[Thread, ...]) -> None:
        if not self._window.locked:
            self._letters.follow(threads, self._now_ms())

    def _look(self) -> None:
        now_ms = self._now_ms()
        now_s = now_ms // 1000
        coming = self._planning.between(now_s, now_s + SOON_S)
        self._herald.tick(now_ms, (one.starts_s for one in coming if not one.off))

    # --- the screen of `Alerts` ---------------------------------------------------------------------------

    def active(self) -> bool:
        """Tell whether the window is in front of somebody."""
        return self._window.isActiveWindow()

    def shows(self, section: str) -> bool:
        """Tell whether this section is what is seen."""
        return self._window.current == section

    def tell(self, kind: str) -> None:
        """Say the sentence in the window; the lock and the veil say nothing of what goes on."""
        if not self._window.locked:
            self._window.tell(say(f"alert.{kind}"))

    def notify(self, kind: str, section: str) -> None:
        """Say it outside the window."""
        self.notifier.notify(kind, section)

    def eventFilter(self, _target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Take the icon out of the tray when somebody comes to the window."""
        if event is not None and event.type() == QEvent.Type.WindowActivate:
            self.notifier.rest()
        return False


def _not_read(error: Exception) -> None:
    log.warning("messages were not looked at: %s", type(error).__name__)
