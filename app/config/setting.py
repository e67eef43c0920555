"""What a setting is: key, default, texts, what IT may do with it, bounds. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from app import i18n

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T", bool, int, str, tuple[str, ...])
MAX_TEXT = 512
MAX_ITEMS = 64


class Level(IntEnum):
    """The most that IT may do with a setting: nothing, give another default, force a value."""

    USER = 0
    IT_DEFAULT = 1
    IT_FORCED = 2


class BadValue(ValueError):  # noqa: N818 -- the field's word
    """The value does not fit its setting; choose one of the choices, or one inside the bounds."""


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One setting; its type is its default's. `low` and `high` bound a number, `choices` a text, `fits` judges a text, or each of a list.

    `by_it`: the values that IT may give, any where empty. `unit` is the end of the id `unit.<unit>` that writes a number for people; `offered`: the numbers to choose from.
    """

    key: str
    default: T
    french: str
    english: str
    level: Level
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    fits: Callable[[str], object] = str.isprintable
    unit: str = ""
    offered: tuple[int, ...] = ()
    by_it: tuple[T, ...] = ()

    @property
    def text(self) -> str:
        """What the setting is called, in the language spoken now."""
        return self.french if i18n.language() == "fr" else self.english

    def check(self, value: object) -> T:
        """Return *value* as this setting's type; raises BadValue."""
        if isinstance(self.default, tuple) and isinstance(value, list | tuple):
            value = tuple(value)
        if type(value) is not type(self.default) or not self._within(value):
            raise BadValue(self.key)
        return value

    def _within(self, value: Any) -> bool:
        if isinstance(value, str):
            fits = len(value) <= MAX_TEXT and value.isprintable() and self.fits(value)
            return value in self.choices if self.choices else bool(fits)
        if isinstance(value, tuple):
            texts = all(isinstance(item, str) and len(item) <= MAX_TEXT and self.fits(item) for item in value)
            return texts and len(value) <= MAX_ITEMS
        return isinstance(value, bool) or self.low <= value <= self.high


SETTINGS: dict[str, Setting[Any]] = {}
"""The table: every setting by its key."""


def declare(setting: Setting[T]) -> Setting[T]:
    """Put a setting into the table, and return it."""
    SETTINGS[setting.key] = setting
    return setting
