"""One opening of a post office: its parts, the line to the relay that they share, and what runs until it is closed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import ChainMap
from typing import TYPE_CHECKING, Any

from app.post import receipts
from app.post.directory import Following
from app.post.history import Histories
from app.post.later import Later
from app.post.once import Once
from app.post.peers import Peers
from app.post.prekeys import PreKeys
from app.post.receiving import Receiver
from app.post.renewal import Renewal
from app.post.sending import Sender
from app.post.taking import Taking
from app.post.words import Words
from app.post.writing import Writer
from app.relay import address_of, proof_of
from media.errors import LinkLost, LinkRefused, MediaError
from media.keys.sign import Signer
from media.mail.types import Type
from storage.errors import StorageError

if TYPE_CHECKING:
    from app.post.desk import Desk
    from app.post.office import Post
    from app.post.told import Told
    from app.session import Session
    from media.keys.cards import Card
    from media.link.mailbox import Delivery, Mailbox
    from storage.messages.posting import Queue

BACK_OFF_S = (0.5, 1, 2, 4, 8, 15, 30, 60)
SETTLED_S = 10.0
"""A line that held for so long is made again at once."""
LOOK_S, CARD_S, RECEIPTS_S = 30.0, 3600.0, 0.2
"""How often the outbox is looked at without being asked, the card renewed when it is due; how long receipts are gathered."""
REFRESH_MS = 30_000
log = logging.getLogger(__name__)


class Opening:
    """The parts of an open office *post*; its events are told, its handlers asked."""

    def __init__(self, desk: Desk, post: Post, handlers: dict[Type, Any]) -> None:
        self.desk, self._post = desk, post
        self.writer = Writer(desk)
        self.prekeys, self.peers = PreKeys(desk), Peers(desk, self._listen_new)
        self._sender = Sender(desk, self.writer, self.peers, post.threads.fire)
        self.later = Later(desk, self.peers)
        self.once = Once(desk, self.writer, post.steady_ms, post.threads.fire)
        self.histories = Histories(desk, self.writer, lambda: post.transferred.fire(None))
        self._following = Following(desk, self._reread, post.refused.fire)
        self._renewal = Renewal(desk, self.writer, self._following.wake.set)
        self._words = Words(desk, self.writer, post.presence)
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
            group.create_task(self._words.run())

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
        self._words.renew()
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
            self._post.stand(online=False)
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await self._words.leave(line)
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
        self._post.stand(online=True)
        self._following.begin()
        self._words.renew()
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
        elif told.type is Type.PRESENCE:
            self._words.renew()
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
