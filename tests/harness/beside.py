"""Alice before the real window, Bruno at a desk without one, both on the window's loop: real vaults, a real relay process."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Self

from app.signin.service import Opened
from app.trust import News
from tests.harness.correspondents import Clinic, Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from storage.vault import Vault

PATIENCE_MS = 30_000


class Two:
    """Both in, as after the unlock; what is asked of Bruno runs on the window's loop. End it with `with`."""

    def __init__(self, make_desk: Callable[..., Any], qtbot: Any, folder: Path) -> None:
        self.qtbot = qtbot
        self.clinic = Clinic(folder)
        alice, self.bruno = asyncio.run(self._enrol())
        self.desk = make_desk(session=None)
        self.now()
        self.office = self.desk.office
        self.session = self.run(self.clinic.refresh(alice))
        self.office._came_in(Opened(alice, self.session, {}, "", False, News()))
        self.run(self.bruno.open())

    async def _enrol(self) -> tuple[Vault, Desk]:
        alice = await self.clinic.furnish(*self.clinic.certify("Dr Alice Aubry"))
        vault = await self.clinic.furnish(*self.clinic.certify("Dr Bruno Bel"))
        return alice, Desk(self.clinic, vault, vault)

    def now(self) -> None:
        """Let the window's clock go as the post's does."""
        self.desk.now_ms = time.time_ns() // 1_000_000

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Return what came of *work* on the window's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.office.bridge.loop).result(PATIENCE_MS / 1000)

    def wait(self, true: Callable[[], bool]) -> None:
        """Let the window work until a condition holds."""
        self.qtbot.waitUntil(true, timeout=PATIENCE_MS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """End everything before the window closes: its loop goes with it."""
        self.run(self.bruno.close())
        self.office.lock()
        self.clinic.close()
