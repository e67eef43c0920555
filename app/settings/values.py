"""What a setting's values are called, and which of them are offered. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.i18n import fmt_number
from app.ui.words import Words, say

if TYPE_CHECKING:
    from app.config import Setting


_NONE = {"kbps": "setting.ceiling.none", "days": "settings.never", "megabytes": "settings.ask"}
"""What 0 is called, by unit."""


def offered(setting: Setting[Any], value: Any) -> list[tuple[Any, Words]]:
    """Return the values to choose from with their words; *value*, which holds now, is among them."""
    values = setting.choices or sorted({*setting.offered, value})
    return [(one, value_words(setting, one)) for one in values]


def typed(value: Any) -> str:
    """Return *value* as it is typed: a text, or several parted by commas."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def meant(setting: Setting[Any], text: str) -> Any:
    """Return the value that somebody typed."""
    if isinstance(setting.default, tuple):
        return tuple(dict.fromkeys(part for part in text.replace(",", " ").split() if part))
    return text.strip()


def is_text(setting: Setting[Any]) -> bool:
    """Tell whether the value is typed, not chosen."""
    return isinstance(setting.default, str | tuple) and not setting.choices


def value_words(setting: Setting[Any], value: Any) -> Words:
    """Return what *value* is called."""
    if isinstance(value, bool):
        return say("settings.on" if value else "settings.off")
    if setting.choices:
        return say(f"setting.{setting.key}.{value}")
    if setting.unit in _NONE and not value:
        return say(_NONE[setting.unit])
    if is_text(setting):
        return typed(value) or say("settings.empty")
    return say(f"unit.{setting.unit}", n=fmt_number(value)) if setting.unit else str(value)
