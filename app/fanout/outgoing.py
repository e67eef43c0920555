"""Documents that a desk gives to the hospital's record, by way of a gateway, and what became of each. No Qt.

number = await outgoing.send("34794-8", "Compte rendu de RCP", "application/pdf", patient, data)
outgoing.changed.subscribe(…)          # Leaving: stage queued, sent, accepted or refused with its code
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from app.fanout.wire import conv
from media.events import Event
from media.mail import feeds as words
from media.mail.types import DOCUMENT
from storage.outgoing import Leaving, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.fanout.desk import Gateway
    from app.fanout.wire import Wire
    from app.post.told import Told
    from media.mail.bodies import Patient
    from storage.vault import Vault

MOST_BYTES = DOCUMENT - 65_536
STAGES = {
    words.Stage.QUEUED: Stage.QUEUED,
    words.Stage.SENT: Stage.SENT,
    words.Stage.ACCEPTED: Stage.ACCEPTED,
    words.Stage.REFUSED: Stage.REFUSED,
}
log = logging.getLogger(__name__)


class NotSent(Exception):  # noqa: N818 -- the page says what to do
    """Nothing left; `code`: no-gateway, too-big."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Outgoing:
    """Of one open vault. `take` is the post office's handler of acknowledgements; `changed` fires on the loop's thread."""

    def __init__(
        self,
        vault: Vault,
        wire: Wire,
        gateways: Callable[[], Iterable[Gateway]],
        now_ms: Callable[[], int],
    ) -> None:
        self._vault, self._wire, self._gateways, self._now_ms = vault, wire, gateways, now_ms
        self.changed: Event[Leaving] = Event()

    async def send(self, code: str, title: str, media: str, patient: Patient, data: bytes) -> bytes:
        """Give a document (LOINC or local *code*) to the record; return its id, by which `get` finds it.

        On disk once this returns, sent when the relay is there. Raises NotSent, StorageError, ProtocolError (a text that is none).
        """
        if len(data) > MOST_BYTES:
            raise NotSent("too-big")
        gateway = next(iter(sorted(self._gateways(), key=lambda one: one.device)), None)
        if gateway is None:
            raise NotSent("no-gateway")
        said = words.Outgoing(code, title, media, patient, data)
        to = {gateway.user: frozenset((gateway.device,))}
        number = await self._wire.say(said, to, conv=conv("documents"))
        subject = f"patient:{patient.authority}|{patient.ipp}".encode()
        one = Leaving(number, gateway.device, Stage.QUEUED, self._now_ms(), subject=subject)
        await asyncio.wrap_future(self._vault.outgoing.add(one))
        self.changed.fire(one)
        return number

    async def get(self, number: bytes) -> Leaving | None:
        """Return how far a document is."""
        return await asyncio.wrap_future(self._vault.outgoing.get(number))

    async def every(self) -> list[Leaving]:
        """Return the newest documents, the newest first."""
        return await asyncio.wrap_future(self._vault.outgoing.every())

    async def take(self, told: Told) -> None:
        """Note what the gateway says of a document; only the gateway that has it is believed."""
        said = told.body
        if not isinstance(said, words.OutgoingAck):
            return
        known = await self.get(said.about)
        if known is None or known.author != told.by.device_id:
            log.warning("a document that was not given to this gateway was acknowledged")
            return
        stage = STAGES[said.stage]
        await asyncio.wrap_future(self._vault.outgoing.stand(said.about, stage, said.code))
        self.changed.fire(replace(known, stage=stage, code=said.code))
