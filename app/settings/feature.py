"""The section Réglages in the rail. Its page is loaded when it is first shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.feature import Feature
from app.intents import OpenSettings
from app.settings.commands import settings_commands
from app.settings.found import found_settings
from app.settings.today import ProblemSource
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PyQt6.QtWidgets import QWidget

    from app.feature import Desk, Page
    from app.settings.service import Settings


def feature(
    settings: Settings,
    make_devices: Callable[[Desk, Callable[[str, str], None]], QWidget],
    above: Mapping[str, Callable[[Desk], QWidget]],
) -> Feature:
    """Return the rail's entry; *above* makes what stands over the settings of a section."""

    def make_page(desk: Desk) -> Page:
        from app.settings.page import SettingsPage  # noqa: PLC0415 -- loaded when first shown

        return SettingsPage(desk, settings, make_devices, above)

    return Feature(
        "settings",
        say("settings.title"),
        "settings",
        make_page,
        "Ctrl+,",
        frozenset({OpenSettings}),
        at_end=True,
        commands=partial(settings_commands, settings),
        find=partial(found_settings, settings),
        today=lambda desk: (ProblemSource(desk, settings),),
    )
