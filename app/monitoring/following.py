"""Telemonitoring from the unlock to the lock: what the team says is kept, answers are read anew when messages come. No Qt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from app.monitoring.outlook import Outlook, look
from app.post.office import Closed
from media.events import Event

if TYPE_CHECKING:
    from app.jobs import Job, Start
    from app.monitoring.hour import Hour
    from app.monitoring.service import Monitoring
    from app.monitoring.sharing import Sharing
    from app.session import Session
    from storage.vault import Vault

AGAIN_S, TICK_S = 5.0, 20.0
"""After a failure all is read anew; so often it is counted what became overdue."""
NOTICED_S = 1.0
SETTLE_S = 0.05
"""So long after a first message the answers are read: a hundred at once are one look."""
log = logging.getLogger(__name__)


class Standing(StrEnum):
    """What is followed now."""

    SHUT = "shut"
    """Nothing: the desk is locked, or has no vault."""
    CLOSED = "closed"
    """The team's records are kept; the patients are closed."""
    READING = "reading"
    OPEN = "open"
    FAILING = "failing"
    """The vault does not answer; it is asked again every few seconds."""


class Following:
    """Told what to do from the Qt thread. `outlook`: what there is for this user, None while nothing is open; asked from any thread.

    `looked` fires on the loop's thread when that, or `standing`, may be another. `hour`: what everything here is reckoned by.
    """

    def __init__(self, start: Start, alerts: Monitoring, sharing: Sharing, hour: Hour) -> None:
        self._start, self._alerts, self._sharing, self.hour = start, alerts, sharing, hour
        self._turn = asyncio.Lock()
        self._job: Job | None = None
        self._vault: Vault | None = None
        self._persons: set[int] = set()
        self._all = False
        self._news = asyncio.Event()
        self._reading_s: float | None = None
        self.outlook: Outlook | None = None
        self.standing = Standing.SHUT
        self.looked: Event[Outlook | None] = Event()
        alerts.changed.subscribe(lambda _alerts: self._news.set())

    def keep_in(self, vault: Vault) -> None:
        """Keep in this vault what the team says, from before the first message comes."""
        self._vault, self.standing = vault, Standing.CLOSED
        self._sharing.open(vault)

    def follow(self, session: Session) -> None:
        """Show what the patients answer, and what is done about it."""
        vault = self._vault
        if vault is not None and self._job is None:
            self.standing = Standing.READING
            self._job = self._start(self._work(session, vault), _ended, _failed)

    def stop(self) -> None:
        """Show nothing any more: the patients are closed, the team's records are kept all the same."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.standing = Standing.CLOSED

    def close(self) -> None:
        """Let the vault go."""
        self.stop()
        self._vault, self.standing = None, Standing.SHUT
        self._sharing.close()

    def hear(self, persons: frozenset[int]) -> None:
        """Read again what these patients answered, none: all. On the loop's thread, as the feed fires."""
        self._persons |= persons
        self._all = self._all or not persons
        self._news.set()

    async def _work(self, session: Session, vault: Vault) -> None:
        """Follow until cancelled, once what was followed before has ended."""
        async with self._turn:
            try:
                while True:
                    try:
                        await self._follow(session, vault)
                    except Exception as error:  # noqa: BLE001 -- what nobody foresaw of one alert must not end all of it
                        log.warning("telemonitoring begins anew: %s", type(error).__name__)
                    self._alerts.end()
                    self.standing = Standing.FAILING
                    self._tell(None)
                    await asyncio.sleep(AGAIN_S)
            finally:
                self._alerts.end()
                if self._job is None:
                    self.standing = Standing.SHUT if self._vault is None else Standing.CLOSED
                self._tell(None)

    async def _follow(self, session: Session, vault: Vault) -> None:
        self._persons, self._all = set(), False
        await self.hour.begin(vault)
        await self._tell_hour(session, vault)
        await self._alerts.begin(session, vault)
        while True:
            self._news.clear()
            await self._tell_hour(session, vault)
            if self._persons or self._all:
                persons = frozenset() if self._all else frozenset(self._persons)
                self._persons, self._all = set(), False
                await self._alerts.refresh(persons)
            found = await look(self._alerts, session.user)
            found = replace(found, behind_ms=self.hour.behind_ms(), reading=self._reads_long())
            self.standing = Standing.OPEN
            self._tell(found)
            await self._read_on(found)
            await self._wait()

    async def _tell_hour(self, session: Session, vault: Vault) -> None:
        """Tell the clock when the organisation signed last, and let the vault remember what it says."""
        with contextlib.suppress(Closed):
            session = self._sharing.post.desk.session
        self.hour.heard(session.trust.head_time)
        await self.hour.keep(vault)

    async def _read_on(self, found: Outlook) -> None:
        """Read what is older, as long as nothing newer comes; say so where it takes long."""
        while self._alerts.reading and not self._news.is_set():
            await self._alerts.read_on()
            if self._reads_long() and not found.reading:
                found = replace(found, reading=True)
                self._tell(found)

    def _reads_long(self) -> bool:
        """Tell whether older alerts have been read for longer than nobody notices."""
        now_s = asyncio.get_running_loop().time()
        if not self._alerts.reading:
            self._reading_s = None
            return False
        self._reading_s = now_s if self._reading_s is None else self._reading_s
        return now_s - self._reading_s >= NOTICED_S

    async def _wait(self) -> None:
        """Wait for news, no longer than until something may have become overdue."""
        try:
            async with asyncio.timeout(TICK_S):
                await self._news.wait()
            await asyncio.sleep(SETTLE_S)
        except TimeoutError:
            return

    def _tell(self, found: Outlook | None) -> None:
        self.outlook = found
        self.looked.fire(found)


def _ended(_nothing: None) -> None:
    """Nothing to do: it ends when it is closed."""


def _failed(error: Exception) -> None:
    log.error("telemonitoring failed: %s", type(error).__name__)
