"""What an enrolled gateway runs beside its listener: post office, feeds, documents on their way out, the directory."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from app import trust
from app.fanout.gateway import Fanout
from app.fanout.outbox import Outbox
from app.fanout.rules import Asker
from app.fanout.wire import PostWire
from app.post.office import Closed, Post
from media.errors import MediaError
from media.mail.types import Type
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from app.fanout.outbox import Record
    from app.fanout.rules import Rules
    from app.session import Session
    from storage.vault import Vault

LOOK_S = 600.0
"""How often the organisation's directory is read: its head is signed hourly, and a device that was revoked must get nothing."""
log = logging.getLogger(__name__)


class Program:
    """Over one open and enrolled *vault*; *read* makes its session, *directory* is the organisation's file or None."""

    def __init__(
        self,
        vault: Vault,
        read: Callable[[Vault], Awaitable[Session]],
        directory: Path | None,
        now_ms: Callable[[], int],
    ) -> None:
        self._vault, self._read, self._directory, self._now_ms = vault, read, directory, now_ms
        self.post = Post(now_ms)
        self.post.refresh = self._refresh

    async def run(self, session: Session, rules: Rules, record: Record | None, zone: str) -> None:
        """Serve followers and authors until cancelled."""
        wire = PostWire(self.post)
        fanout = Fanout(self._vault, wire, rules, self._now_ms)
        outbox = Outbox(self._vault, wire, record, self._now_ms, zone)
        self.post.hear(Type.FOLLOW, fanout.take)
        self.post.hear(Type.OUTGOING, outbox.take)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.post.work(session, self._vault))
            group.create_task(fanout.run())
            group.create_task(outbox.run())
            group.create_task(self._look(fanout))

    async def _look(self, fanout: Fanout) -> None:
        """Keep up with the directory: who was revoked, or is somebody else by now, follows no more."""
        while True:
            try:
                session = await self._refresh()
                if session is not None:
                    self.post.renew(session)
                await fanout.review(self._askers())
            except (Closed, StorageError, MediaError) as error:
                log.warning("the directory was not looked at: %s", type(error).__name__)
            await asyncio.sleep(LOOK_S)

    async def _refresh(self) -> Session | None:
        news = await trust.refresh(self._vault, self._directory, self._now_ms() // 1000)
        if news.revoked:
            log.error("the organisation revoked this gateway: nothing is handed on until it is enrolled anew")
        if news.trouble:
            log.warning("the directory is not as it should be: %s", news.trouble)
        return await self._read(self._vault)

    def _askers(self) -> dict[bytes, Asker]:
        """Return whose devices count now."""
        book = self.post.desk.book
        users = {one.user for one in trust.readable(self.post.desk.session.trust.certificates)}
        living = (one for user in users for one in book.living(user))
        return {one.device_id: Asker(one.user, one.role, one.specialty) for one in living}
