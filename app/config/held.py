"""The settings as they hold now. Qt-free.

Precedence: a value that IT forces > the user's choice (vault) > a default that IT gives > the program's default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.config.policy import MAX_BYTES, UNREAD, Policy, Problem, sift
from app.config.setting import SETTINGS, Level, Setting, T
from media.events import Event

if TYPE_CHECKING:
    from collections.abc import Mapping


class ForcedByIt(Exception):  # noqa: N818 -- the field's word
    """IT forces this setting; only they can change it."""


class Config:
    """The settings as they hold now. `changed` fires with the key, on the thread that changed it."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.problems: tuple[Problem, ...] = self.policy.problems
        self.changed: Event[str] = Event()
        self._user: dict[str, Any] = {}

    def get(self, setting: Setting[T]) -> T:
        """Return the value that holds now."""
        value: T
        for values in (self.policy.forced, self._user, self.policy.default):
            if setting.key in values:
                value = values[setting.key]
                return value
        return setting.default

    def forced(self, setting: Setting[Any]) -> bool:
        """Tell whether IT forces this setting: it is then shown with its value and `reason`, and not changed."""
        return setting.key in self.policy.forced

    def reason(self, setting: Setting[Any]) -> str:
        """Return the reason that IT gives, or an empty text."""
        return self.policy.reasons.get(setting.key, "")

    def load_user(self, stored: Mapping[str, str]) -> None:
        """Take over what the vault keeps (key -> JSON text), after an unlock; fires `changed` for what differs."""
        before = {key: self.get(setting) for key, setting in SETTINGS.items()}
        self._user, wrong = sift("user", {key: _parse(text) for key, text in stored.items()}, Level.USER)
        self.problems = (*self.policy.problems, *wrong)
        for key, setting in SETTINGS.items():
            if self.get(setting) != before[key]:
                self.changed.fire(key)

    def forgive(self) -> tuple[str, ...]:
        """Forget the user's values that could not be read; return their keys, to be forgotten in the vault too."""
        bad = tuple(
            problem for problem in self.problems if problem.where == "user" and problem.code in UNREAD
        )
        self.problems = tuple(problem for problem in self.problems if problem not in bad)
        return tuple(problem.key for problem in bad)

    def choose(self, setting: Setting[T], value: T) -> str:
        """Take the user's choice; return the JSON text to keep in the vault. Raises BadValue, ForcedByIt."""
        if self.forced(setting):
            raise ForcedByIt(setting.key)
        before = self.get(setting)
        self._user[setting.key] = setting.check(value)
        if before != value:
            self.changed.fire(setting.key)
        return msgspec.json.encode(value).decode()


def _parse(text: str) -> object:
    try:
        return msgspec.json.decode(text[:MAX_BYTES])
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
