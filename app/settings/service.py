"""The settings without Qt: the user's choice goes to the table of `app.config` and, encrypted, into the vault."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from app.config import SETTINGS, UNREAD
from app.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from app.config import Config, Setting
    from storage.vault import Vault

log = logging.getLogger(__name__)


class Settings:
    """What the user chose; kept while a vault is open."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._vault: Vault | None = None

    def keep_in(self, vault: Vault | None) -> None:
        """Keep choices in *vault*; None after a lock."""
        self._vault = vault

    def choose(self, setting: Setting[Any], value: Any) -> None:
        """Take a choice; raises BadValue or ForcedByIt."""
        text = self.config.choose(setting, value)
        if self._vault is not None and not self._vault.read_only:
            self._vault.settings.save(setting.key, text).add_done_callback(_kept)

    def choose_undoably(self, setting: Setting[Any], value: Any) -> Callable[[], None] | None:
        """Take a choice and return its way back, None where nothing changed; raises as `choose`."""
        before = self.config.get(setting)
        self.choose(setting, value)
        return partial(self.choose, setting, before) if before != value else None

    def unread(self) -> tuple[tuple[str, ...], int]:
        """Return the names of the user's settings that could not be read, and how many of the policy's."""
        bad = [problem for problem in self.config.problems if problem.code in UNREAD]
        own = tuple(_name(problem.key) for problem in bad if problem.where == "user")
        return own, sum(problem.where == "policy" for problem in bad)

    def mend(self) -> None:
        """Go back to the defaults of what could not be read."""
        for key in self.config.forgive():
            if self._vault is not None and not self._vault.read_only:
                self._vault.settings.forget(key).add_done_callback(_kept)


def _name(key: str) -> str:
    return tr(f"setting.{key}") if key in SETTINGS else key


def _kept(done: Future[None]) -> None:
    if done.exception() is not None:
        log.warning("a setting could not be kept")
