"""How trust in a person or a device looks: shape, tone and words together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.i18n import fmt_date, fmt_time
from app.ui.words import Say, say

if TYPE_CHECKING:
    from app.directory.book import Person

LEVELS = {
    "verified": ("shield-check", "ok"),
    "certified": ("shield", "plain"),
    "changed": ("shield-exclamation", "warn"),
    "different": ("shield-exclamation", "danger"),
    "blocked": ("ban", "danger"),
    "none": ("ban", "plain"),
    "me": ("user", "accent"),
    "alarm": ("alert-circle", "danger"),
}
"""Levels of `service.Person`: icon and tone; the words are `directory.level.<level>`."""
STATES = {
    "this": ("device-desktop", "accent"),
    "mine": ("device-desktop", "ok"),
    "unexpected": ("alert-circle", "danger"),
    "verified": ("shield-check", "ok"),
    "certified": ("shield", "plain"),
    "changed": ("shield-exclamation", "warn"),
    "expired": ("clock", "plain"),
    "revoked": ("ban", "plain"),
    "refused": ("alert-circle", "danger"),
}
"""States of `service.Device`; the words are `directory.state.<state>`."""
HISTORY = {
    "identical": ("shield-check", "ok"),
    "different": ("shield-exclamation", "danger"),
    "withdrawn": ("shield", "text_2"),
    "accepted": ("shield", "warn"),
    "blocked": ("ban", "danger"),
    "unblocked": ("ban", "text_2"),
    "own": ("device-desktop", "ok"),
    "vouched": ("shield-check", "ok"),
    "key": ("key", "text_2"),
}
"""What happened: icon and ink; the words are `directory.history.<act>`."""


def level_words(level: str) -> Say:
    """Return the words of a level."""
    return say(f"directory.level.{level}")


def calling(person: Person) -> Say | str:
    """Return what a person does: the specialty, or the role where there is none."""
    return person.specialty or say(f"role.{person.role}")


@dataclass(frozen=True)
class Day:
    """A date that is written in the language of the moment."""

    time_s: int

    def __str__(self) -> str:
        return fmt_date(datetime.fromtimestamp(self.time_s, UTC))


@dataclass(frozen=True)
class Clock:
    """A time of day on this machine's clock."""

    time_s: int

    def __str__(self) -> str:
        return fmt_time(datetime.fromtimestamp(self.time_s, UTC))


def moment(time_s: int) -> Say:
    """Return date and time."""
    return say("directory.moment", day=Day(time_s), time=Clock(time_s))
