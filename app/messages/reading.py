"""What is there: threads, pages, finding, versions, receipts; and having read it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from app.config import READ_RECEIPTS
from app.messages.ground import Ground, code_of
from app.post.once import openings
from storage.messages.posting import Owed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.messages.records import Hit, Message, PatientLink, Receipt, Thread
    from storage.messages.store import Mailbag

CODES = 32
"""So many messages at most stand in one row of the trail."""


class Reading(Ground):
    """Reads of the vault; nothing of it waits for the relay."""

    async def threads(self) -> tuple[Thread, ...]:
        """Return all threads, pinned first, then the newest."""
        return await self._read(lambda rows: rows.threads.all())

    async def about(
        self, numbers: Sequence[tuple[str, str]], limit: int = 50
    ) -> tuple[tuple[Thread, Message], ...]:
        """Return up to *limit* messages about who has one of *numbers*, each with its thread, the newest first."""

        def act(rows: Mailbag) -> tuple[tuple[Message, ...], dict[int, Thread | None]]:
            found = rows.messages.about(numbers, limit)
            return found, {number: rows.threads.get(number) for number in {one.thread for one in found}}

        found, threads = await self._read(act)
        told = ((threads[one.thread], one) for one in self._seen(found))
        return tuple((thread, one) for thread, one in told if thread is not None)

    async def page(self, thread: int, before: int = 0, limit: int = 50) -> tuple[Message, ...]:
        """Return up to *limit* messages before the `order` *before* (0: the newest), oldest first."""
        return self._seen(await self._read(lambda rows: rows.messages.page(thread, before, limit)))

    async def around(self, message: int, limit: int = 50) -> tuple[Message, ...]:
        """Return a message with what stands before and after it, oldest first."""
        return self._seen(await self._read(lambda rows: rows.messages.around(message, limit)))

    async def quoted(self, thread: int, msg_ids: Iterable[bytes]) -> tuple[Message, ...]:
        """Return the messages of a thread that are quoted by these ids, as far as they are still there."""

        def act(rows: Mailbag) -> list[Message | None]:
            return [rows.messages.quoted(thread, one) for one in msg_ids]

        return self._seen(tuple(one for one in await self._read(act) if one is not None))

    async def search(self, text: str, thread: int = 0, limit: int = 50) -> tuple[Hit, ...]:
        """Find messages by the beginnings of words, in one thread or all, newest first."""
        now_ms = self._sure_ms()
        return await self._read(lambda rows: rows.search.find(text, thread, limit, now_ms))

    async def receipts(self, message: int) -> tuple[Receipt, ...]:
        """Return how far an own message came, a row a person."""

        def act(rows: Mailbag) -> tuple[Receipt, ...]:
            found = rows.messages.get(message)
            once = [rows.files.kept(one.id) for one in found.files if one.ephemeral] if found else []
            opened = {
                one.user: one.at_ms for kept in once if kept and kept.manifest for one in openings(kept)
            }
            rows_of = rows.messages.receipts(message)
            return tuple(replace(one, opened_ms=opened.get(one.user, 0)) for one in rows_of)

        return await self._read(act)

    async def versions(self, message: int) -> tuple[tuple[int, str], ...]:
        """Return what a corrected message said before: (time, text), oldest first."""
        return await self._read(lambda rows: rows.messages.versions(message))

    async def read(self, thread: int, order: int) -> None:
        """Mark as read up to `order`, tell the authors where the user allows, and trace what is about a patient."""
        told, now_ms = self._config.get(READ_RECEIPTS), self._now_ms()

        def act(rows: Mailbag) -> tuple[Thread | None, tuple[Message, ...]]:
            found = rows.threads.get(thread)
            unread = rows.messages.unread(thread, order)
            rows.messages.read(thread, order)
            for message in unread if told and found else ():
                origin = rows.origins.of(message.id)
                if origin and not message.own and found:
                    owed = Owed(message.msg_id, origin.device, message.author, found.conv, now_ms, now_ms)
                    rows.inflow.owe_read(owed)
            return found, unread

        found, unread = await self._write(act, thread)
        self._trace_read(found, unread)
        if unread and told:
            self._post.owe()

    def _trace_read(self, thread: Thread | None, read: Iterable[Message]) -> None:
        """Say of each patient which messages were read."""
        about: dict[PatientLink | None, list[str]] = defaultdict(list)
        for one in read:
            about[one.patient or (thread.patient if thread else None)].append(code_of(one))
        for patient, codes in about.items():
            for at in range(0, len(codes), CODES):
                self._trace("message-read", patient, " ".join(codes[at : at + CODES]))

    def _seen(self, page: tuple[Message, ...]) -> tuple[Message, ...]:
        """Show nothing of what its timer ended, also before it is effaced for good."""
        now_ms = self._sure_ms()
        return tuple(_gone(one) if _over(one, now_ms) else one for one in page)


def _over(message: Message, now_ms: int) -> bool:
    return 0 < message.expires_ms <= now_ms and not message.gone_ms


def _gone(message: Message) -> Message:
    return replace(message, text="", files=(), gone_ms=message.expires_ms)
