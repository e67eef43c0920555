"""What calls for attention: a fixed sentence, a sound, a section to open. Qt-free; `Alerts.tell(kind)` is all to know.

A kind has no parameter, so that no name, title or content can slip into what a desktop shows, stores or reads out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from app.config import MESSAGE_SOUND, NOTIFICATIONS, QUIET_HOURS, SILENT_IN_MEETING, SOUNDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.config import Config, Setting

QUIET_MS = 3_000
"""The same kind is told once in this time: ten who knock at once are one sound."""


@dataclass(frozen=True)
class Kind:
    """`sound` of `app.sounds`, `section` that a click opens; the sentence is `alert.<name>`.

    `heard` is the setting that lets it sound; one that `waits` makes no sound and is not notified in quiet hours;
    in a meeting not even the window says it: the picture that is shared would move, and the counter is there. A vital alert that
    is overdue never waits.
    """

    sound: str
    section: str
    heard: Setting[bool] = SOUNDS
    waits: bool = False


KINDS = {
    "knock": Kind("knock", "meeting"),
    "admitted": Kind("arrive", "meeting"),
    "soon": Kind("soon", "meeting"),
    "invited": Kind("message", "meeting"),
    "message": Kind("message", "messages", MESSAGE_SOUND, waits=True),
    "alert-vital": Kind("urgent", "monitoring"),
    "alert-mine": Kind("alert", "monitoring", waits=True),
    "alert-late": Kind("alert", "monitoring", waits=True),
    "alert-severe": Kind("alert", "monitoring", waits=True),
    "alert-second": Kind("alert", "monitoring", waits=True),
}


class Screen(Protocol):
    """Where people are told: fulfilled by the window, by a test's."""

    def active(self) -> bool:
        """Tell whether the window is in front of somebody."""

    def shows(self, section: str) -> bool:
        """Tell whether this section is what is seen there."""

    def in_meeting(self) -> bool:
        """Tell whether a meeting runs here."""

    def tell(self, kind: str) -> None:
        """Say the sentence in the window."""

    def notify(self, kind: str, section: str) -> None:
        """Say it outside the window; a click opens the section."""


class Alerts:
    """Told by services on the thread of the window."""

    def __init__(
        self, config: Config, screen: Screen, play: Callable[[str], None], now_ms: Callable[[], int]
    ) -> None:
        self._config, self._screen, self._play, self._now_ms = config, screen, play, now_ms
        self._told: dict[str, int] = {}

    def tell(self, kind: str) -> None:
        """Tell of *kind*, a key of `KINDS`: by a sound, and in words where nobody looks at its section."""
        now_ms, what = self._now_ms(), KINDS[kind]
        if 0 <= now_ms - self._told.get(kind, -QUIET_MS) < QUIET_MS:
            return
        self._told[kind] = now_ms
        silent = what.waits and self._config.get(SILENT_IN_MEETING) and self._screen.in_meeting()
        hushed = silent or (what.waits and self._quiet(now_ms))
        if not hushed and self._config.get(SOUNDS) and self._config.get(what.heard):
            self._play(what.sound)
        if not hushed and not self._screen.active() and self._config.get(NOTIFICATIONS):
            self._screen.notify(kind, what.section)
        if not silent and not self._screen.shows(what.section):
            self._screen.tell(kind)

    def _quiet(self, now_ms: int) -> bool:
        """Tell whether what can wait makes no sound now and is not notified; the window says it."""
        return within(self._config.get(QUIET_HOURS), datetime.fromtimestamp(now_ms / 1000, UTC).astimezone())


def within(hours: str, at: datetime) -> bool:
    """Tell whether *at* lies in `HH:MM-HH:MM`, from the first to before the second, over midnight where that is earlier."""
    begin, _, end = hours.partition("-")
    now = f"{at:%H:%M}"
    if begin < end:
        return begin <= now < end
    return bool(hours) and (now >= begin or now < end)
