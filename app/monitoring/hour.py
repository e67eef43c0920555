"""The hour by which alerts are judged and acts are dated: the wall's, but never behind the latest that this desk has seen. No Qt.

What was seen is kept in the vault with the messages' (`storage/messages/timers.py`): a clock that is set back while Consilium is closed
gives no alert more time than one that stood still. One that runs more than a day ahead of what the organisation signed last is
believed, as that may be long ago, but not remembered: put right, it freezes nothing.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from app.monitoring.clock import Steady
from app.times import since_start_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.vault import Vault

DAY_MS, KEEP_MS = 86_400_000, 30_000
"""How far a clock may be ahead of the organisation's; how often it is kept what it says."""


class Hour:
    """Of one program. *wall_ms* and *steady_ms* are its clocks; `now_ms` and `behind_ms` from any thread."""

    def __init__(self, wall_ms: Callable[[], int], steady_ms: Callable[[], int] = since_start_ms) -> None:
        self._wall_ms, self._steady_ms = wall_ms, steady_ms
        self._steady, self._turn = Steady(steady_ms()), threading.Lock()
        self._limit_ms = self._kept_ms = 0

    def now_ms(self) -> int:
        """Return the moment that counts."""
        with self._turn:
            return self._steady.now(self._wall_ms(), self._steady_ms(), self._limit_ms)

    def behind_ms(self) -> int:
        """Return by how much the PC's clock is behind the moment that counts."""
        self.now_ms()
        return self._steady.behind_ms

    def heard(self, signed_s: int) -> None:
        """Take it that the organisation signed its directory at *signed_s*."""
        with self._turn:
            self._limit_ms = max(self._limit_ms, signed_s * 1000 + DAY_MS)

    async def begin(self, vault: Vault) -> None:
        """Be no earlier than this vault has seen; raises StorageError."""
        seen_ms = await asyncio.wrap_future(vault.mail.read(lambda rows: rows.timers.latest(0)))
        with self._turn:
            self._steady.saw(seen_ms)
        self._kept_ms = seen_ms

    async def keep(self, vault: Vault) -> None:
        """Let the vault remember how late it was; raises StorageError."""
        self.now_ms()
        floor_ms = self._steady.floor_ms
        if floor_ms - self._kept_ms >= KEEP_MS and not vault.mail_read_only:
            self._kept_ms = floor_ms
            await asyncio.wrap_future(vault.mail.write(lambda rows: rows.timers.see(floor_ms)))
