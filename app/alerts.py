"""What calls for attention: a fixed sentence, a sound, a section to open. Qt-free; `Alerts.tell(kind)` is all to know.

A kind has no parameter, so that no name, title or content can slip into what a desktop shows, stores or reads out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.config import NOTIFICATIONS, SOUNDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.config import Config

QUIET_MS = 3_000
"""The same kind is told once in this time: ten who knock at once are one sound."""


@dataclass(frozen=True)
class Kind:
    """`sound` of `app.sounds`, `section` that a click opens; the sentence is `alert.<name>`."""

    sound: str
    section: str


KINDS = {
    "knock": Kind("knock", "meeting"),
    "admitted": Kind("arrive", "meeting"),
    "soon": Kind("soon", "meeting"),
    "message": Kind("message", "messages"),
}


class Screen(Protocol):
    """Where people are told: fulfilled by the window, by a test's."""

    def active(self) -> bool:
        """Tell whether the window is in front of somebody."""

    def shows(self, section: str) -> bool:
        """Tell whether this section is what is seen there."""

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
        if self._config.get(SOUNDS):
            self._play(what.sound)
        if not self._screen.active() and self._config.get(NOTIFICATIONS):
            self._screen.notify(kind, what.section)
        if not self._screen.shows(what.section):
            self._screen.tell(kind)
