"""Files of messages: sent, fetched, halted, looked at, saved; and documents that are opened once."""

from __future__ import annotations

import asyncio
import contextlib
import mimetypes
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.messages.ground import Ground, code_of
from app.messages.ports import Progress, Refused, Shown, Unwritable
from app.papers import kinds
from app.papers.errors import Refused as NotRead
from app.papers.link import Press
from app.papers.slips import MAX_DOCUMENT
from app.post import freight, sealed
from app.post.office import Closed
from app.post.taking import patient_of
from media.errors import MediaError, TrustError
from media.mail import bodies, texts
from media.mail.timers import due_ms
from media.mail.types import Type
from storage.messages.posting import NewFile
from storage.messages.records import FileState, State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.acts import Act
    from app.audit import Trail
    from app.config import Config
    from app.messages.ports import Outgoing
    from app.post.freight import Moved
    from app.post.office import Post
    from app.post.told import Told
    from storage.messages.posting import Kept
    from storage.messages.records import File, Message
    from storage.messages.store import Mailbag

SPARE = 1 << 30
"""So much of the disk stays free of what nobody asked for."""
_NO = {"once-expired": "expired", "once-opened": "opened"}


class Filing(Ground):
    """Moves files by the post office's freight, one for each opening of the desk."""

    def __init__(self, post: Post, config: Config, now_ms: Callable[[], int], trail: Trail) -> None:
        super().__init__(post, config, now_ms, trail)
        self._freight: freight.Freight | None = None
        self._carrying = asyncio.Event()
        post.told.subscribe(self._came)

    async def fetch(self, file: int) -> None:
        """Fetch a file, or go on with it."""
        found, kept, message = await self._look(file)
        if found.state is FileState.HERE:
            return
        if found.state is FileState.GONE or (found.state is FileState.REFUSED and not message.own):
            raise Refused("gone")
        state = FileState.GOING if message.own else FileState.COMING
        await self._set(kept, message, state)

    async def pause(self, file: int) -> None:
        """Halt a file on its way, either way; `fetch` or `again` goes on."""
        found, kept, message = await self._look(file)
        if found.state in {FileState.COMING, FileState.GOING}:
            await self._set(kept, message, FileState.PAUSED)

    async def content(self, file: int) -> bytes:
        """Return a file that is here, for the preview: up to 64 MiB, else Refused("too-big")."""
        found, kept, message = await self._here(file)
        if found.size > MAX_DOCUMENT:
            raise Refused("too-big")
        data = await asyncio.to_thread(lambda: b"".join(self._opened(kept)))
        await self._traced("file-read", message, file)
        return data

    async def save(self, file: int, to: Path) -> None:
        """Write a file that is here to *to*, whole or not at all; an existing file is replaced."""
        _, kept, message = await self._here(file)
        await asyncio.to_thread(self._save_now, kept, to)
        await self._traced("file-saved", message, file)

    async def open_once(self, file: int) -> Shown:
        """Open an ephemeral document: its sealed bytes are fetched first, then its author's desk is asked for the key."""
        found, kept, message = await self._look(file)
        if message.own or not found.ephemeral:
            raise Refused("not-own" if message.own else "unknown")
        if found.opened_ms:
            raise Refused("opened")
        if not kinds.readable(found.kind, found.size):
            raise Refused("unshown")
        if not self._post.line.online:
            raise Refused("offline")
        if found.state is not FileState.HERE:
            found, kept = await self._fetched(file)
        try:
            data = await self._post.once.open(message, found, kept)
        except TimeoutError as error:
            raise Refused("offline") from error
        except TrustError as error:
            raise Refused(_NO.get(error.code, "gone")) from error
        except Closed as error:
            raise Unwritable from error
        self.changed.fire(frozenset((message.thread,)))
        await self._traced("file-opened-once", message, file)
        return Shown(found.name, found.kind, data, found.shown_for_s)

    async def halted(self) -> dict[int, str]:
        """Return the threads in which a file does not move, and why."""
        return await self._read(lambda rows: rows.files.halted())

    # --- what comes without a click --------------------------------------------------------------------------

    def _came(self, told: Told) -> None:
        """Look whether the files of a message are fetched unasked: never of an author whose key is in doubt."""
        if isinstance(told.body, bodies.Text) and not told.own and told.warning != "changed-key":
            whole = [one.size for one in told.body.files if not one.shown_for_s]
            if whole and sum(whole) <= self._habits.accept_bytes:
                task = asyncio.get_running_loop().create_task(self._accept(told.msg_id, told.by.user))
                task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _accept(self, msg_id: bytes, author: bytes) -> None:
        """Fetch what a message has to fetch; a disk that is nearly full is left to what somebody asks for."""
        if await asyncio.to_thread(self._open.vault.mail.shelf.room) < SPARE:
            return

        def act(rows: Mailbag) -> int:
            found = rows.messages.find(msg_id, author)
            for file in found.files if found else ():
                if file.state is FileState.OFFERED and not file.ephemeral:
                    rows.files.state(file.id, FileState.COMING)
            return found.thread if found else 0

        thread = await self._write(act)
        self.changed.fire(frozenset((thread,)) if thread else frozenset())
        self._move()

    # --- for the rest of the service -------------------------------------------------------------------------

    async def _prepare(self, files: Sequence[Outgoing]) -> tuple[NewFile, ...]:
        """Look at what is to be sent; raises Refused too-many, too-big, unknown (not a readable file), once-unshown."""
        if len(files) > bodies.MAX_FILES:
            raise Refused("too-many")
        made = tuple([await asyncio.to_thread(_new, one) for one in files])
        for one, new in zip(files, made, strict=True):
            if new.ephemeral:
                await _try_to_show(one, new)
        return made

    async def _seal_data(self, message: int, files: Sequence[Outgoing]) -> None:
        """Seal what is in memory only, such as a pasted picture: it never becomes a readable file."""
        found = await self._message(message)
        await self._carrying.wait()
        for file, one in zip(found.files, files, strict=True):
            if one.path is None and self._freight is not None:
                await self._freight.seal(file, [one.data])
        self._move()

    async def _resume(self, message: Message) -> None:
        """Go on with the files of an own message that were halted."""
        stuck = [
            one.id
            for one in message.files
            if one.halted or one.state in {FileState.PAUSED, FileState.REFUSED}
        ]
        if not message.own or not stuck:
            return

        def act(rows: Mailbag) -> None:
            for file in stuck:
                rows.files.state(file, FileState.GOING)
            rows.messages.hold(message.id, State.DRAWN, "")

        await self._write(act, message.thread)
        self._move(*stuck)

    async def _carry(self) -> None:
        """Move files for as long as the post office is open."""
        if self._open.vault.mail_read_only:
            return
        await self._post.opened.wait()
        moving = freight.Freight(self._post.desk, self._moved, self._all_there, self._post.steady_ms)
        moving.told = self._file_changed
        self._freight = moving
        self._carrying.set()
        try:
            await moving.run()
        finally:
            self._freight = None
            self._carrying.clear()

    def _move(self, *files: int) -> None:
        """Let *files* move now, and whatever else can."""
        if self._freight is not None:
            self._freight.look(*files)

    def _all_there(self, rows: Mailbag, message: int) -> None:
        """Say the message once all of its files are at the relay (it may have none), in the transaction that says so of the last one."""
        found = rows.messages.get(message)
        thread = rows.threads.get(found.thread) if found else None
        if found is None or thread is None or any(file.state is not FileState.SENT for file in found.files):
            return
        kept = [rows.files.kept(file.id) for file in found.files]
        files = tuple(sealed.attachment(one) for one in kept if one)
        said = bodies.Text(found.text, found.quote, patient_of(found.patient), files)
        writer, people = self._post.writer, rows.addressees.of(message) or thread.members
        draft = writer.draft(Type.TEXT, thread.conv, people, said.encode(), expires_s=thread.expire_s)
        rows.addressees.keep(message, people)
        rows.messages.said(message, draft.sent_ms, due_ms(draft.sent_ms, draft.sent_ms, thread.expire_s))
        digest = writer.post(rows, draft.named(found.msg_id), message)
        rows.origins.keep(message, self._post.desk.device, digest)
        self._post.once.offer(found.files)

    # --- inside --------------------------------------------------------------------------------------------

    def _moved(self, moved: Moved) -> None:
        task = asyncio.get_running_loop().create_task(self._tell(moved))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _tell(self, moved: Moved) -> None:
        message = await self._read(lambda rows: rows.messages.get(moved.message))
        if message is not None:
            self.progress.fire(Progress(moved.file, message.thread, moved.done, moved.size))

    def _file_changed(self, message: int) -> None:
        task = asyncio.get_running_loop().create_task(self._changed_in(message))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _changed_in(self, message: int) -> None:
        found = await self._read(lambda rows: rows.messages.get(message))
        if found is not None:
            self.changed.fire(frozenset((found.thread,)))

    async def _look(self, file: int) -> tuple[File, Kept, Message]:
        def act(rows: Mailbag) -> tuple[File | None, Kept | None, Message | None]:
            kept = rows.files.kept(file)
            return rows.files.get(file), kept, rows.messages.get(kept.message) if kept else None

        found, kept, message = await self._read(act)
        if found is None or kept is None or message is None:
            raise Refused("unknown")
        if message.withdrawn_ms or message.gone_ms:
            raise Refused("gone")
        return found, kept, message

    async def _here(self, file: int) -> tuple[File, Kept, Message]:
        """Return a file that may be looked at: one that came, or an own one."""
        found, kept, message = await self._look(file)
        if found.ephemeral:
            raise Refused("opened")
        if not kept.shelf or (found.state is not FileState.HERE and not (message.own and not kept.source)):
            raise Refused("unknown")
        return found, kept, message

    async def _fetched(self, file: int) -> tuple[File, Kept]:
        """Fetch a file and wait for it."""
        await self.fetch(file)
        while True:
            found, kept, _ = await self._look(file)
            if found.state is FileState.HERE:
                return found, kept
            if found.state is not FileState.COMING:
                raise Refused("gone")
            if found.halted:
                raise Refused("halted")
            if not self._post.line.online:
                raise Refused("offline")
            await asyncio.sleep(0.05)

    async def _set(self, kept: Kept, message: Message, state: FileState) -> None:
        await self._write(lambda rows: rows.files.state(kept.id, state), message.thread)
        self._move(kept.id)

    async def _traced(self, act: Act, message: Message, file: int) -> None:
        thread = await self._thread(message.thread)
        self._trace(act, message.patient or thread.patient, code_of(message, file))

    def _opened(self, kept: Kept) -> list[bytes]:
        """Return the plaintext of a file in pieces, all of it verified."""
        try:
            return list(sealed.unsealed(self._open.vault.mail.shelf, kept))
        except MediaError as error:
            raise Refused("gone") from error

    def _save_now(self, kept: Kept, to: Path) -> None:
        """Write beside *to*, then take its place: nobody sees half a file, or one that was forged."""
        handle, beside = tempfile.mkstemp(prefix=".consilium-", dir=to.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in sealed.unsealed(self._open.vault.mail.shelf, kept):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(to)
        except MediaError as error:
            raise Refused("gone") from error
        finally:
            with contextlib.suppress(OSError):
                Path(beside).unlink()


def _new(one: Outgoing) -> NewFile:
    name = texts.plain_name(one.name)
    kind = (mimetypes.guess_type(name)[0] or "application/octet-stream").lower()
    return NewFile(
        name,
        kind,
        _size(one),
        FileState.GOING,
        ephemeral=bool(one.shown_for_s),
        open_within_s=min(one.open_within_s, bodies.MAX_OPEN_S) if one.shown_for_s else 0,
        shown_for_s=min(one.shown_for_s, bodies.MAX_SHOWN_S),
        source=str(one.path) if one.path else "",
    )


async def _try_to_show(one: Outgoing, new: NewFile) -> None:
    """Let the press open what can be opened once only: whoever gets it has no second try."""
    if not kinds.readable(new.kind, new.size):
        raise Refused("once-unshown")
    try:
        data = await asyncio.to_thread(one.path.read_bytes) if one.path else one.data
    except OSError as error:
        raise Refused("unknown") from error
    press = Press(new.kind, data)
    try:
        await press.open()
    except NotRead as error:
        raise Refused("once-unshown") from error
    finally:
        press.close()


def _size(one: Outgoing) -> int:
    try:
        size = one.path.stat().st_size if one.path else len(one.data)
        readable = one.path is None or one.path.is_file()
    except OSError as error:
        raise Refused("unknown") from error
    if not readable:
        raise Refused("unknown")
    if size > bodies.MAX_FILE:
        raise Refused("too-big")
    return size
