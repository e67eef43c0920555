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
    from collections.abc import Callable, Sequence

    from app.config import Setting
    from app.feature import Desk
    from app.settings.service import Settings

_CHOICES = (
    (c.THEME, "light", "contrast"),
    (c.THEME, "dark", "contrast"),
    (c.CONTRAST, "high", "contrast"),
    (c.CONTRAST, "normal", "contrast"),
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
    return [*(_choice(settings, desk, *one) for one in _CHOICES), *_sizes(settings, desk), *sections]


def _sizes(settings: Settings, desk: Desk) -> Sequence[Command]:
    """Return larger, smaller and usual text; the keys of digit rows on both keyboards, and of the keypad."""
    steps = c.TEXT_SIZE.offered

    def now() -> int:
        return settings.config.get(c.TEXT_SIZE)

    def towards(choice: Callable[[], int | None]) -> Callable[[], None]:
        def run() -> None:
            size = choice()
            if size is not None:
                undo = settings.choose_undoably(c.TEXT_SIZE, size)
                desk.tell(say("settings.text_size", size=size), undo)

        return run

    def larger() -> int | None:
        return next((step for step in steps if step > now()), None)

    def smaller() -> int | None:
        return next((step for step in reversed(steps) if step < now()), None)

    def usual() -> int | None:
        return steps[0] if now() != steps[0] else None

    free = partial(settings.config.forced, c.TEXT_SIZE)
    return [
        Command(
            f"settings.text.{name}",
            say(f"command.text.{name}"),
            towards(choice),
            keys,
            icon,
            lambda choice=choice: not free() and choice() is not None,  # type: ignore[misc]
            also,
        )
        for name, choice, keys, icon, also in (
            ("larger", larger, "Ctrl++", "plus", ("Ctrl+=",)),
            ("smaller", smaller, "Ctrl+-", "minus", ()),
            ("usual", usual, "Ctrl+0", "refresh", ("Ctrl+À",)),
        )
    ]


def _choice(settings: Settings, desk: Desk, setting: Setting[Any], value: str, icon: str) -> Command:
    def run() -> None:
        undo = settings.choose_undoably(setting, value)
        desk.tell(say("settings.changed", name=say(f"setting.{setting.key}")), undo)

    def enabled() -> bool:
        return not settings.config.forced(setting) and settings.config.get(setting) != value

    name = f"{setting.key}.{value}"
    return Command(f"settings.{name}", say(f"command.{name}"), run, icon=icon, enabled=enabled)
