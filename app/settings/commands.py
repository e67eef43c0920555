"""What the palette can do with the settings: open a section, change theme or language. No Qt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app import config as c
from app.commands import Command
from app.intents import OpenSettings
from app.settings.sections import SECTIONS
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.config import Setting
    from app.feature import Desk
    from app.settings.service import Settings

_CHOICES = (
    (c.THEME, "light", "contrast"),
    (c.THEME, "dark", "contrast"),
    (c.LANGUAGE, "fr", "language"),
    (c.LANGUAGE, "en", "language"),
)
"""Choices common enough for a command of their own."""


def settings_commands(settings: Settings, desk: Desk) -> Sequence[Command]:
    """Return a command for each section and each common choice."""
    sections = [
        Command(
            f"settings.{key}",
            say("command.settings", name=say(f"settings.{key}")),
            partial(desk.open, OpenSettings(key)),
            icon=icon,
        )
        for key, icon, _of in SECTIONS
    ]
    return [*(_choice(settings, desk, *one) for one in _CHOICES), *sections]


def _choice(settings: Settings, desk: Desk, setting: Setting[Any], value: str, icon: str) -> Command:
    def run() -> None:
        undo = settings.choose_undoably(setting, value)
        desk.tell(say("settings.changed", name=say(f"setting.{setting.key}")), undo)

    def enabled() -> bool:
        return not settings.config.forced(setting) and settings.config.get(setting) != value

    name = f"{setting.key}.{value}"
    return Command(f"settings.{name}", say(f"command.{name}"), run, icon=icon, enabled=enabled)
