"""Saying something: sent, corrected, withdrawn, taken in charge; row and letter in one transaction, whether the relay is there or not."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from app.messages.filing import Filing
from app.messages.ground import code_of
from app.messages.ports import CROWD, CROWD_A_MINUTE, Refused, Unwritable
from app.post.office import Closed
from app.post.taking import patient_of
from media.errors import ProtocolError
from media.keys.issuers import ID_BYTES
from media.mail import bodies, texts
from media.mail.timers import due_ms
from media.mail.types import Type
from storage.messages.posting import NewMessage
from storage.messages.records import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.audit import Trail
    from app.config import Config
    from app.messages.ports import Outgoing
    from app.post.office import Post
    from app.post.writing import Draft
    from storage.messages.posting import Blob, NewFile
    from storage.messages.records import Message, PatientLink, Thread
    from storage.messages.store import Mailbag

CHANGE_MS = 86_400_000
"""So long after it was sent an own message may be corrected or withdrawn."""
MINUTE_MS = 60_000
Said = bodies.Text | bodies.Correct | bodies.Withdraw | bodies.Taken | bodies.Team


class Speaking(Filing):
    """Writes into the outbox."""

    def __init__(self, post: Post, config: Config, now_ms: Callable[[], int], trail: Trail) -> None:
        super().__init__(post, config, now_ms, trail)
        self._sent_ms: deque[int] = deque()

    async def send(
        self,
        thread: int,
        text: str,
        quote: bytes = b"",
        files: tuple[Outgoing, ...] = (),
        *,
        patient: PatientLink | None = None,
        confirmed: bool = False,
    ) -> int:
        """Send, or keep for when the relay is there again; return the message's id."""
        found = replace(await self._to_write(thread), patient=patient)
        said = texts.clean_text(text)
        self._guard(found, confirmed=confirmed)
        kept = await self._prepare(files)
        if len(said) > texts.MAX_CHARACTERS:
            raise Refused("too-long")
        if not said.strip() and not kept:
            raise Refused("unknown")
        if kept:
            message = await self._keep_with_files(found, said, quote, kept)
            await self._seal_data(message, files)
        else:
            message = await self._send_text(found, said, quote)
        self._sent_ms.append(self._now_ms())
        self._trace("message-sent", patient, code_of(await self._message(message)))
        return message

    async def _send_text(self, thread: Thread, text: str, quote: bytes) -> int:
        draft = await self._draft(thread, bodies.Text(text, quote, patient_of(thread.patient)))

        def act(rows: Mailbag) -> int:
            message = rows.messages.add(self._new(thread, draft.msg_id, text, quote, State.QUEUED))
            self._post_for(rows, draft, message)
            rows.threads.keep_draft(thread.id, "")
            return message

        return await self._posted(act, thread.id)

    async def _keep_with_files(
        self, thread: Thread, text: str, quote: bytes, files: tuple[NewFile, ...], to: Iterable[bytes] = ()
    ) -> int:
        """Keep a message whose files are still to be sealed and sent: the post office says it once they are there.

        It goes to the users *to*; where nobody is named, to who is in the thread then.
        """

        def act(rows: Mailbag) -> int:
            new = self._new(thread, os.urandom(ID_BYTES), text, quote, State.DRAWN, files)
            rows.threads.keep_draft(thread.id, "")
            message = rows.messages.add(new)
            rows.addressees.keep(message, to)
            return message

        return await self._posted(act, thread.id)

    def _new(
        self,
        thread: Thread,
        msg_id: bytes,
        text: str,
        quote: bytes,
        state: State,
        files: tuple[NewFile, ...] = (),
    ) -> NewMessage:
        now_ms = max(self._now_ms(), self._sure_ms())
        return NewMessage(
            thread.id,
            msg_id,
            self._open.me,
            own=True,
            sent_ms=now_ms,
            at_ms=now_ms,
            state=state,
            text=text,
            quote=quote,
            patient=thread.patient,
            files=files,
            expires_ms=due_ms(now_ms, now_ms, thread.expire_s),
        )

    async def correct(self, message: int, text: str) -> None:
        """Replace the text of an own message; what stood before stays readable for both."""
        found, thread = await self._own(message)
        said = texts.clean_text(text)
        if len(said) > texts.MAX_CHARACTERS:
            raise Refused("too-long")
        if not said.strip():
            raise Refused("unknown")
        draft = await self._draft(thread, bodies.Correct(found.msg_id, said))
        now_ms = self._now_ms()

        def act(rows: Mailbag) -> None:
            rows.messages.correct(message, said, now_ms)
            self._post.writer.post(rows, draft, about=message)

        await self._posted(act, thread.id)
        self._trace("message-corrected", found.patient, code_of(found))

    async def withdraw(self, message: int) -> None:
        """Take an own message back, its files too; that it was there and when stays."""
        found, thread = await self._own(message)
        draft = await self._draft(thread, bodies.Withdraw(found.msg_id))
        now_ms = self._now_ms()

        def act(rows: Mailbag) -> tuple[tuple[str, ...], list[Blob]]:
            blobs = [blob for file in found.files for blob in rows.files.blobs(file.id)]
            gone = rows.messages.withdraw(message, now_ms)
            if found.state is not State.DRAWN:
                self._post.writer.post(rows, draft, about=message)
            return gone, blobs

        gone, blobs = await self._posted(act, thread.id)
        await asyncio.to_thread(self._open.vault.mail.shelf.drop, gone)
        await self._post.forget(blobs)
        self._trace("message-withdrawn", found.patient, code_of(found))

    async def take(self, message: int) -> None:
        """Sign "pris en charge" for a message, for all of the thread to see."""
        found = await self._message(message)
        thread = await self._to_write(found.thread)
        origin = await self._read(lambda rows: rows.origins.of(message))
        if origin is None or found.withdrawn_ms or found.gone_ms or self._open.session.act is None:
            raise Refused("gone")
        draft = await self._draft(thread, bodies.Taken(found.msg_id, origin.hash))
        me, now_ms = self._open.me, self._now_ms()

        def act(rows: Mailbag) -> None:
            self._post.writer.post(rows, draft, about=message)
            letter = rows.outbox.find(draft.msg_id)
            rows.messages.take(message, me, now_ms, letter.header if letter else b"")

        await self._posted(act, thread.id)
        self._trace("message-taken", found.patient or thread.patient, code_of(found))

    async def keep_draft(self, thread: int, text: str, patient: PatientLink | None = None) -> None:
        """Keep what is typed and not sent, and whom it is about."""
        draft = text[: texts.MAX_CHARACTERS]
        await self._write(lambda rows: rows.threads.keep_draft(thread, draft, patient))

    async def release(self, thread: int) -> None:
        """Send what was held, after a code was compared or a change acknowledged."""
        found, now_ms = await self._thread(thread), self._now_ms()

        def act(rows: Mailbag) -> None:
            for user in found.members:
                rows.outbox.release(user, now_ms)

        await self._posted(act, thread)

    async def again(self, message: int) -> None:
        """Send once more what failed or was not delivered, and what was said about it before this device was enrolled anew."""
        found, now_ms = await self._message(message), self._now_ms()
        await self._resume(found)
        said = await self._unsaid(found)

        def act(rows: Mailbag) -> None:
            if not rows.outbox.again(message, now_ms) and _without_letter(rows, message):
                self._all_there(rows, message)
            for draft in said:
                self._post.writer.post(rows, draft, about=message)
            rows.messages.said_again(message)

        await self._posted(act, found.thread)

    # --- inside --------------------------------------------------------------------------------------------

    async def _unsaid(self, message: Message) -> list[Draft]:
        """Return anew what was to be said about a message and nobody heard."""
        if not message.unsaid:
            return []
        thread = await self._to_write(message.thread)
        origin = await self._read(lambda rows: rows.origins.of(message.id))
        said: dict[int, Said] = {Type.WITHDRAW: bodies.Withdraw(message.msg_id)}
        if not message.withdrawn_ms and not message.gone_ms:
            said[Type.CORRECT] = bodies.Correct(message.msg_id, message.text)
            if origin and self._open.session.act is not None:
                said[Type.TAKEN] = bodies.Taken(message.msg_id, origin.hash)
        return [await self._draft(thread, said[one]) for one in map(Type, message.unsaid) if one in said]

    def _guard(self, thread: Thread, *, confirmed: bool) -> None:
        """Ask once more before many people, or many messages."""
        now_ms = self._now_ms()
        while self._sent_ms and self._sent_ms[0] <= now_ms - MINUTE_MS:
            self._sent_ms.popleft()
        if confirmed:
            return
        if len(thread.members) > CROWD:
            raise Refused("crowd")
        if len(self._sent_ms) >= CROWD_A_MINUTE:
            raise Refused("often")

    async def _to_write(self, thread: int) -> Thread:
        found = await self._thread(thread)
        if found.left or not set(found.members) - set(self._open.session.trust.blocked):
            raise Refused("no-recipient")
        return found

    async def _own(self, message: int) -> tuple[Message, Thread]:
        """Return an own message that may still be changed, and its thread."""
        found = await self._message(message)
        if not found.own or found.event:
            raise Refused("not-own")
        if found.withdrawn_ms or found.gone_ms:
            raise Refused("gone")
        if self._now_ms() - found.sent_ms > CHANGE_MS:
            raise Refused("late")
        return found, await self._to_write(found.thread)

    async def _draft(self, thread: Thread, said: Said) -> Draft:
        """Seal what is said, on a worker: a first look at certificates takes a while."""
        try:
            writer, body = self._post.writer, said.encode()
            return await asyncio.to_thread(
                writer.draft, said.TYPE, thread.conv, thread.members, body, expires_s=thread.expire_s
            )
        except Closed as error:
            raise Unwritable from error
        except ProtocolError as error:
            raise Refused("too-long") from error

    def _post_for(self, rows: Mailbag, draft: Draft, message: int) -> None:
        """Put the letter of a message into the outbox, and keep what acts about it will name."""
        digest = self._post.writer.post(rows, draft, message)
        rows.origins.keep(message, self._post.desk.device, digest)


def _without_letter(rows: Mailbag, message: int) -> bool:
    """Return whether an own message is to be said whose letter is gone: the device was enrolled anew since."""
    found = rows.messages.get(message)
    stuck = found is not None and found.own and found.state in {State.FAILED, State.UNDELIVERED}
    effaced = found is not None and bool(found.withdrawn_ms or found.gone_ms)
    return stuck and not effaced and not rows.outbox.of_message(message)
