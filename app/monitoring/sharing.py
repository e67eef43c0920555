"""Records between the devices of a service: an own one in the vault and the outbox at once, those of others kept before they count as taken.

Whoever is told of a record finds it in the vault already. No Qt.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from app.monitoring.company import Company
from app.post.later import Sealed
from media.errors import MediaError, ProtocolError, TrustError
from media.events import Event
from media.keys import cbor
from media.keys.envelope import open_content, verify_header
from media.keys.sign import digest
from media.mail import policy as policies
from media.mail import say, steps
from media.mail.bodies import ID, Sheet
from media.mail.convs import DIRECT
from media.mail.types import Type
from storage.errors import Locked
from storage.monitoring.trace import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from app.post.office import Post
    from app.post.told import Told
    from media.keys.certs import DeviceCert
    from media.mail.bodies import Patient
    from media.mail.policy import Policy
    from media.mail.steps import AlertStep
    from storage.messages.store import Mailbag
    from storage.vault import Vault

KINDS: dict[str, type[AlertStep | Policy]] = {steps.KIND: steps.AlertStep, policies.KIND: policies.Policy}
log = logging.getLogger(__name__)


def conv(service: str) -> bytes:
    """Return the conversation of a service's records."""
    found = digest(cbor.encode(["CSL1/monitoring", service]))[:ID]
    return bytes((found[0] & ~DIRECT & 0xFF,)) + found[1:]


class Sharing:
    """Of one desk. `came` fires on the loop's thread with each record that is new here, own ones too, after it is on disk.

    *founders*: whom IT lets sign first rules. Of people in no service only so much is kept (storage/monitoring/guests.py): `limited`
    fires with the user, once a day, where there is no room for all of theirs.
    """

    def __init__(self, post: Post, founders: Callable[[], Collection[bytes]] = tuple) -> None:
        self._post = post
        self._vault: Vault | None = None
        self._company = Company(founders)
        self.counts: Callable[[Kept], bool] = lambda _kept: False
        """Tells of a record of somebody in no service whether it counts all the same, as nobody ruled that alert's service."""
        self.forged: Callable[[Kept], bool] = lambda _kept: False
        """Tells of a record of somebody else whether its id is that of what another one is to say."""
        self.came: Event[Kept] = Event()
        self.limited: Event[bytes] = Event()
        self.came.subscribe(self._company.hear)
        post.hear(Type.RECORD, self._take)

    def open(self, vault: Vault) -> None:
        """Keep records in this vault."""
        self._vault = vault

    def close(self) -> None:
        """Take nothing more: what comes waits at the relay."""
        self._vault = None

    @property
    def device(self) -> bytes:
        """The own device; raises Closed."""
        return self._post.desk.device

    def certificate(self, cert_hash: bytes) -> DeviceCert | None:
        """Return a certificate of the directory of now; None where it has none with this hash. Raises Closed."""
        book = self._post.desk.book
        return book.certificate(cert_hash) if book.knows(cert_hash) else None

    @property
    def post(self) -> Post:
        """The post office that carries the records."""
        return self._post

    async def seal(
        self, service: bytes, members: Iterable[bytes], said: AlertStep, number: bytes
    ) -> tuple[Sealed, Kept]:
        """Sign a record under an id for a time to come, in a chain of its own; nobody has it yet, this desk neither.

        *service* is the conversation. Raises Closed, ProtocolError (too long).
        """
        writer, desk = self._post.writer, self._post.desk
        data = said.encode()
        body = Sheet(said.KIND, data).encode()
        made = await asyncio.to_thread(writer.draft, Type.RECORD, service, tuple(members), body)
        draft = made.named(number)
        letter = await asyncio.to_thread(writer.apart, draft)
        cert = desk.book.own
        proof = (letter.header, letter.box)
        kept = _kept(number, said, service, (cert.user, cert.device_id), said.at_ms, proof, data)
        return Sealed(draft, letter), kept

    async def publish(self, sealed: Sealed, kept: Kept) -> None:
        """Keep what was sealed, as its time has come, and give it to everybody; again is no error. Raises Closed, StorageError."""
        now_ms, vault = self._post.desk.now_ms(), self._opened()

        def act(rows: Mailbag) -> bool:
            fresh = rows.trace.keep(kept)
            if fresh:
                rows.outbox.add(sealed.letter, sealed.draft.targets, now_ms)
            return fresh

        if await asyncio.wrap_future(vault.mail.write(act)):
            self._post.wake()
            self._tell(vault, kept)

    async def say(self, service: str, members: Iterable[bytes], said: AlertStep | Policy) -> Kept:
        """Sign a record and give it to all devices of *members* and the own others; return it, on disk.

        Raises Closed, StorageError, ProtocolError (too long).
        """
        writer, desk, vault = self._post.writer, self._post.desk, self._opened()
        data = said.encode()
        body = Sheet(said.KIND, data).encode()
        draft = await asyncio.to_thread(writer.draft, Type.RECORD, conv(service), tuple(members), body)
        cert = desk.book.own
        by = (cert.user, cert.device_id)

        def act(rows: Mailbag) -> Kept:
            proof = writer.act(rows, draft)
            kept = _kept(
                draft.msg_id, said, conv(service), by, desk.now_ms(), (proof, draft.content.box), data
            )
            rows.trace.keep(kept)
            return kept

        kept = await asyncio.wrap_future(vault.mail.write(act))
        self._post.wake()
        self._tell(vault, kept)
        return kept

    async def _take(self, told: Told) -> None:
        """Keep a record of somebody else; one of a kind that is not known here is kept as well, for a later version.

        Raises TrustError for one under the id of another's.
        """
        if not isinstance(told.body, Sheet):
            return
        vault, sheet = self._opened(), told.body
        by = (told.by.user, told.by.device_id)
        try:
            said = KINDS[sheet.kind].parse(sheet.data) if sheet.kind in KINDS else None
        except ProtocolError:
            log.warning("a record is not of its kind")
            return
        proof = (told.proof, told.box)
        if said is None:
            kept = Kept(
                told.msg_id,
                sheet.kind,
                b"",
                told.conv,
                told.header.sent_ms,
                told.at_ms,
                *by,
                "",
                "",
                "",
                *proof,
                sheet.data,
            )
        else:
            kept = _kept(told.msg_id, said, told.conv, by, told.at_ms, proof, sheet.data)
        if self.forged(kept):
            raise TrustError("content-forged")
        if await self._keep(vault, kept, own=told.own):
            self._tell(vault, kept)

    async def _keep(self, vault: Vault, kept: Kept, *, own: bool) -> bool:
        """Keep what came; tell whether it is new. Of somebody in no service there is only so much room."""
        company = self._company
        if await company.read(vault):
            await asyncio.wrap_future(vault.mail.write(lambda rows: rows.guests.admit(company.ever)))
        if own or kept.author in company.now:
            return await asyncio.wrap_future(vault.mail.write(lambda rows: rows.trace.keep(kept)))
        counts = kept.author in company.ever or self.counts(kept)
        taken = await asyncio.wrap_future(
            vault.mail.write(lambda rows: rows.guests.keep(kept, counts=counts))
        )
        if taken.full:
            log.warning("there is no room for all records of somebody in no service")
            self.limited.fire(kept.author)
        return taken.fresh

    def _tell(self, vault: Vault, kept: Kept) -> None:
        """Tell of a record on disk, unless its vault was let go meanwhile: another's may be open."""
        if self._vault is vault:
            self.came.fire(kept)

    def _opened(self) -> Vault:
        if self._vault is None:
            raise Locked
        return self._vault


def _kept(
    number: bytes,
    said: AlertStep | Policy,
    service: bytes,
    by: tuple[bytes, bytes],
    came_ms: int,
    proof: tuple[bytes, bytes],
    data: bytes,
) -> Kept:
    if isinstance(said, steps.AlertStep):
        subject, at_ms, patient = said.subject, said.at_ms, _named(said.patient)
    else:
        subject, at_ms, patient = service, said.made_ms, ("", "", "")
    return Kept(number, said.KIND, subject, service, at_ms, came_ms, *by, *patient, *proof, data)


def _named(patient: Patient | None) -> tuple[str, str, str]:
    return (patient.authority, patient.ipp, patient.label) if patient else ("", "", "")


def verify(kept: Kept, certificate: DeviceCert) -> bool:
    """Tell whether a record is what the device of *certificate* signed: its words, its id, its conversation, its author."""
    try:
        header = verify_header(kept.proof, certificate.public, act=True)
        body = say.parse(header.type, open_content(header, kept.box))
    except MediaError:
        return False
    said = (header.msg_id, header.conv, header.cert_hash, certificate.user, certificate.device_id)
    stored = (kept.id, kept.service, certificate.hash, kept.author, kept.device)
    return said == stored and body == Sheet(kept.kind, kept.data)
