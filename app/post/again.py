"""A file that the relay lost before it was fetched: its receiver asks the author's desk, which lays it out again (docs/protocol.md §11)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from media.mail import convs
from media.mail.again import Laid, Wanted
from storage.messages.records import FileState, ThreadKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.post.desk import Desk
    from app.post.writing import Writer
    from storage.messages.posting import Kept, Want
    from storage.messages.records import File, Message
    from storage.messages.store import Mailbag

AGAIN_MS = 3_600_000
"""A file is asked for, and laid out again, once an hour at most: a relay that loses it each time must not keep two desks busy."""


class Again:
    """Both sides, for one opening of the desk."""

    def __init__(self, desk: Desk, writer: Writer) -> None:
        self._desk, self._writer = desk, writer
        self._laid_ms: dict[int, int] = {}

    async def ask(self, file: File, kept: Kept) -> bool:
        """Ask the desk that sent a file for it; False where nobody is to be asked, or was within the hour."""
        desk, now_ms = self._desk, self._desk.now_ms()
        if file.ephemeral or now_ms - kept.asked_ms < AGAIN_MS:
            return False
        message, origin = await desk.read(
            lambda rows: (rows.messages.get(kept.message), rows.origins.of(kept.message))
        )
        if message is None or origin is None:
            return False
        said = Wanted(message.msg_id, [one.id for one in message.files].index(file.id))
        post = await self._letter(said, message.author, origin.device)
        if post is None:
            return False

        def act(rows: Mailbag) -> None:
            rows.files.ask(file.id, now_ms)
            post(rows)

        await desk.write(act)
        desk.wake.set()
        return True

    async def answer(self, lay: Callable[[File, Kept], Awaitable[bool]]) -> bool:
        """Have *lay* bring what is wanted to the relay again, and say so; False where nothing was wanted. Raises LinkLost."""
        desk = self._desk
        wants = await desk.read(lambda rows: rows.files.wanted())
        for want in wants:
            found = await desk.read(lambda rows, one=want: self._may(rows, one))  # type: ignore[misc]
            there = found is not None and await self._lay(*found, lay)
            post = await self._letter(Laid(want.about, want.number, there), want.user, want.device)

            def act(rows: Mailbag, one: Want = want, say: Callable[[Mailbag], object] | None = post) -> None:
                rows.files.answered(one)
                if say is not None:
                    say(rows)

            await desk.write(act)
        if wants:
            desk.wake.set()
        return bool(wants)

    async def _lay(self, file: File, kept: Kept, lay: Callable[[File, Kept], Awaitable[bool]]) -> bool:
        now_ms = self._desk.now_ms()
        if now_ms - self._laid_ms.get(file.id, -AGAIN_MS) < AGAIN_MS:
            return True
        done = await lay(file, kept)
        if done:
            self._laid_ms[file.id] = now_ms
        return done

    def _may(self, rows: Mailbag, want: Want) -> tuple[File, Kept] | None:
        """Return the own file that is wanted, where it is there still and who wants it is one of those whom it was sent to."""
        me = self._desk.session.user
        message = rows.messages.find(want.about, me)
        if message is None or message.withdrawn_ms or message.gone_ms or want.number >= len(message.files):
            return None
        file = message.files[want.number]
        kept = rows.files.kept(file.id)
        if kept is None or not kept.shelf or file.ephemeral or file.state is not FileState.SENT:
            return None
        return (file, kept) if want.user == me or _is_for(rows, message, want.user) else None

    async def _letter(
        self, said: Wanted | Laid, user: bytes, device: bytes
    ) -> Callable[[Mailbag], object] | None:
        """Return what puts a letter to one device into the outbox; None where that one does not count any more."""
        conv = convs.direct(self._desk.session.user, user)
        draft = await asyncio.to_thread(
            self._writer.draft, said.TYPE, conv, (user,), said.encode(), devices=(device,)
        )
        return (lambda rows: self._writer.post(rows, draft)) if draft.targets else None


def _is_for(rows: Mailbag, message: Message, user: bytes) -> bool:
    """Tell whether a message was sent to *user*, who was not removed from its thread since."""
    thread = rows.threads.get(message.thread)
    if thread is None:
        return False
    among = thread.kind is ThreadKind.DIRECT or user in thread.members
    return among and user in (rows.addressees.of(message.id) or thread.members)
