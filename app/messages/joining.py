"""Files of messages that join a patient's record: given to the hospital by way of a gateway, and what became of each. No Qt."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING

from app.fanout.document import MEDIA
from app.fanout.outgoing import MOST_BYTES, NotSent
from app.messages.filing import Filing
from app.messages.ports import Refused, Unwritable
from app.papers import kinds
from app.post.office import Closed
from app.post.taking import patient_of
from media.errors import ProtocolError
from media.mail import texts
from media.mail.bodies import ID
from storage.errors import Locked, ReadOnly, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.acts import Act
    from app.audit import Trail
    from app.config import Config
    from app.fanout.outgoing import Outgoing
    from app.post.office import Post
    from media.mail.bodies import Patient
    from storage.messages.posting import Kept
    from storage.messages.records import File
    from storage.outgoing import Leaving

CODE = "34109-9"
"""LOINC: Note. Nobody told of which narrower type a file is."""
LOOK_S = 60.0
_OUT: Act = "document-out"
log = logging.getLogger(__name__)


def joinable(file: File) -> bool:
    """Tell whether the record takes a file of that kind and size."""
    return not file.ephemeral and bool(_media(file)) and file.size <= MOST_BYTES


class Joining(Filing):
    """Gives files to the record by `outward`, which raises NotSent while nothing may leave."""

    def __init__(self, post: Post, config: Config, now_ms: Callable[[], int], trail: Trail) -> None:
        super().__init__(post, config, now_ms, trail)
        self.outward: Callable[[], Outgoing] = _nowhere

    async def join(self, file: int) -> None:
        """Give a file to the record of the patient whom its message names; what becomes of it stands on the file.

        Raises Refused "unknown", "gone", "unjoinable", "joined" (it was given), "no-gateway".
        """
        found, _, message = await self._here(file)
        if message.patient is None or not joinable(found):
            raise Refused("unjoinable")
        if not self.reaches_record:
            raise Refused("no-gateway")
        number = os.urandom(ID)
        if not await self._write(lambda rows: rows.files.join(file, number), message.thread):
            raise Refused("joined")
        await self._give(file, number)

    @property
    def reaches_record(self) -> bool:
        """Whether there is a gateway to give documents to."""
        try:
            return self.outward().reachable
        except NotSent:
            return False

    def left(self, one: Leaving) -> None:
        """Take it that a document came further, as `Handed.left` tells."""
        if self._desk is not None:
            task = asyncio.get_running_loop().create_task(self._note_stage(one.id, one.stage, one.code))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _carry(self) -> None:
        """Move files, and follow what was given to the record, for as long as the post office is open."""
        if not self._open.vault.mail_read_only:
            async with asyncio.TaskGroup() as group:
                group.create_task(super()._carry())
                group.create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            try:
                await self.settle()
            except (NotSent, Refused, Unwritable, StorageError) as error:
                log.info("documents for the record are looked at later: %s", type(error).__name__)
            if self.reaches_record != self.standing.record:
                self.changed.fire(frozenset())
            await asyncio.sleep(LOOK_S)

    async def settle(self) -> None:
        """Note what became of what was given, and give once more what a crash or a lost gateway kept back."""
        given, outgoing = await self._read(lambda rows: rows.files.leaving()), self.outward()
        known = await outgoing.known(given)
        for number, file in given.items():
            one = known.get(number)
            if one is not None and not outgoing.stuck(one):
                await self._note_stage(number, one.stage, one.code)
            elif outgoing.reachable:
                await self._give(file, number)

    async def _give(self, file: int, number: bytes) -> None:
        """Give a file to a gateway; in the audit trail before it may leave."""
        try:
            found, kept, patient = await self._about_somebody(file)
            data = await asyncio.to_thread(lambda: b"".join(self._opened(kept)))
            await self._noted(f"patient:{patient.authority}|{patient.ipp}".encode())
            title = texts.clean_line(found.name)
            await self.outward().send(CODE, title, _media(found), patient, data, number=number)
        except (NotSent, ProtocolError, Refused, Closed) as error:
            await self._note_stage(number, "", "")
            raise Refused(getattr(error, "code", "unjoinable")) from error

    async def _about_somebody(self, file: int) -> tuple[File, Kept, Patient]:
        """Return a file that is here, and the patient whom its message names; raises Refused."""
        found, kept, message = await self._here(file)
        patient = patient_of(message.patient)
        if patient is None:
            raise Refused("unjoinable")
        return found, kept, patient

    async def _noted(self, about: bytes) -> None:
        desk = self._open
        try:
            await asyncio.wrap_future(
                desk.vault.audit.record(self._now_ms(), desk.me, _OUT, subject=about, reason="message")
            )
        except (Locked, ReadOnly) as error:
            raise Unwritable from error

    async def _note_stage(self, number: bytes, stage: str, code: str) -> None:
        thread = await self._write(lambda rows: rows.files.stand(number, stage, code))
        if thread:
            self.changed.fire(frozenset((thread,)))


def _media(file: File) -> str:
    """Return as what a file leaves, "" where the record takes none of its kind."""
    media = kinds.plain(file.kind)
    media = "text/xml" if media in kinds.CDA else media
    return media if media in MEDIA else ""


def _nowhere() -> Outgoing:
    raise NotSent("no-gateway")
