"""The service of the section Messages (`app.messages.ports.Messages`): the vault's threads, and the post office that carries them. No Qt."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from app.config import MESSAGES_KEEP_DAYS
from app.messages.ground import Desk
from app.messages.handing import Handing
from app.messages.ports import Standing, Unwritable
from app.messages.refusals import told
from media.errors import MediaError
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.audit import Trail
    from app.config import Config
    from app.post.office import Post
    from app.post.told import Told
    from app.session import Session
    from storage.messages.records import Hit
    from storage.messages.store import Mailbag
    from storage.vault import Vault

TICK_S, AGAIN_S = 30.0, 5.0
log = logging.getLogger(__name__)


class Messages(Handing):
    """Threads and what is in them, from the unlock to the lock. Made for one loop: coroutines run and events fire there."""

    def __init__(self, post: Post, config: Config, now_ms: Callable[[], int], trail: Trail) -> None:
        super().__init__(post, config, now_ms, trail)
        self._counting: asyncio.Task[None] | None = None
        self._stale = False
        self._refusal, self._told_leaving = "", False
        self._loop: asyncio.AbstractEventLoop | None = None
        post.told.subscribe(self._hear_time)
        post.threads.subscribe(self.changed.fire)
        post.lined.subscribe(lambda _line: self._count_soon())
        post.refused.subscribe(self._refused)
        self.changed.subscribe(lambda _threads: self._count_soon())

    async def work(
        self, session: Session, vault: Vault, refresh: Callable[[], Awaitable[Session | None]] | None = None
    ) -> None:
        """Be open for *session* and its *vault* until cancelled; a read-only vault can be read."""
        self._desk, self._loop, self._late_ms = Desk(session, vault), asyncio.get_running_loop(), 0
        self._post.refresh = refresh
        try:
            await self._efface_all()
            self.changed.fire(frozenset())
            while True:
                await self._run(vault)
                await asyncio.sleep(AGAIN_S)
        finally:
            self._desk = None
            self._refusal, self._told_leaving = "", False
            if self._counting is not None:
                self._counting.cancel()
            self._stand(Standing())

    async def _run(self, vault: Vault) -> None:
        """Let everything run; what nobody foresaw is said in the log, and all begins anew."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._post.work(self._open.session, vault))
                group.create_task(self._carry())
                group.create_task(self._keep_time())
        except* Exception as errors:  # noqa: BLE001 -- as above
            names = sorted({type(one).__name__ for one in errors.exceptions})
            log.error("the post office begins anew: %s", ", ".join(names))  # noqa: TRY400 -- a trace might hold what was said

    def renew(self, session: Session) -> None:
        """Judge by what *session* knows from now on, and send what was held for a key that is now trusted. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._renew, session)

    def _renew(self, session: Session) -> None:
        if self._desk is not None and self._desk.session.user == session.user:
            self._desk = Desk(session, self._desk.vault)
            self._post.renew(session)

    # --- time ----------------------------------------------------------------------------------------------

    async def _keep_time(self) -> None:
        """Efface what its timer ended and what the retention ends, as long as a vault is open."""
        while True:
            await asyncio.sleep(TICK_S)
            await self._efface_all()

    def tell_leaving(self) -> None:
        """Take it that somebody sees now what the retention is about to erase: it goes a week later. From any thread."""
        self._told_leaving = True

    async def leaving(self) -> tuple[Hit, ...]:
        """Return the messages that the retention erases within a week unless nobody is told, the oldest first."""
        keep_days, now_ms = self._config.get(MESSAGES_KEEP_DAYS), self._sure_ms()
        return await self._read(lambda rows: rows.timers.leaving(keep_days, now_ms))

    async def _efface_all(self) -> None:
        """Efface what is over until nothing is."""
        try:
            await self._recall()
            while await self._efface():
                pass
        except (StorageError, Unwritable, MediaError) as error:
            log.warning("messages could not be effaced: %s", type(error).__name__)

    async def _recall(self) -> None:
        """Be no earlier than this vault has seen, also where it cannot be written."""
        self._late_ms = max(self._late_ms, await self._read(lambda rows: rows.timers.latest(0)))

    async def _efface(self) -> bool:
        """Efface some of what is over; True where something was whose timer had ended."""
        desk = self._open
        if desk.vault.mail_read_only:
            return False
        keep_days, now_ms = self._config.get(MESSAGES_KEEP_DAYS), self._sure_ms()
        told, self._told_leaving = self._told_leaving, False

        def act(rows: Mailbag) -> tuple[int, int, tuple[str, ...]]:
            seen_ms = rows.timers.see(now_ms)
            due = rows.timers.due(seen_ms)
            gone = rows.timers.efface(due, seen_ms)
            if told:
                rows.timers.announce(keep_days, now_ms)
            count, retired = rows.timers.retire(keep_days, now_ms)
            return len(due), count, (*gone, *retired)

        over, retired, shelf = await self._write(act)
        if shelf:
            await asyncio.to_thread(desk.vault.mail.shelf.drop, shelf)
        if retired:
            self._trail.record("messages-retired", reason=str(retired))
        if over or retired:
            self.changed.fire(frozenset())
        return over > 0

    def _hear_time(self, told: Told) -> None:
        """Take the hour of somebody else's signed header."""
        if told.warning != "clock" and not told.own:
            self._heard_ms = max(self._heard_ms, told.header.sent_ms)

    # --- how it stands -------------------------------------------------------------------------------------

    def _count_soon(self) -> None:
        self._stale = True
        if self._desk is not None and (self._counting is None or self._counting.done()):
            self._counting = asyncio.get_running_loop().create_task(self._count_all())

    async def _count_all(self) -> None:
        """Count until nothing changed meanwhile."""
        while self._stale:
            self._stale = False
            await self._count()

    async def _count(self) -> None:
        keep_days, now_ms = self._config.get(MESSAGES_KEEP_DAYS), self._sure_ms()

        def act(rows: Mailbag) -> tuple[int, tuple[int, int], int]:
            leaving = sum(rows.timers.due_soon(keep_days, now_ms).values())
            return rows.outbox.waiting(), rows.threads.counts(), leaving

        try:
            waiting, (unread, held), leaving = await self._read(act)
        except (Unwritable, StorageError):
            return
        line = self._post.line
        since_ms = 0 if line.online else line.since_ms
        record = self.reaches_record
        self._stand(Standing(line.online, since_ms, waiting, unread, held, leaving, self._refusal, record))

    def _refused(self, code: str) -> None:
        """Trace a message that was not taken, and say why while the desk is open."""
        self._trail.record("message-refused", reason=code)
        self._refusal = told(code) or self._refusal
        self._count_soon()

    def _stand(self, standing: Standing) -> None:
        if standing != self.standing:
            self.standing = standing
            self.stood.fire(standing)
