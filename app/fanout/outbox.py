"""The gateway's way out: documents of desks, kept before they count as taken, brought to the hospital's record over MLLP.

A record that does not answer, or answers AE, is asked again later with the same MSH-10; AR is for good. The author is told.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.fanout import document
from app.fanout.wire import conv
from app.interop.client import Client, NoAnswerError
from media.mail import feeds as words
from storage.errors import StorageError
from storage.outgoing import Leaving, Stage

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from app.acts import Act
    from app.fanout.wire import Wire
    from app.interop.client import Ack
    from app.post.told import Told
    from storage.vault import Vault

BACK_OFF_MS = (5_000, 15_000, 60_000, 300_000, 900_000)
ANSWER_S = 30.0
LOOK_S = 1.0
NO_RECORD, NO_PATIENT, NO_MEDIA, TAKEN = "no-record", "902", "media-refused", "id-taken"
"""Why a document is refused here: no record is configured, its patient is unknown, its kind of file may not leave, its id is another's."""
STAGES = {
    Stage.QUEUED: words.Stage.QUEUED,
    Stage.SENT: words.Stage.SENT,
    Stage.ACCEPTED: words.Stage.ACCEPTED,
    Stage.REFUSED: words.Stage.REFUSED,
}
_OUT: Act = "document-out"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Record:
    """Where documents go: an MLLP listener, and in which `form` of `document.FORMS` it wants them."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    form: str = "mdm"


class Outbox:
    """Takes documents (`take` is the post office's handler of `outgoing`) and brings them to *record*; `run` until cancelled."""

    def __init__(
        self, vault: Vault, wire: Wire, record: Record | None, now_ms: Callable[[], int], zone: str
    ) -> None:
        self._vault, self._wire, self._record, self._now_ms, self._zone = vault, wire, record, now_ms, zone
        self._came = asyncio.Event()

    async def take(self, told: Told) -> None:
        """Keep a document with the message that will bring it; raises StorageError, and then it is to come again."""
        said = told.body
        if not isinstance(said, words.Outgoing):
            return
        subject = f"patient:{said.patient.authority}|{said.patient.ipp}".encode()
        message, code = await self._message(told, said)
        stage = Stage.REFUSED if code else Stage.QUEUED
        now_ms = self._now_ms()
        one = Leaving(told.msg_id, told.by.user, stage, now_ms, code, subject=subject, message=message)
        known = await asyncio.wrap_future(self._vault.outgoing.get(one.id))
        if known is not None and known.author != one.author:
            refused = words.OutgoingAck(one.id, words.Stage.REFUSED, TAKEN)
            await self._wire.say(refused, {one.author: frozenset()}, conv=conv("documents"))
        if known is None:
            record = self._vault.audit.record
            await asyncio.wrap_future(
                record(now_ms, told.by.user, _OUT, subject=subject, reason=code, result=stage)
            )  # before the document may leave: a trail that cannot be written lets none out
            await asyncio.wrap_future(self._vault.outgoing.add(one))
        self._came.set()

    async def _message(self, told: Told, said: words.Outgoing) -> tuple[bytes, str]:
        """Return the message that brings a document, or why there is none."""
        if self._record is None:
            return b"", NO_RECORD
        if said.media not in document.MEDIA:
            return b"", NO_MEDIA
        patient = await asyncio.wrap_future(
            self._vault.patients.by_ipp(said.patient.authority, said.patient.ipp)
        )
        if patient is None or patient.unnamed:
            return b"", NO_PATIENT
        paper = document.Paper(
            told.msg_id, said.kind, said.title, said.media, told.by.name, said.data, said.text
        )
        form, now_ms = self._record.form, self._now_ms()
        return await asyncio.to_thread(document.build, paper, patient, now_ms, form=form, zone=self._zone), ""

    async def run(self) -> None:
        """Bring out and tell authors until cancelled."""
        while True:
            try:
                while await self.step():
                    pass
            except StorageError as error:
                log.warning("documents stay: %s", type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._came.wait()
            self._came.clear()

    async def step(self) -> bool:
        """Bring out the next document that is due, tell authors what became of theirs; False where none was due."""
        one = await asyncio.wrap_future(self._vault.outgoing.due(self._now_ms()))
        if one is not None and self._record is not None:
            await self._bring(one, self._record)
        await self._tell()
        return one is not None and self._record is not None

    async def _bring(self, one: Leaving, record: Record) -> None:
        outgoing = self._vault.outgoing
        try:
            ack = await _answer(one.message, record)
        except (NoAnswerError, OSError):
            ack = None
        if ack is None or ack.code in {"AE", "CE"}:
            wait_ms = BACK_OFF_MS[min(one.attempts, len(BACK_OFF_MS) - 1)]
            await asyncio.wrap_future(outgoing.put_off(one.id, self._now_ms() + wait_ms))
        elif ack.accepted:
            stage = Stage.ACCEPTED if ack.code == "AA" else Stage.SENT
            await asyncio.wrap_future(outgoing.stand(one.id, stage))
        else:
            await asyncio.wrap_future(outgoing.stand(one.id, Stage.REFUSED, _code(ack)))

    async def _tell(self) -> None:
        for one in await asyncio.wrap_future(self._vault.outgoing.untold()):
            said = words.OutgoingAck(one.id, STAGES[one.stage], one.code)
            await self._wire.say(said, {one.author: frozenset()}, conv=conv("documents"))
            await asyncio.wrap_future(self._vault.outgoing.told(one.id, one.stage))


async def _answer(message: bytes, record: Record) -> Ack:
    """Return the last answer to *message*: the application's, where the commit's came first."""
    async with await Client.connect(record.host, record.port, record.tls, ANSWER_S) as client:
        return (await client.send(message))[-1]


def _code(ack: Ack) -> str:
    """Return the code of a refusal: ERR-3 as far as it is one, else the answer's own."""
    code = ack.error if ack.error.isalnum() else ack.code
    return code[:20] if code.isascii() and code.isalnum() else "AR"
