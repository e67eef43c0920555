"""Why something about an alert was not done, in sentences. No Qt widgets."""

from __future__ import annotations

import logging

from app.monitoring.ports import Refused, Unwritable
from app.ui.words import Say, say

CODES = frozenset(
    (
        "not-open",
        "incomplete",
        "same-reader",
        "not-own",
        "late",
        "grade",
        "not-member",
        "unknown",
        "reason",
        "too-long",
    )
)
log = logging.getLogger(__name__)


def refusal(error: Exception) -> Say:
    """Return the sentence for something that was not done; nothing was written then."""
    if isinstance(error, Unwritable):
        return say("monitoring.refused.unwritable")
    if isinstance(error, Refused) and error.code in CODES:
        return say(f"monitoring.refused.{error.code}")
    log.warning("a step of an alert was not done: %s", type(error).__name__)
    return say("monitoring.refused.other")
