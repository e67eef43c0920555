"""Ephemeral documents (docs/protocol.md §13): the author's desk grants, the reader's asks; the key is in memory only while it is shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.post.sealed import attachment, opened
from media.errors import TrustError
from media.keys import cbor
from media.mail import bodies, convs
from media.mail.onetime import RETRY_MS, Offered, Opening, Reading
from media.mail.receiving import Author
from media.mail.types import Type
from media.patience import within
from storage.messages.records import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.post.desk import Desk
    from app.post.told import Told
    from app.post.writing import Writer
    from storage.messages.posting import Kept
    from storage.messages.records import File, Message
    from storage.messages.store import Mailbag

WAIT_S = RETRY_MS / 1000


class Once:
    """Both sides of the ephemeral documents of one desk. *steady_ms* is a clock that nobody sets.

    *answered* hears of the thread in which an own one was asked for.
    """

    def __init__(
        self,
        desk: Desk,
        writer: Writer,
        steady_ms: Callable[[], int],
        answered: Callable[[frozenset[int]], None],
    ) -> None:
        self._desk, self._writer, self._steady_ms, self._answered = desk, writer, steady_ms, answered
        self._since_ms: dict[int, int] = {}
        """When what was offered since the unlock was, by the steady clock."""
        self._offered: dict[int, Offered] = {}
        self._reading: dict[bytes, asyncio.Future[bodies.Grant]] = {}

    # --- the author's side ---------------------------------------------------------------------------------

    def offer(self, files: Iterable[File]) -> None:
        """Count from now on how long own documents may be opened; from the vault's thread."""
        self._since_ms |= {one.id: self._steady_ms() for one in files if one.ephemeral}

    async def asked(self, told: Told) -> None:
        """Answer an ask; that it was opened, and by whom, is on disk before the key leaves."""
        ask = told.body
        if not isinstance(ask, bodies.Ask):
            return
        asker = Author(told.by.user, told.by.role, told.by.device_id)
        conv = convs.direct(self._desk.session.user, told.by.user)

        def act(rows: Mailbag) -> tuple[dict[int, Offered], frozenset[int]]:
            grant, offered = self._judge(rows, ask, told.header.hash, asker)
            draft = self._writer.draft(
                Type.GRANT, conv, (told.by.user,), grant.encode(), devices=(told.by.device_id,)
            )
            self._writer.post(rows, draft)
            message = rows.messages.find(ask.about, self._desk.session.user)
            return offered, frozenset((message.thread,)) if message else frozenset()

        offered, threads = await self._desk.write(act)
        self._offered |= (
            offered  # not before it is on the disk: an opening known here alone would be forgotten
        )
        self._desk.wake.set()
        if threads:
            self._answered(threads)

    def _judge(
        self, rows: Mailbag, ask: bodies.Ask, ask_hash: bytes, asker: Author
    ) -> tuple[bodies.Grant, dict[int, Offered]]:
        """Return the answer, and how the document stands after it."""
        message = rows.messages.find(ask.about, self._desk.session.user)
        files = message.files if message and not message.withdrawn_ms and not message.gone_ms else ()
        if message is None or ask.file >= len(files) or not files[ask.file].ephemeral:
            return bodies.Grant(ask_hash, bodies.Answer.GONE), {}
        file = files[ask.file]
        offered = self._offered_now(rows, message, file)
        if offered is None:
            gone = bodies.Answer.OPENED if file.opened_ms else bodies.Answer.GONE
            return bodies.Grant(ask_hash, gone), {}
        after, grant = offered.answer(ask, ask_hash, asker, self._now_ms(rows, message, file))
        if after is not offered:
            _keep(rows, file.id, after)
            if len(after.openings) == len(after.recipients):
                rows.files.opened(file.id, asker.user, self._desk.now_ms())
        return grant, {file.id: after}

    def _now_ms(self, rows: Mailbag, message: Message, file: File) -> int:
        """Return the hour by which a document is judged: as much after its offer as passed, or, of before the unlock, one that never goes back."""
        since_ms = self._since_ms.get(file.id)
        if since_ms is None:
            return rows.timers.latest(self._desk.now_ms())
        return message.sent_ms + self._steady_ms() - since_ms

    def _offered_now(self, rows: Mailbag, message: Message, file: File) -> Offered | None:
        """Return the document as it stands; None where its key is gone."""
        if file.id in self._offered:
            return self._offered[file.id]
        kept, thread = rows.files.kept(file.id), rows.threads.get(message.thread)
        if kept is None or not kept.key or thread is None:
            return None
        people = rows.addressees.of(message.id) or thread.members
        return Offered(people, kept.key, message.sent_ms, file.open_within_s, openings(kept))

    # --- the reader's side ---------------------------------------------------------------------------------

    async def open(self, message: Message, file: File, kept: Kept) -> bytes:
        """Return the document, to be seen for its seconds; it is gone from this desk then.

        Raises TrustError: "once-expired", "once-opened", "once-gone", "once-refused", "file-forged", "seal-broken";
        TimeoutError where its author's desk did not answer.
        """
        desk = self._desk
        number = [one.id for one in message.files].index(file.id)
        reading = Reading(message.msg_id, number)
        origin = await desk.read(lambda rows: rows.origins.of(message.id))
        if origin is None:
            raise TrustError("once-gone")
        grant, reading = await self._ask(reading, message.author, origin.device)
        _, key = reading.opened(grant, desk.now_ms())
        data = await asyncio.to_thread(
            lambda: b"".join(opened(desk.mail.shelf, kept.shelf, attachment(kept), key))
        )
        await self._spend(file, kept)
        return data

    async def _ask(self, reading: Reading, author: bytes, device: bytes) -> tuple[bodies.Grant, Reading]:
        desk = self._desk
        conv = convs.direct(desk.session.user, author)
        draft = await asyncio.to_thread(
            self._writer.draft, Type.ASK, conv, (author,), reading.ask.encode(), devices=(device,)
        )
        answer: asyncio.Future[bodies.Grant] = asyncio.get_running_loop().create_future()
        ask_hash = await desk.write(lambda rows: self._writer.post(rows, draft))
        self._reading[ask_hash] = answer
        desk.wake.set()
        try:
            return await within(WAIT_S, answer), reading.asked(ask_hash, desk.now_ms())
        finally:
            self._reading.pop(ask_hash, None)

    async def _spend(self, file: File, kept: Kept) -> None:
        """Keep that it was opened here, and drop its sealed bytes."""
        desk = self._desk

        def act(rows: Mailbag) -> None:
            rows.files.opened(file.id, desk.session.user, desk.now_ms())
            rows.files.state(file.id, FileState.GONE)

        await desk.write(act)
        await asyncio.to_thread(desk.mail.shelf.drop, (kept.shelf,))

    async def granted(self, told: Told) -> None:
        """Hand the answer to whoever waits for it; one that nobody waits for is nothing."""
        grant = told.body
        if isinstance(grant, bodies.Grant):
            answer = self._reading.get(grant.ask)
            if answer is not None and not answer.done():
                answer.set_result(grant)


def openings(kept: Kept) -> tuple[Opening, ...]:
    """Return who opened an own document; these stand behind its manifest."""
    row = cbor.decode(kept.manifest)
    return tuple(Opening(*one) for one in row[1]) if len(row) == 2 and isinstance(row[0], list) else ()


def _keep(rows: Mailbag, file: int, offered: Offered) -> None:
    kept = rows.files.kept(file)
    if kept is None:
        return
    row = cbor.decode(kept.manifest)
    manifest = row[0] if isinstance(row[0], list) else row
    openings = [[one.user, one.ask, one.at_ms] for one in offered.openings]
    rows.files.seal(file, offered.key, cbor.encode([manifest, openings]))
