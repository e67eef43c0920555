"""What is typed about an alert and not done yet, in the vault: by alert and act, as the page packs it. No Qt."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from app.monitoring.ground import Ground

if TYPE_CHECKING:
    from concurrent.futures import Future

TYPED = "monitoring.typed."
KEPT_MS = 30 * 86_400_000
"""What nobody came back to for so long is let go of when the alert is opened."""
log = logging.getLogger(__name__)


class Typed(Ground):
    """See `app.monitoring.ports.Monitoring`."""

    def keep_typed(self, alert: bytes, act: str, packed: str) -> None:
        """Let the vault keep what is typed for *act*; "" lets it go. The write is under way when this returns; from any thread."""
        desk = self._desk
        if desk is None or desk.vault.read_only:
            return
        key, shelf = f"{TYPED}{alert.hex()}.{act}", desk.vault.settings
        kept = shelf.save(key, f"{self._now_ms()}:{packed}") if packed else shelf.forget(key)
        kept.add_done_callback(_told)

    async def typed(self, alert: bytes) -> tuple[tuple[str, str], ...]:
        """Return what was typed about an alert, or with b"" about several at once, by act."""
        desk, before = self._opened, f"{TYPED}{alert.hex()}."
        kept = await asyncio.wrap_future(desk.vault.settings.all())
        found = []
        for key, value in kept.items():
            if key.startswith(before):
                act, (at, _, packed) = key.removeprefix(before), value.partition(":")
                if at.isdecimal() and self._now_ms() - int(at) <= KEPT_MS:
                    found.append((act, packed))
                else:
                    self.keep_typed(alert, act, "")
        return tuple(found)


def _told(kept: Future[None]) -> None:
    if not kept.cancelled() and kept.exception() is not None:
        log.warning("what is typed about an alert was not kept: %s", type(kept.exception()).__name__)
