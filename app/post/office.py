"""The post office of a desk, a gateway or an issuer: one line to the relay while the vault is open; no Qt.

    post = Post(now_ms)
    post.hear(Type.BATCH, take_batch)              # before a block is acknowledged; raising StorageError lets it come again
    work = asyncio.create_task(post.work(session, vault))
    await post.say(Type.FOLLOW, conv, [gateway], Follow(units).encode())

All of it runs on one asyncio loop, and events fire there.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.post.desk import Desk
from app.post.opening import Opening
from app.post.presence import Presence
from app.times import since_start_ms
from media.errors import LinkLost, LinkRefused
from media.events import Event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable

    from app.post.history import Histories
    from app.post.later import Later
    from app.post.once import Once
    from app.post.told import Told
    from app.post.writing import Writer
    from app.session import Session
    from media.link.mailbox import Mailbox
    from media.mail.types import Type
    from storage.messages.posting import Blob
    from storage.vault import Vault


class Closed(Exception):  # noqa: N818 -- who asked says what to do
    """The post office is closed: the desk is locked, or its vault cannot be written."""


@dataclass(frozen=True)
class Line:
    """Whether the relay is there; `since_ms`: since when it is so."""

    online: bool = False
    since_ms: int = 0


class Post:
    """Sends what the outbox has and takes what comes, from `work` until that is cancelled.

    `told` hears of everything that was stored, after it was; `threads` of the threads in which something changed (none: any
    may have); `line` of the relay; `refused` of the code of each block that was not taken; `transferred` of each step of a
    history on its way to another own device, or from it. `presence`: what colleagues share of theirs, and this desk of its own.
    """

    def __init__(self, now_ms: Callable[[], int], steady_ms: Callable[[], int] = since_start_ms) -> None:
        self._now_ms, self.steady_ms = now_ms, steady_ms
        self.told: Event[Told] = Event()
        self.threads: Event[frozenset[int]] = Event()
        self.lined: Event[Line] = Event()
        self.refused: Event[str] = Event()
        self.transferred: Event[None] = Event()
        self.line = Line()
        self.presence = Presence(now_ms)
        self.refresh: Callable[[], Awaitable[Session | None]] | None = None
        """Reads the organisation's directory again; returns the session that results, None where nothing is new."""
        self._handlers: dict[Type, Callable[[Told], Awaitable[None]]] = {}
        self._open: Opening | None = None
        self.opened = asyncio.Event()
        """Set while `desk` and `writer` may be asked for."""

    # --- what others ask -----------------------------------------------------------------------------------

    def hear(self, type_: Type, handler: Callable[[Told], Awaitable[None]]) -> None:
        """Hand messages of a type to *handler* before they count as taken: at least once, in the order in which they came."""
        self._handlers[type_] = handler

    async def say(
        self,
        type_: Type,
        conv: bytes,
        recipients: Iterable[bytes],
        body: bytes,
        *,
        expires_s: int = 0,
        devices: Collection[bytes] = (),
        msg_id: bytes = b"",
    ) -> bytes:
        """Put a message into the outbox, for all devices of *recipients* or some *devices* of theirs; return its id.

        Under a *msg_id* of the caller's it is there once, however often it is asked. It is on disk once this returns; where none of *devices* counts any more, nothing is said. Raises Closed, StorageError, ProtocolError (too long).
        """
        desk, writer = self.desk, self.writer
        draft = await asyncio.to_thread(
            writer.draft, type_, conv, recipients, body, expires_s=expires_s, devices=devices
        )
        if devices and not draft.targets:
            return draft.msg_id
        if msg_id:
            draft = draft.named(msg_id)
        await desk.write(lambda rows: writer.post_once(rows, draft))
        desk.wake.set()
        return draft.msg_id

    def wake(self) -> None:
        """Look at the outbox now."""
        if self._open is not None:
            self._open.desk.wake.set()

    def owe(self) -> None:
        """Write the receipts that are owed, soon."""
        if self._open is not None:
            self._open.owe()

    async def forget(self, blobs: Iterable[Blob]) -> None:
        """Have the relay forget own blobs; those that it cannot be told of now run out by themselves."""
        line = self.mailbox
        if line is None:
            return
        for one in blobs:
            with contextlib.suppress(LinkLost, LinkRefused):
                await line.drop_blob(one.blob, one.delete_key)

    def renew(self, session: Session) -> None:
        """Judge by what *session* knows from now on: blocks that waited for a certificate are looked at again."""
        if self._open is not None:
            self._open.renew(session)

    @property
    def desk(self) -> Desk:
        """What is open; raises Closed."""
        if self._open is None:
            raise Closed
        return self._open.desk

    @property
    def writer(self) -> Writer:
        """Makes letters that `Writer.post` puts into the outbox within a transaction; raises Closed."""
        if self._open is None:
            raise Closed
        return self._open.writer

    @property
    def once(self) -> Once:
        """Ephemeral documents; raises Closed."""
        if self._open is None:
            raise Closed
        return self._open.once

    @property
    def later(self) -> Later:
        """Letters for a later time; raises Closed."""
        if self._open is None:
            raise Closed
        return self._open.later

    @property
    def histories(self) -> Histories:
        """What was written so far, on its way to other own devices; raises Closed."""
        if self._open is None:
            raise Closed
        return self._open.histories

    @property
    def mailbox(self) -> Mailbox | None:
        """The connection to the relay while there is one."""
        return self._open.desk.line if self._open is not None else None

    # --- its life ------------------------------------------------------------------------------------------

    async def work(self, session: Session, vault: Vault) -> None:
        """Be open for *session* and its *vault* until cancelled; a vault that is read-only has no post."""
        if vault.mail_read_only:
            return
        restored = vault.restored or await asyncio.wrap_future(vault.mail.restored())
        opened = Opening(Desk(session, vault, self._now_ms, restored), self, self._handlers)
        self._open = opened
        self.opened.set()
        try:
            await opened.run()
        finally:
            self._open = None
            self.opened.clear()
            self.stand(online=False)
            await opened.close()

    def stand(self, *, online: bool) -> None:
        """Say whether the relay is there; its opening does."""
        if online != self.line.online:
            self.line = Line(online, self._now_ms())
            self.lined.fire(self.line)
