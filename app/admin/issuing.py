"""The running issuer (docs/protocol.md §16): its mailbox, the directory laid out at the relay, answers to who asked.

It reads the organisation's folder anew whenever something there changed, so that what the commands do is in effect at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING

from app import trust
from app.admin import store, tickets
from app.admin.counter import Asked, Counter, Rules, State
from app.admin.errors import AdminError
from app.admin.reports import Report, Reports
from app.post.laying import PIECE, lay
from app.post.office import Post
from app.secretfile import SecretFileError
from app.session import read as read_session
from media.errors import LinkLost, LinkRefused, MediaError
from media.events import Event
from media.keys import cbor
from media.keys.certs import DeviceCert, DeviceKeys, Request
from media.keys.directory import Bundle, Enrolment, Head, Log
from media.keys.enrolment import Answer, Ask, reply_id
from media.keys.envelope import MAX_RECIPIENTS, size_class
from media.keys.sign import digest
from media.mail import convs
from media.mail.desks import Newer
from media.mail.feeds import Answered, Differed
from media.mail.feeds import Request as RequestBody
from media.mail.notice import Notice
from media.mail.types import Type
from media.patience import within
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.post.told import Told
    from app.session import Session
    from media.link.mailbox import Delivery, Mailbox
    from media.mail.bodies import Attachment
    from storage.identity import Relay
    from storage.vault import Vault

NAME, ROLE = "Consilium", trust.ISSUER
LOOK_S = 0.5
HEAD_S, FILE_LIFE_S, FILE_AGAIN_S = 3600, 3 * 86_400, 86_400
TICKET_LIFE_S = 14 * 86_400
TOLD_WITHIN_S = 5.0
"""How long a revoked device may still be told that it is: then its blocks are refused here as well."""
TOLD = "annonce.json"
log = logging.getLogger(__name__)


class Issuing:
    """Over the organisation in *folder* and a vault of its own; `run` until cancelled."""

    def __init__(
        self,
        folder: Path,
        vault: Vault,
        relay: Relay,
        now_ms: Callable[[], int],
        *,
        rules: Rules | None = None,
        export: Path | None = None,
    ) -> None:
        self._folder, self._vault, self._relay, self._now_ms = folder, vault, relay, now_ms
        self._rules, self._export = rules or Rules(), export
        self.counter, self.reports = Counter(folder), Reports(folder)
        self.post = Post(now_ms)
        self.post.refresh = self._refresh
        self.post.hear(Type.REQUEST, self._asked)
        self.post.hear(Type.DIFFERED, self._differed)
        self.post.lined.subscribe(lambda line: None if line.online else self._stand(online=False))
        self.stood: Event[bool] = Event()
        """Whether the directory lies at the relay as it is in the folder: before, a desk that looks sees an older one, or none."""
        self._online = False
        self._laid: dict[int, tuple[int, Attachment]] = {}
        self._published = 0
        self._listening: tuple[Mailbox | None, set[bytes]] = (None, set())
        self._came: asyncio.Queue[Delivery] = asyncio.Queue()
        self._stamp = (0, 0)

    async def run(self) -> None:
        """Serve the organisation."""
        await self.enrol()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.post.work(await read_session(self._vault), self._vault))
            group.create_task(self._watch())
            group.create_task(self._open_tickets())

    async def enrol(self) -> None:
        """Certify the own device, when it is new, due or was taken back."""
        device = await asyncio.wrap_future(self._vault.identity.device())
        signed = device.certificate if device else b""
        seeds = (device.ed25519_seed, device.mldsa_seed) if device else None
        known = DeviceCert.parse(signed) if signed else None
        keys = DeviceKeys.from_seeds(known.device_id, *seeds) if known and seeds else DeviceKeys.generate()
        enrolment = await asyncio.to_thread(self._certify, keys, known)
        if enrolment is not None:
            await trust.enrol(self._vault, keys, enrolment, self._relay, self._now_s)
        await asyncio.wrap_future(self._vault.identity.save_relay(self._relay))

    def _certify(self, keys: DeviceKeys, known: DeviceCert | None) -> Enrolment | None:
        now_s = self._now_s
        with store.locked(self._folder):
            organisation, _ = store.load(self._folder, now_s)
            living = known is not None and known.hash not in organisation.log.revoked
            if known is not None and living and not trust.due(known, now_s):
                return None
            request = Request.parse(keys.request(NAME, ROLE, ""))
            user = known.user if known is not None else b""
            made = organisation.issue(request, now_s, user=user)
            store.save(self._folder, organisation, now_s)
            return organisation.enrolment(made, now_s)

    # --- what comes ----------------------------------------------------------------------------------------

    async def _asked(self, told: Told) -> None:
        """Keep a request before it is acknowledged; what holds no request is nothing."""
        if not isinstance(told.body, RequestBody):
            return
        try:
            signed = Request.parse(told.body.data).signed
        except MediaError:
            log.warning("a request was not understood")
            return
        await self.take(Asked(signed, self._now_s, author=told.header.cert_hash))

    async def _differed(self, told: Told) -> None:
        """Keep that two people's numbers were not the same, before it is acknowledged."""
        if not isinstance(told.body, Differed):
            return
        report = Report(told.by.user, told.body.user, self._now_s)
        try:
            kept = await asyncio.to_thread(self.reports.take, report)
        except (AdminError, SecretFileError, MediaError) as error:
            raise OSError("the organisation's folder") from error
        log.warning("codes that differ were reported: see `issuer list`" if kept else "a report was dropped")

    async def _listen(self, line: Mailbox) -> None:
        """Have what is asked under tickets handed over; of one that has ended the queue goes."""
        if self._listening[0] is not line:
            self._listening, self._stamp = (line, set()), (0, 0)  # the relay may have lost what was laid out
        for one in await asyncio.to_thread(lambda: list(tickets.all_of(self._folder))):
            queue, owner = one.ticket.queue, one.owner
            with contextlib.suppress(LinkRefused):
                if one.ticket.not_after < self._now_s:
                    await line.drop_queue(queue, owner.sign)
                    one.drop(self._folder)
                elif queue not in self._listening[1]:
                    await line.make_queue(queue, owner.public, one.ticket.writer.public)
                    await line.listen(queue, owner.sign, self._came.put_nowait)
                    self._listening[1].add(queue)

    async def _open_tickets(self) -> None:
        """Take what came under tickets, until cancelled; what cannot be read is let go."""
        while True:
            delivery = await self._came.get()
            line = self._listening[0]
            try:
                await self._ticketed(delivery)
            except MediaError as error:
                log.warning("a request under a ticket was refused: %s", getattr(error, "code", "malformed"))
            except OSError:
                continue  # not acknowledged: it comes again with the next line
            with contextlib.suppress(LinkLost, LinkRefused):
                await line.acknowledge(delivery.queue, delivery.number) if line else None

    async def _ticketed(self, delivery: Delivery) -> None:
        issued = await asyncio.to_thread(tickets.find, self._folder, delivery.queue)
        if issued is None:
            return
        ask = Ask.open(delivery.block, delivery.queue, issued.key)
        signed = Request.parse(ask.request).signed
        await self.take(Asked(signed, self._now_s, ticket=delivery.queue, reply=ask.reply))

    async def _answer_ticket(self, line: Mailbox, asked: Asked) -> None:
        answer = await asyncio.to_thread(self._enrolment, asked)
        data, place = answer.seal(asked.reply), reply_id(asked.reply)
        drop = digest(self._drop_key(place))
        there = await line.begin_blob(place, size_class(len(data)), TICKET_LIFE_S, drop)
        for at in range(there, len(data), PIECE):
            await line.put(place, at, data[at : at + PIECE])
        if there < len(data):
            await line.end_blob(place, digest(data))

    def _enrolment(self, asked: Asked) -> Answer:
        if asked.code:
            return Answer(asked.code)
        with store.locked(self._folder):
            organisation, _ = store.load(self._folder, self._now_s)
        certificate = DeviceCert.parse(asked.certificate)
        return Answer("", organisation.enrolment(certificate, self._now_s).encode())

    async def take(self, asked: Asked) -> None:
        """Keep a request; raises StorageError's OSError where it cannot be: it comes again."""
        try:
            kept = await asyncio.to_thread(self.counter.take, asked, self._rules, self._now_s)
        except (AdminError, SecretFileError, MediaError) as error:
            raise OSError("the organisation's folder") from error
        if kept is None:
            log.warning("a request was dropped: too many wait")

    async def _refresh(self) -> Session | None:
        await self._follow(await asyncio.to_thread(self._bundle))
        return await read_session(self._vault)

    # --- what goes out -------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Do what there is to do whenever the folder changed, and each hour."""
        while True:
            line = self.post.mailbox
            try:
                if line is not None:
                    await self._listen(line)
                if line is not None and await asyncio.to_thread(self._changed):
                    await self._work(line)
            except (AdminError, SecretFileError, MediaError, StorageError, OSError) as error:
                log.warning("the directory was not laid out: %s", type(error).__name__)
                self._stamp = (0, 0)
            await asyncio.sleep(LOOK_S)

    def _changed(self) -> bool:
        """Tell whether there is something to do; sign the head of a new hour."""
        if self._now_s - self._published >= HEAD_S:
            with store.locked(self._folder):
                organisation, bundle = store.load(self._folder, self._now_s)
                if self._now_s - Head.parse(bundle.head).time >= HEAD_S:
                    store.save(self._folder, organisation, self._now_s)
            self.counter.forget_old(self._now_s)
            return True
        return self.counter.stamp != self._stamp

    async def _work(self, line: Mailbox) -> None:
        stamp = self.counter.stamp
        await self.enrol()
        bundle = await asyncio.to_thread(self._bundle)
        head = Head.parse(bundle.head)
        file = await self._lay(line, bundle, head)
        await self._publish(line, head, file)
        self._stand(online=line is self.post.mailbox)
        news = Newer(head.height, file) if await asyncio.to_thread(self._is_news, bundle) else None
        told = await self._tell(news, frozenset()) if news else frozenset()
        await self._follow(bundle)
        self.post.renew(await read_session(self._vault))
        if news:
            await self._tell(news, told)  # who came since this issuer looked last
            await asyncio.to_thread(self._told, bundle)
        await self._answer(line)
        self._stamp, self._published = stamp, head.time

    def _bundle(self) -> Bundle:
        with store.locked(self._folder):
            _, bundle = store.load(self._folder, self._now_s)
        if self._export is not None:
            store.write(self._export, bundle.encode())
        return bundle

    async def _lay(self, line: Mailbox, bundle: Bundle, head: Head) -> Attachment:
        """Return where the bundle of this height lies; laid anew once a day, and where the relay lost it."""
        laid = self._laid.get(head.height)
        fresh = laid is not None and self._now_s - laid[0] < FILE_AGAIN_S
        if laid is None or not fresh or not await _there(line, laid[1]):
            file = await lay(line, "annuaire.csl", bundle.encode(), FILE_LIFE_S, self._drop_key)
            for old in [height for height in self._laid if height < head.height - 1][:-1]:
                await self._drop(line, self._laid.pop(old)[1])
            self._laid[head.height] = laid = (self._now_s, file)
        return laid[1]

    async def _drop(self, line: Mailbox, file: Attachment) -> None:
        for blob in file.blobs:
            with contextlib.suppress(LinkRefused):
                await line.drop_blob(blob, self._drop_key(blob))

    def _drop_key(self, blob: bytes) -> bytes:
        return digest(self.post.desk.session.sign(cbor.encode(["CSL1/box", blob])))

    async def _publish(self, line: Mailbox, head: Head, file: Attachment) -> None:
        """Lay out the notice, under the key that signed the head."""
        with store.locked(self._folder):
            organisation, _ = store.load(self._folder, self._now_s)
        key, card = organisation.issuer_key.ed25519, Notice(head.signed, file).seal(organisation.relay_seed)
        await line.publish(key.public, key.sign, head.time, card)

    def _stand(self, *, online: bool) -> None:
        if online != self._online:
            self._online = online
            self.stood.fire(online)

    async def _tell(self, news: Newer, told: frozenset[bytes]) -> frozenset[bytes]:
        """Say to every device but *told* that the directory is another, and wait a little until that is at the relay; return who was told."""
        book, body = self.post.desk.book, news.encode()
        own = book.own.user
        users = {one.user for one in trust.readable(self.post.desk.session.trust.certificates)} - {own}
        living = {user: {one.device_id for one in book.living(user)} - told for user in users}
        people = sorted(user for user, devices in living.items() if devices)
        devices = frozenset().union(*living.values())
        for at in range(0, len(people), MAX_RECIPIENTS):
            some = people[at : at + MAX_RECIPIENTS]
            conv = _conv(own, some)
            await self.post.say(Type.DIRECTORY, conv, some, body, expires_s=FILE_LIFE_S, devices=devices)
        if people:
            with contextlib.suppress(TimeoutError):
                await within(TOLD_WITHIN_S, self._sent())
        return devices

    async def _sent(self) -> None:
        waiting = 1
        while waiting:
            await asyncio.sleep(LOOK_S / 5)
            waiting = (await asyncio.wrap_future(self._vault.mail.figures())).waiting

    async def _follow(self, bundle: Bundle) -> None:
        """Let the own vault know what the organisation says."""

        async def whole() -> bytes:
            return bundle.encode()

        await trust.hear(self._vault, bundle.org, bundle.head, whole, self._now_s)

    async def _answer(self, line: Mailbox) -> None:
        """Answer who asked; the directory with the certificate lies at the relay by then."""
        for one in await asyncio.to_thread(self.counter.all):
            if one.state in {State.APPROVED, State.REFUSED}:
                await (self._answer_ticket(line, one) if one.ticket else self._answer_device(one))
                await asyncio.to_thread(self.counter.answered, one)

    async def _answer_device(self, asked: Asked) -> None:
        book, device = self.post.desk.book, asked.request.device_id
        if not book.knows(asked.author):
            return
        user = book.certificate(asked.author).user
        body = Answered(digest(asked.signed), asked.code, asked.certificate).encode()
        conv = convs.direct(book.own.user, user)
        await self.post.say(Type.ANSWER, conv, (user,), body, devices=(device,))

    # --- what was told -------------------------------------------------------------------------------------

    def _is_news(self, bundle: Bundle) -> bool:
        """Tell whether something was revoked, or the issuing key replaced, since everybody was told last."""
        try:
            told = json.loads(store.read(self._folder / TOLD, 4096))
        except (AdminError, ValueError):
            told = None
        return bool(told != _said(bundle))

    def _told(self, bundle: Bundle) -> None:
        store.write(self._folder / TOLD, json.dumps(_said(bundle)).encode())

    @property
    def _now_s(self) -> int:
        return self._now_ms() // 1000


async def _there(line: Mailbox, file: Attachment) -> bool:
    try:
        for blob in file.blobs:
            await line.blob_size(blob)
    except LinkRefused:
        return False
    return True


def _said(bundle: Bundle) -> list[object]:
    revoked = sorted(one.hex() for one in Log(bundle.org, bundle.entries).revoked)
    issuers = [digest(one).hex() for one in bundle.issuers]
    return [digest("".join(revoked).encode()).hex(), digest("".join(issuers).encode()).hex()]


def _conv(own: bytes, people: list[bytes]) -> bytes:
    """Return the conversation in which several are told: of two, theirs; else one that follows from who they are."""
    if len(people) == 1:
        return convs.direct(own, people[0])
    found = digest(cbor.encode(["CSL1/newer", own, people]))[:16]
    return bytes((found[0] & ~convs.DIRECT & 0xFF,)) + found[1:]
