"""The numbers beside sections of the rail: what is unread, which alerts wait for who works here."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.bridge import Bridge
    from app.messages.ports import Messages, Standing
    from app.monitoring.following import Following
    from app.monitoring.outlook import Outlook
    from app.window import Window

log = logging.getLogger(__name__)


class RailCounts:
    """Shows them for as long as the window lives."""

    def __init__(self, window: Window, bridge: Bridge, messages: Messages, following: Following) -> None:
        self._window, self._bridge, self._following = window, bridge, following
        bridge.watch(window, messages.stood, self._messages_stood)
        bridge.watch(window, following.looked, self._alerts_looked)

    def _messages_stood(self, standing: Standing) -> None:
        self._window.rail.show_count("messages", standing.unread)

    def _alerts_looked(self, outlook: Outlook | None) -> None:
        if outlook is None:
            self._show_alerts(0)
        else:
            counting = _waiting(outlook, self._following.hour.now_ms())
            self._bridge.start(self._window, counting, partial(self._alerts_counted, outlook), _not_counted)

    def _alerts_counted(self, outlook: Outlook, waits: int) -> None:
        """Show how many call, unless what was counted is gone: the desk is locked, or there is news."""
        if outlook is self._following.outlook:
            self._show_alerts(waits)

    def _show_alerts(self, waits: int) -> None:
        self._window.rail.show_count("monitoring", waits, "danger")


async def _waiting(outlook: Outlook, now_ms: int) -> int:
    """Count what calls for who works here, beside the window's thread: there may be thousands."""
    return len(outlook.waits(now_ms))


def _not_counted(error: Exception) -> None:
    log.warning("alerts were not counted: %s", type(error).__name__)
