"""Letting the service do something, and saying in the thread why it did not."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app.messages.ports import Refused, Unwritable
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from app.bridge import Bridge
    from app.messages.conversation import Conversation

REFUSED = frozenset(
    (
        "too-long",
        "too-many",
        "too-big",
        "no-recipient",
        "not-own",
        "late",
        "gone",
        "opened",
        "expired",
        "offline",
        "unknown",
        "crowd",
        "often",
        "by-it",
        "once-unshown",
        "unshown",
        "halted",
        "unjoinable",
        "joined",
        "no-gateway",
    )
)
log = logging.getLogger(__name__)


class Doing:
    """Does something for the thread in sight."""

    def __init__(self, bridge: Bridge, talk: Conversation) -> None:
        self._bridge, self._talk = bridge, talk

    def do(self, work: Coroutine[Any, Any, Any], done: Callable[[Any], object] | None = None) -> None:
        """Let the service do something; say in the thread why it did not."""

        def finished(answer: Any) -> None:
            if done is not None:
                done(answer)

        self._bridge.start(self._talk, work, finished, self.fail)

    def fail(self, error: Exception) -> None:
        """Say why something was not done."""
        log.warning("a message's act was not done: %s", type(error).__name__)
        self._talk.strip.tell(*failure(error))


def failure(error: Exception) -> tuple[Any, Any]:
    """Return the sentences for something that was not done."""
    if isinstance(error, Unwritable):
        return say("messages.refused.unwritable"), say("messages.refused.unwritable.detail")
    if isinstance(error, Refused) and error.code in REFUSED:
        return say(f"messages.refused.{error.code}"), ""
    return say("messages.refused.other"), say("messages.refused.other.detail")
