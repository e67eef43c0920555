"""The settings as the palette and the search field find them, those that IT locks too. No Qt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app.commands import Thing
from app.i18n import tr
from app.intents import OpenSettings
from app.search import plain
from app.settings.sections import SECTIONS
from app.settings.values import value_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.config import Config, Setting
    from app.feature import Desk
    from app.settings.service import Settings


def found_settings(settings: Settings, desk: Desk) -> Sequence[Thing]:
    """Return every setting; opening one shows its row."""
    return [
        _thing(settings.config, section, icon, setting, desk)
        for section, icon, of in SECTIONS
        for setting in of
    ]


def _thing(config: Config, section: str, icon: str, setting: Setting[Any], desk: Desk) -> Thing:
    name = tr(f"setting.{setting.key}")
    forced = config.forced(setting)
    facts = [(tr("palette.fact.value"), str(value_words(setting, config.get(setting))))]
    if config.reason(setting):
        facts.append((tr("palette.fact.reason"), config.reason(setting)))
    return Thing(
        "setting",
        name,
        tr(f"settings.{section}"),
        icon,
        partial(desk.open, OpenSettings(section, setting.key)),
        id=f"setting.{setting.key}",
        facts=tuple(facts),
        mark=(tr("settings.by_it"), "lock", "plain") if forced else None,
    )


def matching(query: str, config: Config) -> list[Setting[Any]]:
    """Return the settings whose name, explanation, section, value or reason hold every word of *query*."""
    words = plain(query).split()
    return [
        setting
        for section, _icon, of in SECTIONS
        for setting in of
        if all(word in _told(section, setting, config) for word in words)
    ]


def _told(section: str, setting: Setting[Any], config: Config) -> str:
    key = setting.key
    told = (tr(f"setting.{key}"), tr(f"setting.{key}.detail"), tr(f"settings.{section}"))
    return plain(" ".join((*told, str(value_words(setting, config.get(setting))), config.reason(setting))))
