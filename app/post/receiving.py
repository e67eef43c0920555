"""What lies at the relay comes in: opened, its author judged, stored, and only then acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.post.told import Told
from media.errors import LinkLost, LinkRefused, MediaError, TrustError
from media.keys.envelope import BOX_OVERHEAD, claimed, open_block, open_content, verify_header
from media.mail import receiving, say
from media.mail.types import Type, rule
from storage.errors import DiskTrouble, StorageError
from storage.messages.posting import Arrival

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from app.post.desk import Desk
    from app.post.peers import Peers
    from app.post.prekeys import PreKeys
    from app.post.taking import Taking
    from media.keys.certs import Verdict
    from media.keys.envelope import Header, Opened
    from media.link.mailbox import Delivery, Mailbox
    from storage.messages.store import Mailbag

AT_ONCE = 64
WAITING = 8
"""Blocks kept back for want of their author's certificate; a stranger must not fill the window of a queue with them."""
PIECE = 256 * 1024
log = logging.getLogger(__name__)


class Later(Exception):  # noqa: N818 -- not an error: the block waits at the relay
    """The block cannot be judged yet, or not be stored: it stays at the relay."""


class Receiver:
    """Takes deliveries in order; commits are shared, acknowledgements follow them."""

    def __init__(
        self,
        desk: Desk,
        prekeys: PreKeys,
        peers: Peers,
        taking: Taking,
        handlers: Mapping[Type, Callable[[Told], Awaitable[None]]],
    ) -> None:
        self._desk, self._prekeys, self._peers, self._taking = desk, prekeys, peers, taking
        self._handlers = handlers
        self._waiting: list[Delivery] = []
        self._room = asyncio.Semaphore(AT_ONCE)
        self._finishing: set[asyncio.Task[None]] = set()
        self._stuck = asyncio.Event()
        self.refused: Callable[[str], None] = lambda _code: None
        self.stored: Callable[[Told, int], None] = lambda _told, _thread: None
        self.refresh: Callable[[], Awaitable[None]] | None = None

    async def take(self, line: Mailbox, delivery: Delivery) -> None:
        """Take one block; whatever it is, it never stops the next one. Raises LinkLost."""
        try:
            told = await self._judged(line, delivery)
        except Later:
            self._wait(line, delivery)
            return
        except (LinkLost, StorageError):
            raise  # it stays at the relay, and comes again with the next line
        except MediaError as error:
            self._refuse(line, delivery, getattr(error, "code", "malformed"))
            return
        except Exception as error:  # noqa: BLE001 -- bytes of strangers: what nobody foresaw must not come again for ever
            log.warning("a message was not understood: %s", type(error).__name__)
            self._refuse(line, delivery, "malformed")
            return
        await self._room.acquire()
        self._start(self._store(line, delivery, told))

    def again(self) -> list[Delivery]:
        """Return what waited for a newer directory."""
        waiting, self._waiting = self._waiting, []
        return waiting

    async def stuck(self) -> None:
        """Wait until something could not be stored: it comes again with the next line only."""
        self._stuck.clear()
        await self._stuck.wait()

    async def close(self) -> None:
        """Let what is being stored end."""
        for task in self._finishing:
            task.cancel()
        await asyncio.gather(*self._finishing, return_exceptions=True)

    # --- judging -------------------------------------------------------------------------------------------

    async def _judged(self, line: Mailbox, delivery: Delivery) -> Told:
        desk = self._desk
        opened = open_block(delivery.block, desk.device, self._prekeys.keys)
        by = await self._author(claimed(opened.header_object))
        header = verify_header(
            opened.header_object, by.public, act=rule(claimed(opened.header_object).type).act
        )
        self._check(header, by)
        await self._peers.take(opened.offer, by) if opened.offer else None
        own = by.user == desk.session.user
        strange = by.level == "changed" or (own and by.level != "verified")
        warning = "changed-key" if strange else ""
        proof = opened.header_object if rule(header.type).act else b""
        told = Told(Type(header.type), header, by, None, own, desk.now_ms(), warning, proof)
        judged = await desk.read(lambda rows: self._judge(rows, told))
        if judged.verdict is not receiving.Verdict.TAKE:
            return told
        if rule(header.type).own and by.level != "verified":
            raise Later  # until the user compared that device: what it says would stand as this user's own past
        box = await self._box(line, opened, rule(header.type).limit)
        body = say.parse(header.type, open_content(header, box))
        told = replace(told, body=body, box=box if proof else b"")
        await self._hand(told)
        return told

    async def _author(self, header: Header) -> Verdict:
        """Return whom the header's certificate speaks for; a newer directory than the own one is read first."""
        desk = self._desk
        if (not desk.book.knows(header.cert_hash) or header.head_height > desk.book.head[0]) and self.refresh:
            await self.refresh()
        if not desk.book.knows(header.cert_hash):
            raise Later
        return desk.book.judge(header.cert_hash)

    def _check(self, header: Header, by: Verdict) -> None:
        """Raise TrustError where this desk takes nothing of the author now."""
        desk = self._desk
        if receiving.directory(header, *desk.book.head) == "directory-fork":
            raise TrustError("directory-fork")
        if by.user in desk.session.trust.blocked:
            raise TrustError("blocked")

    def _judge(self, rows: Mailbag, told: Told) -> receiving.Judged:
        """Judge the header's place in its chain; raises TrustError for what this author may not say to this desk."""
        header, by = told.header, told.by
        author = receiving.Author(by.user, by.role, by.device_id)
        known = rows.chains.known(by.device_id, header.chain)
        gaps = tuple(receiving.Gap(gap.first, gap.last, gap.hash) for gap in known.gaps)
        chain = receiving.Chain(known.seq, known.hash, gaps)
        seen = rows.inflow.seen(by.device_id, header.msg_id)
        me, sure_ms = self._desk.session.user, self._desk.sure_ms
        judged = receiving.judge(header, author, me, chain, told.at_ms, seen=seen, sure_ms=sure_ms)
        if judged.verdict is receiving.Verdict.REFUSED:
            raise TrustError(judged.code)
        return judged

    async def _box(self, line: Mailbox, opened: Opened, limit: int) -> bytes:
        """Return the box, of a body of at most *limit* bytes, from the block or from the relay."""
        ref = opened.blob
        if ref is None:
            return opened.box
        if ref.length > limit + BOX_OVERHEAD:
            raise TrustError("content-forged", "more than its type may say")
        spans = [(at, min(PIECE, ref.length - at)) for at in range(0, ref.length, PIECE)]
        try:
            pieces = await asyncio.gather(*(line.get(ref.id, *span) for span in spans))
        except LinkRefused as error:
            if error.code == "busy":  # its disk refuses now: the block comes again with the next line
                raise LinkLost("lost") from error
            raise TrustError("blob-gone") from error
        return b"".join(pieces)

    async def _hand(self, told: Told) -> None:
        """Let whoever subscribed to a type do its part first: should that fail, the block comes again."""
        handler = self._handlers.get(told.type)
        try:
            if handler is not None:
                await handler(told)
        except OSError as error:
            raise DiskTrouble("a message") from error

    # --- storing -------------------------------------------------------------------------------------------

    async def _store(self, line: Mailbox, delivery: Delivery, told: Told) -> None:
        try:
            fresh, thread = await self._desk.write(lambda rows: self._take(rows, told))
        except StorageError as error:
            log.warning("a message could not be stored: %s", type(error).__name__)
            self._stuck.set()  # not acknowledged: it comes again with the next line
            return
        except Exception as error:  # noqa: BLE001 -- as above; nothing of it was kept
            log.warning("a message could not be taken: %s", type(error).__name__)
            self._refuse(line, delivery, "malformed")
            return
        finally:
            self._room.release()
        if fresh:
            self.stored(told, thread)
        await self._acknowledge(line, delivery)

    def _take(self, rows: Mailbag, told: Told) -> tuple[bool, int]:
        """Take a judged message in one transaction with its effect; False where it came before."""
        header, device = told.header, told.by.device_id
        rows.timers.see(self._desk.sure_ms)  # a life begins when it came, by a clock that may be behind
        judged = self._judge(rows, told)
        arrival = Arrival(
            told.by.user,
            device,
            header.conv,
            header.msg_id,
            header.chain,
            header.seq,
            header.hash,
            header.prev_hash,
            told.at_ms,
            rule(header.type).receipted,
        )
        if not rows.inflow.take(arrival) or judged.verdict is receiving.Verdict.DUPLICATE:
            return False, 0
        if judged.verdict is receiving.Verdict.EXPIRED:
            return False, 0
        if judged.warning == "fork":
            rows.chains.fork(device, header.chain)
        return True, self._taking.take(rows, replace(told, warning=told.warning or judged.warning))

    def _wait(self, line: Mailbox, delivery: Delivery) -> None:
        self._waiting.append(delivery)
        if len(self._waiting) > WAITING:
            self._refuse(line, self._waiting.pop(0), "certificate-unknown")

    def _refuse(self, line: Mailbox, delivery: Delivery, code: str) -> None:
        log.warning("a message was refused: %s", code)
        self.refused(code)
        self._start(self._acknowledge(line, delivery))

    async def _acknowledge(self, line: Mailbox, delivery: Delivery) -> None:
        with contextlib.suppress(LinkLost, LinkRefused):
            await line.acknowledge(delivery.queue, delivery.number)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
