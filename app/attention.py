"""Ties what calls for attention to the window, the system and the speaker: part of the composition root."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QTimer

from app.alerts import Alerts
from app.config import NOTIFY_MESSAGES
from app.meeting.herald import SOON_S, Herald
from app.meeting.view import IN_MEETING
from app.messages.herald import Herald as LetterHerald
from app.monitoring.herald import Herald as AlertHerald
from app.monitoring.herald import reasons
from app.sounds import Sounds
from app.ui.notify import Notifier
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bridge import Bridge
    from app.config import Config
    from app.meeting.agenda.convening import Convening
    from app.meeting.agenda.planning import Planning
    from app.meeting.service import Meeting
    from app.messages.ports import Messages
    from app.monitoring.following import Following
    from app.monitoring.herald import Reasons
    from app.monitoring.outlook import Outlook
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
        self._window, self._config, self._bridge, self._now_ms = window, config, bridge, now_ms
        self._meeting: Meeting | None = None
        self._unlocks = 0
        self.notifier = Notifier(window)
        self.alerts = Alerts(config, self, Sounds(play).play, now_ms)
        self._herald = Herald(self.alerts.tell)
        window.installEventFilter(self)

    def follow(self, meeting: Meeting, planning: Planning) -> None:
        """Tell of knocks, of being let in, and of meetings that begin soon."""
        self._meeting, self._planning = meeting, planning
        self._bridge.watch(self, meeting.changed, self._herald.follow)
        timer = QTimer(self)
        timer.timeout.connect(self._look)
        timer.start(LOOK_MS)

    def follow_messages(self, messages: Messages) -> None:
        """Tell that messages came in, in the threads that are to be told of."""
        self._messages, self._letters = messages, LetterHerald(self.alerts.tell)
        self._bridge.watch(self, messages.changed, self._read_messages)

    def follow_calls(self, convening: Convening) -> None:
        """Tell that somebody called this user to a meeting, or changed it."""
        self._bridge.watch(self, convening.came, lambda _: self.alerts.tell("invited"))

    def follow_alerts(self, following: Following) -> None:
        """Tell of alerts that are severe, escalated to who works here, or overdue: as they come, and as time passes."""
        self._following, self._alarms = following, AlertHerald(self.alerts.tell)
        self._bridge.watch(self, following.looked, lambda _outlook: self._look_at_alerts())
        timer = QTimer(self)
        timer.timeout.connect(self._look_at_alerts)
        timer.start(LOOK_MS)

    def _look_at_alerts(self) -> None:
        outlook = self._following.outlook
        if outlook is not None and not self._window.locked:
            work = _calling(outlook, self._following.hour.now_ms())
            self._bridge.start(self, work, partial(self._sound, self._unlocks), _not_looked)

    def _sound(self, unlocks: int, calling: Reasons) -> None:
        """Tell of what is new, unless the desk was locked or the patients were closed meanwhile."""
        if unlocks == self._unlocks and self._following.outlook is not None and not self._window.locked:
            self._alarms.take(calling)

    def forget(self) -> None:
        """Take what is there at the next unlock as known: the desk is locked."""
        self._unlocks += 1
        self._letters.forget()
        self._alarms.forget()

    def _read_messages(self, _threads: frozenset[int]) -> None:
        if not self._window.locked:
            self._bridge.start(self, self._messages.threads(), self._follow_messages, _not_read)

    def _follow_messages(self, threads: tuple[Thread, ...]) -> None:
        if not self._window.locked:
            self._letters.follow(threads, self._now_ms(), self._config.get(NOTIFY_MESSAGES))

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

    def in_meeting(self) -> bool:
        """Tell whether a meeting runs here."""
        return self._meeting is not None and self._meeting.view.stage in IN_MEETING

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


async def _calling(outlook: Outlook, now_ms: int) -> Reasons:
    """Go through the open alerts beside the window's thread: there may be thousands."""
    return reasons(outlook, now_ms)


def _not_looked(error: Exception) -> None:
    log.warning("alerts were not looked at: %s", type(error).__name__)


def _not_read(error: Exception) -> None:
    log.warning("messages were not looked at: %s", type(error).__name__)
