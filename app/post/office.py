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
import logging
from collections import ChainMap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.post import receipts
from app.post.desk import Desk
from app.post.directory import Following
from app.post.history import Histories
from app.post.once import Once
from app.post.peers import Peers
from app.post.prekeys import PreKeys
from app.post.receiving import Receiver
from app.post.renewal import Renewal
from app.post.sending import Sender
from app.post.taking import Taking
from app.post.writing import Writer
from app.relay import address_of, proof_of
from media.errors import LinkLost, LinkRefused, MediaError
from media.events import Event
from media.keys.sign import Signer
from media.mail.types import Type
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable

    from app.post.told import Told
    from app.session import Session
    from media.keys.cards import Card
    from media.link.mailbox import Delivery, Mailbox
    from storage.messages.posting import Blob, Queue
    from storage.vault import Vault

BACK_OFF_S = (0.5, 1, 2, 4, 8, 15, 30, 60)
SETTLED_S = 10.0
"""A line that held for so long is made again at once."""
LOOK_S, CARD_S, RECEIPTS_S = 30.0, 3600.0, 0.2
"""How often the outbox is looked at without being asked, the card renewed when it is due; how long receipts are gathered."""
REFRESH_MS = 30_000
log = logging.getLogger(__name__)


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
    history on its way to another own device, or from it.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.told: Event[Told] = Event()
        self.threads: Event[frozenset[int]] = Event()
        self.lined: Event[Line] = Event()
        self.refused: Event[str] = Event()
        self.transferred: Event[None] = Event()
        self.line = Line()
        self.refresh: Callable[[], Awaitable[Session | None]] | None = None
        """Reads the organisation's directory again; returns the session that results, None where nothing is new."""
        self._handlers: dict[Type, Callable[[Told], Awaitable[None]]] = {}
        self._open: _Open | None = None
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
    ) -> bytes:
        """Put a message into the outbox, for all devices of *recipients* or some *devices* of theirs; return its id.

        It is on disk once this returns; where none of *devices* counts any more, nothing is said. Raises Closed, StorageError, ProtocolError (too long).
        """
        desk, writer = self.desk, self.writer
        draft = await asyncio.to_thread(
            writer.draft, type_, conv, recipients, body, expires_s=expires_s, devices=devices
        )
        if devices and not draft.targets:
            return draft.msg_id
        await desk.write(lambda rows: writer.post(rows, draft))
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
        opened = _Open(Desk(session, vault, self._now_ms, restored), self, self._handlers)
        self._open = opened
        self.opened.set()
        try:
            await opened.run()
        finally:
            self._open = None
            self.opened.clear()
            self._stand(online=False)
            await opened.close()

    def _stand(self, *, online: bool) -> None:
        if online != self.line.online:
            self.line = Line(online, self._now_ms())
            self.lined.fire(self.line)


class _Open:
    """One opening: the parts of the office, and what runs."""

    def __init__(self, desk: Desk, post: Post, handlers: dict[Type, Any]) -> None:
        self.desk, self._post = desk, post
        self.writer = Writer(desk)
        self.prekeys, self.peers = PreKeys(desk), Peers(desk, self._listen_new)
        self._sender = Sender(desk, self.writer, self.peers, post.threads.fire)
        self.once = Once(desk, self.writer, post.threads.fire)
        self.histories = Histories(desk, self.writer, lambda: post.transferred.fire(None))
        self._following = Following(desk, self._reread, post.refused.fire)
        self._renewal = Renewal(desk, self.writer, self._following.wake.set)
        own = {
            Type.ASK: self.once.asked,
            Type.GRANT: self.once.granted,
            Type.DIRECTORY: self._following.heard,
            Type.ANSWER: self._renewal.answered,
        }
        heard = ChainMap(own, handlers)
        self._receiver = Receiver(desk, self.prekeys, self.peers, Taking(desk.session.user), heard)
        self._receiver.refused = post.refused.fire
        self._receiver.stored = self._stored
        self._receiver.refresh = self._refresh
        self._came: asyncio.Queue[Delivery] = asyncio.Queue()
        self._owing = asyncio.Event()
        self._refreshed_ms = 0

    async def run(self) -> None:
        """Keep the line and write receipts, until cancelled."""
        await asyncio.wrap_future(self.desk.mail.tidy())
        self._owing.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_line())
            group.create_task(self._pay())
            group.create_task(self.histories.run())
            group.create_task(self._following.run())
            group.create_task(self._renewal.run())

    async def close(self) -> None:
        """Let the line go."""
        line, self.desk.line = self.desk.line, None
        if line is not None:
            await line.close()
        await self._receiver.close()

    def renew(self, session: Session) -> None:
        """Judge anew, and write to whom a key changed or was compared."""
        self.desk.renew(session)
        for delivery in self._receiver.again():
            self._came.put_nowait(delivery)
        self._sender.review = True
        self._renewal.wake.set()
        self.desk.wake.set()

    # --- the line ------------------------------------------------------------------------------------------

    async def _keep_line(self) -> None:
        failures = 0
        while True:
            begun = self._now_s()
            with contextlib.suppress(MediaError, OSError, StorageError):
                await self._serve(await self._connect())
            failures = 0 if self._now_s() - begun > SETTLED_S else failures + 1
            await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])

    async def _connect(self) -> Mailbox:
        session = self.desk.session
        if not session.relays or not session.relay_key:
            raise LinkLost("unreachable")
        mailbox = await asyncio.to_thread(_mailbox)
        return await mailbox.connect(address_of(session.relays[0]), proof_of(session.relay_key))

    async def _serve(self, line: Mailbox) -> None:
        """Use the line until it is lost."""
        self._receiver.again()  # what waited on an earlier line comes again
        ends = (self._begin(line), self._receive(line), self._receiver.stuck(), line.ended())
        work = [asyncio.create_task(one) for one in ends]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self.desk.line = None
            self._post._stand(online=False)  # noqa: SLF001 -- one of its own parts
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await line.close()

    async def _begin(self, line: Mailbox) -> None:
        """Listen, lay out the card, then send for as long as the line is there."""
        contact = await self.peers.contact()
        card = await self.prekeys.card(contact.queue)
        queues = await self.desk.read(lambda rows: rows.peers.queues())
        await asyncio.gather(*(self._listen(line, queue) for queue in queues))
        listened = await self.peers.contact()
        if listened != contact:  # its name was taken
            contact, card = listened, await self.prekeys.card(listened.queue)
        await self._publish(line, card)
        self.desk.line = line
        self._post._stand(online=True)  # noqa: SLF001 -- one of its own parts
        self._following.wake.set()
        until = self._now_s() + CARD_S
        while True:
            while await self._sender.send(line):
                pass
            if self._now_s() >= until:
                await self._publish(line, await self.prekeys.card(contact.queue))
                until = self._now_s() + CARD_S
            await self.desk.woken(LOOK_S)

    async def _publish(self, line: Mailbox, card: Card) -> None:
        session = self.desk.session
        try:
            await line.publish(self.desk.book.own.public.ed25519, session.sign, card.number, card.signed)
        except LinkRefused as error:
            log.warning("the card could not be laid out: %s", error.code)

    async def _listen(self, line: Mailbox, queue: Queue) -> None:
        """Listen to an own queue, or to a new one in its place: its writer could make it first at a relay that lost it."""
        code = await self._hear(line, queue)
        if code == "taken":
            code = await self._hear(line, await self.peers.replace(queue))
        if code:
            log.warning("a queue could not be listened to: %s", code)

    async def _hear(self, line: Mailbox, queue: Queue) -> str:
        """Make an own queue (again, after a relay that lost it) and have its blocks handed over; return what was refused."""
        owner = Signer(queue.owner_seed)
        writer = Signer(queue.writer_seed).public if queue.writer_seed else b""
        try:
            await line.make_queue(queue.queue, owner.public, writer)
            await line.listen(queue.queue, owner.sign, self._came.put_nowait)
        except LinkRefused as error:
            return error.code
        return ""

    async def _listen_new(self, queue: Queue) -> None:
        if self.desk.line is not None:
            await self._listen(self.desk.line, queue)

    async def _receive(self, line: Mailbox) -> None:
        while not self._came.empty():
            self._came.get_nowait()  # of an earlier line: what it was comes again
        while True:
            await self._receiver.take(line, await self._came.get())

    # --- what follows --------------------------------------------------------------------------------------

    def _stored(self, told: Told, thread: int) -> None:
        self._owing.set()
        if thread:
            self._post.threads.fire(frozenset((thread,)))
        if told.type is Type.HISTORY:
            self._post.threads.fire(frozenset())
            self._post.transferred.fire(None)
        elif told.type is Type.RECEIPT:
            self.histories.wake.set()
        self._post.told.fire(told)

    async def _pay(self) -> None:
        while True:
            await self._owing.wait()
            await asyncio.sleep(RECEIPTS_S)
            self._owing.clear()
            with contextlib.suppress(StorageError, MediaError):
                while await receipts.pay(self.desk, self.writer):
                    pass

    def owe(self) -> None:
        """Write receipts soon."""
        self._owing.set()

    async def _refresh(self) -> None:
        """Look for a newer directory at the relay, and in its file not more often than every half minute."""
        height = self.desk.book.head[0]
        await self._following.look()
        now_ms = self.desk.now_ms()
        if self.desk.book.head[0] > height or now_ms - self._refreshed_ms < REFRESH_MS:
            return
        self._refreshed_ms = now_ms
        await self._reread()

    async def _reread(self) -> None:
        """Judge by what the vault, and the directory's file, know now."""
        if self._post.refresh is None:
            return
        try:
            session = await self._post.refresh()
        except (MediaError, StorageError, OSError) as error:
            log.warning("the directory could not be read again: %s", type(error).__name__)
            return
        if session is not None:
            self.renew(session)

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()


def _mailbox() -> type[Mailbox]:
    """Load the link when it is first used: the lock does not wait for it."""
    from media.link.mailbox import Mailbox  # noqa: PLC0415

    return Mailbox
