"""The settings without Qt: the user's choice goes to the table of `app.config` and, encrypted, into the vault."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

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


def _kept(done: Future[None]) -> None:
    if done.exception() is not None:
        log.warning("a setting could not be kept")
