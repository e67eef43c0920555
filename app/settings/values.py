"""What a setting's values are called, and which of them are offered. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.i18n import fmt_number
from app.ui.words import Words, say

if TYPE_CHECKING:
    from app.config import Setting


def offered(setting: Setting[Any], value: Any) -> list[tuple[Any, Words]]:
    """Return the values to choose from with their words; *value*, which holds now, is among them."""
    values = setting.choices or sorted({*setting.offered, value})
    return [(one, value_words(setting, one)) for one in values]


def value_words(setting: Setting[Any], value: Any) -> Words:
    """Return what *value* is called."""
    if isinstance(value, bool):
        return say("settings.on" if value else "settings.off")
    if setting.choices:
        return say(f"setting.{setting.key}.{value}")
    if setting.unit == "kbps" and not value:
        return say("setting.ceiling.none")
    return say(f"unit.{setting.unit}", n=fmt_number(value)) if setting.unit else str(value)
