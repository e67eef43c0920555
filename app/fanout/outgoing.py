"""Documents that a desk gives to the hospital's record, by way of a gateway, and what became of each. No Qt.

number = await outgoing.send("34794-8", "Compte rendu de RCP", "application/pdf", patient, data)
outgoing.changed.subscribe(…)          # Leaving: stage queued, sent, accepted or refused with its code
"""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from app.fanout.wire import ID_BYTES, conv
from media.events import Event
from media.mail import feeds as words
from media.mail.types import DOCUMENT
from storage.outgoing import Leaving, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from app.fanout.desk import Gateway
    from app.fanout.wire import Wire
    from app.post.told import Told
    from media.mail.bodies import Patient
    from storage.vault import Vault

MOST_BYTES = DOCUMENT - 131_072
AGAIN_MS = 73 * 3_600_000
"""The post office gives up what got no receipt in 72 h: then a document is put into the outbox once more."""
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

    async def send(
        self,
        code: str,
        title: str,
        media: str,
        patient: Patient,
        data: bytes,
        *,
        text: str = "",
        number: bytes = b"",
    ) -> bytes:
        """Give a document (LOINC or local *code*), and the same as plain *text*, to the record; return its id, by which `get` finds it.

        Under a *number* of the caller's it may be given again, whatever became of the first time: it is brought out once.
        On disk once this returns, sent when the relay is there. Raises NotSent, StorageError, ProtocolError (a text that is none).
        """
        if len(data) > MOST_BYTES:
            raise NotSent("too-big")
        number = number or os.urandom(ID_BYTES)
        subject = f"patient:{patient.authority}|{patient.ipp}".encode()
        said = words.Outgoing(code, title, media, patient, data, text)
        await self._give(number, subject, said.encode())
        return number

    async def mend(self) -> None:
        """Give what was begun and cut off before it was in the outbox: after each opening. Raises NotSent, StorageError."""
        for one in await asyncio.wrap_future(self._vault.outgoing.begun()):
            await self._give(one.id, one.subject, one.message)

    async def _give(self, number: bytes, subject: bytes, message: bytes) -> None:
        """Keep what leaves, put it into the outbox, note that it is there; nothing where what became of it is known.

        Row and letter lie in two files of the vault. The row comes first, so that no answer comes before it, and has what the letter
        says until that is there: whatever is killed in between, `mend` goes on, and the outbox takes a number once.
        """
        outgoing, to = self._vault.outgoing, await self._aim(number)
        one = Leaving(number, to.device, Stage.QUEUED, self._now_ms(), subject=subject, message=message)
        if not await asyncio.wrap_future(outgoing.begin(one)):
            return
        body, devices = words.Outgoing.parse(message), {to.user: frozenset((to.device,))}
        await self._wire.say(body, devices, conv=conv("documents"), msg_id=number)
        await asyncio.wrap_future(outgoing.given(number, self._now_ms() + AGAIN_MS))
        self.changed.fire(replace(one, attempts=1, message=b""))

    async def _aim(self, number: bytes) -> Gateway:
        """Return the gateway that has a document already, as long as it is one."""
        known, before = {one.device: one for one in self._gateways()}, await self.get(number)
        if not known:
            raise NotSent("no-gateway")
        return known.get(before.author if before is not None else b"") or known[min(known)]

    @property
    def reachable(self) -> bool:
        """Whether there is a gateway to give documents to."""
        return any(True for _ in self._gateways())

    def stuck(self, one: Leaving) -> bool:
        """Tell whether a document must be given again: it was not put into the outbox, its gateway is gone, or nothing was heard for long."""
        if one.stage is not Stage.QUEUED:
            return False
        gone = one.author not in {gateway.device for gateway in self._gateways()}
        return not one.attempts or gone or self._now_ms() >= one.next_ms

    async def known(self, numbers: Collection[bytes]) -> dict[bytes, Leaving]:
        """Return how far those of *numbers* are that are documents of this desk."""
        return await asyncio.wrap_future(self._vault.outgoing.known(numbers))

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
