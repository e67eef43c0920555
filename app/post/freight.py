"""Files up and down: sealed on disk once, cut into padded blobs, in pieces; halted and gone on with at any byte, on both sides.

Small and ephemeral ones go beside the large ones, which wait meanwhile. What fails is said on the file and tried again, ever more rarely.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.post.again import Again
from app.post.sealed import READ, attachment, wholeness
from app.post.writing import Writer
from media.errors import LinkLost, LinkRefused, MediaError, TrustError
from media.keys import cbor
from media.keys.envelope import CLASSES
from media.keys.files import FileSealer, new_key, parts, sealed_size, spans
from media.keys.issuers import ID_BYTES
from media.mail.bodies import Attachment
from media.patience import within
from storage.errors import StorageError
from storage.messages.posting import Blob
from storage.messages.records import FileState, State

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator

    from app.post.desk import Desk
    from media.link.mailbox import Mailbox
    from storage.messages.posting import Kept
    from storage.messages.records import File
    from storage.messages.store import Mailbag

PIECE = 256 * 1024
WINDOW = 8
"""Pieces under way at once."""
LIFE_S = 30 * 86_400
SMALL = 8 << 20
"""A file of up to so many bytes does not wait for a larger one; an ephemeral document never does."""
LOOK_S = 2.0
SOON_MS, RARELY_MS = 10_000, 600_000
"""How soon what failed is tried again: twice as late each time, up to the second."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Moved:
    """How far a file is: bytes of the plaintext."""

    file: int
    message: int
    done: int
    size: int


class Changed(Exception):  # noqa: N818 -- the page says what to do
    """The file is not what it was when it was chosen, or cannot be read."""


class Freight:
    """Moves the files that are coming and going, a small and a large one at a time. *moved* hears of each piece, *sent* of a whole own file.

    *steady_ms* is a clock that nobody sets.
    """

    def __init__(
        self,
        desk: Desk,
        moved: Callable[[Moved], None],
        sent: Callable[[Mailbag, int], None],
        steady_ms: Callable[[], int],
    ) -> None:
        self._desk, self._moved, self._sent, self._steady_ms = desk, moved, sent, steady_ms
        self._again = Again(desk, Writer(desk))
        self._wakes = {small: asyncio.Event() for small in (True, False)}
        self._free = asyncio.Event()
        """Set while nothing small moves: the line is the large ones'."""
        self._free.set()
        self._halted: dict[int, tuple[int, int]] = {}
        """Of what failed: how often, and when it is tried again."""
        self.told: Callable[[int], None] = lambda _message: None

    async def run(self) -> None:
        """Move what there is to move, whenever the relay is there, until cancelled."""
        await self._give_up_lost()
        async with asyncio.TaskGroup() as group:
            for small in self._wakes:
                group.create_task(self._lane(small=small))

    def look(self, *files: int) -> None:
        """Look now whether there is something to move; at *files* even where they failed a moment ago."""
        for file in files:
            self._halted.pop(file, None)
        for wake in self._wakes.values():
            wake.set()

    async def _lane(self, *, small: bool) -> None:
        wake = self._wakes[small]
        while True:
            moved = False
            with contextlib.suppress(StorageError):
                moved = await self._next(small=small) or (not small and await self._lay_wanted())
            if not moved:
                with contextlib.suppress(TimeoutError):
                    await within(LOOK_S, wake.wait())
                wake.clear()

    async def _give_up_lost(self) -> None:
        """Say of what was in memory only when the program ended that it cannot be sent."""
        for number in await self._under_way():
            file, kept = await self._look(number)
            if file and kept and file.state is FileState.GOING and not (kept.source or kept.manifest):
                await self._give_up(kept)

    async def _give_up(self, kept: Kept) -> None:
        """Say of a file that cannot be read, and of its message, that they are not sent."""

        def act(rows: Mailbag) -> None:
            rows.files.state(kept.id, FileState.REFUSED)
            rows.messages.hold(kept.message, State.FAILED, "file-unreadable")

        await self._desk.write(act)
        self.told(kept.message)

    async def _next(self, *, small: bool) -> bool:
        """Seal or move the first file of a lane that can be, what is not sealed yet before all; False where there is none."""
        found = [await self._look(number) for number in await self._under_way()]
        found.sort(key=lambda one: one[1] is not None and bool(one[1].manifest))
        for file, kept in found:
            mine = file is not None and _is_small(file) is small and not self._waits(file)
            if file and kept and mine and await self._try(file, kept):
                return True
        return False

    def _waits(self, file: File) -> bool:
        return file.id in self._halted and self._steady_ms() < self._halted[file.id][1]

    async def _try(self, file: File, kept: Kept) -> bool:
        """Seal a file that was chosen, which needs no relay, or move one that is sealed; False where it came no further."""
        try:
            if kept.manifest:
                return self._desk.line is not None and await self._move(self._desk.line, file, kept)
            return bool(kept.source) and await self._seal_chosen(file, kept)
        except LinkLost:
            return False
        except (LinkRefused, MediaError) as error:
            await self._stop(kept, getattr(error, "code", "malformed"))
        except StorageError as error:
            log.warning("a file could not be kept: %s", type(error).__name__)
            await self._halt(kept, "disk")
        return False

    async def _seal_chosen(self, file: File, kept: Kept) -> bool:
        try:
            await self.seal(file, _read(kept.source, file.size))
        except Changed:
            await self._give_up(kept)
        return True

    async def _move(self, line: Mailbox, file: File, kept: Kept) -> bool:
        small = _is_small(file)
        if small:
            self._free.clear()
        try:
            return await (self._up if await self._is_ours(kept) else self._down)(line, file, kept)
        finally:
            if small:
                self._free.set()

    async def _lay_wanted(self) -> bool:
        """Bring what others ask for to the relay again."""
        line = self._desk.line
        if line is None:
            return False
        with contextlib.suppress(LinkLost):
            return await self._again.answer(lambda file, kept: self._lay_again(line, file, kept))
        return False

    async def _is_ours(self, kept: Kept) -> bool:
        """Tell whether a file goes up from here; one that this user sent from elsewhere comes down, as anybody's."""
        return bool(await self._desk.read(lambda rows: rows.files.blobs(kept.id)))

    # --- up ------------------------------------------------------------------------------------------------

    async def seal(self, file: File, pieces: Iterable[bytes]) -> None:
        """Write the sealed file to the shelf, under a key of its own; nothing of it is kept readable."""
        name = await self._desk.write(lambda rows: rows.files.place(file.id))
        key = new_key()
        digest = await asyncio.to_thread(self._seal_now, name, pieces, key)
        blobs = tuple(os.urandom(ID_BYTES) for _ in parts(file.size))
        once = file.ephemeral
        manifest = Attachment(
            file.name,
            file.kind,
            file.size,
            b"" if once else key,
            digest,
            blobs,
            file.open_within_s,
            file.shown_for_s,
        )
        rows_of = [
            Blob(number, blob, size, 0, os.urandom(32))
            for number, (blob, size) in enumerate(zip(blobs, parts(file.size), strict=True))
        ]
        row = cbor.encode(manifest.row())

        def act(rows: Mailbag) -> None:
            rows.files.seal(file.id, key, row)
            rows.files.cut(file.id, rows_of)

        await self._desk.write(act)

    def _seal_now(self, name: str, pieces: Iterable[bytes], key: bytes) -> bytes:
        shelf, sealer = self._desk.mail.shelf, FileSealer(key)
        shelf.cut(name, 0)
        shelf.write(name, 0, sealer.header)
        at = len(sealer.header)
        try:
            for piece in pieces:
                sealed = sealer.push(piece)
                shelf.write(name, at, sealed)
                at += len(sealed)
        except OSError as error:
            raise Changed from error
        shelf.write(name, at, sealer.finish())
        shelf.sync(name)
        return sealer.digest

    async def _up(self, line: Mailbox, file: File, kept: Kept) -> bool:
        """Bring what is missing of the blobs to the relay, then say so; False where it was halted."""
        if not await self._up_blobs(line, file, kept):
            return False
        message = kept.message

        def act(rows: Mailbag) -> None:
            rows.files.state(file.id, FileState.SENT, file.size)
            self._sent(rows, message)

        await self._desk.write(act)
        self._desk.wake.set()
        self.told(message)
        return True

    async def _up_blobs(self, line: Mailbox, file: File, kept: Kept) -> bool:
        blobs = await self._desk.read(lambda rows: rows.files.blobs(file.id))
        for blob, (start, end) in zip(blobs, spans(file.size), strict=True):
            if not await self._up_blob(line, file, kept, blob, start, end):
                return False
        return True

    async def _lay_again(self, line: Mailbox, file: File, kept: Kept) -> bool:
        """Bring a file that was sent to the relay again, as far as that lost it; False where that cannot be."""
        try:
            return await self._up_blobs(line, file, kept)
        except LinkRefused as error:
            log.warning("a file could not be laid out again: %s", error.code)
            return False

    async def _up_blob(self, line: Mailbox, file: File, kept: Kept, blob: Blob, start: int, end: int) -> bool:
        size = CLASSES[blob.size_class]
        proof = hashlib.sha256(blob.delete_key).digest()
        there = await line.begin_blob(blob.blob, blob.size_class, LIFE_S, proof)
        if there == size and blob.done == size:
            return True
        while there < size:
            if not await self._goes_on(file):
                return False
            offsets = range(there, min(size, there + WINDOW * PIECE), PIECE)
            pieces = [await self._piece(kept.shelf, start + at, min(PIECE, size - at)) for at in offsets]
            await asyncio.gather(
                *(line.put(blob.blob, at, piece) for at, piece in zip(offsets, pieces, strict=True))
            )
            there = min(size, there + WINDOW * PIECE)
            await self._tell(file, kept, min(end, start + there))
        digest = await asyncio.to_thread(self._digest, kept.shelf, start, size)
        await line.end_blob(blob.blob, digest)
        await self._desk.write(lambda rows: rows.files.went(file.id, blob.number, size))
        return True

    async def _piece(self, name: str, at: int, length: int) -> bytes:
        """Return a piece of the sealed file, filled with zeros behind its end."""
        data = await asyncio.to_thread(self._desk.mail.shelf.read, name, at, length)
        return data.ljust(length, b"\0")

    def _digest(self, name: str, start: int, size: int) -> bytes:
        found = hashlib.sha256()
        for at in range(0, size, READ):
            found.update(
                self._desk.mail.shelf.read(name, start + at, min(READ, size - at)).ljust(
                    min(READ, size - at), b"\0"
                )
            )
        return found.digest()

    # --- down ----------------------------------------------------------------------------------------------

    async def _down(self, line: Mailbox, file: File, kept: Kept) -> bool:
        """Fetch what is missing of the sealed file, then look whether it is the one that was announced.

        What lay here before may have been torn by a power cut: from where it is no longer whole it is fetched anew, and only what
        fails then was forged.
        """
        manifest, shelf = attachment(kept), self._desk.mail.shelf
        name = kept.shelf or await self._desk.write(lambda rows: rows.files.place(file.id))
        before = shelf.size(name)
        while await self._fetch_rest(line, file, kept, name):
            whole = await asyncio.to_thread(wholeness, shelf, name, manifest)
            if whole == sealed_size(file.size):
                await self._end(kept, FileState.HERE, file.size)
                return True
            if whole >= before:
                raise TrustError("file-forged", "not what was announced")
            log.warning("a file that was torn is fetched anew from there")
            await asyncio.to_thread(shelf.cut, name, whole)
            before = whole
        return False

    async def _fetch_rest(self, line: Mailbox, file: File, kept: Kept, name: str) -> bool:
        """Fetch what is behind the bytes that are on the shelf, and have it on the disk; False where it was halted."""
        manifest, shelf = attachment(kept), self._desk.mail.shelf
        there, whole = shelf.size(name), sealed_size(file.size)
        while there < whole:
            if not await self._goes_on(file):
                return False
            there = await self._fetch(line, manifest, name, there, whole)
            await self._tell(file, kept, there)
        await asyncio.to_thread(shelf.sync, name)
        return True

    async def _fetch(self, line: Mailbox, manifest: Attachment, name: str, there: int, whole: int) -> int:
        """Fetch the next window of pieces and write it to the shelf; return how far that is."""
        asks: list[Coroutine[Any, Any, bytes]] = []
        for (start, end), blob in zip(spans(manifest.size), manifest.blobs, strict=True):
            at = max(start, there)
            while at < min(end, whole) and len(asks) < WINDOW:
                length = min(PIECE, min(end, whole) - at)
                asks.append(line.get(blob, at - start, length))
                at += length
        data = b"".join(await asyncio.gather(*asks))
        if not data:
            raise TrustError("file-forged", "nothing came")
        await asyncio.to_thread(self._desk.mail.shelf.write, name, there, data)
        return there + len(data)

    # --- both ----------------------------------------------------------------------------------------------

    async def _under_way(self) -> tuple[int, ...]:
        return await self._desk.read(lambda rows: rows.files.under_way())

    async def _look(self, number: int) -> tuple[File | None, Kept | None]:
        return await self._desk.read(lambda rows: (rows.files.get(number), rows.files.kept(number)))

    async def _goes_on(self, file: File) -> bool:
        """Look whether somebody halted the file, or withdrew its message; a large one waits here for the small."""
        if not _is_small(file):
            await self._free.wait()
        now = await self._desk.read(lambda rows: rows.files.get(file.id))
        return now is not None and now.state is file.state

    async def _tell(self, file: File, kept: Kept, sealed: int) -> None:
        done = min(file.size, sealed)
        self._halted.pop(file.id, None)
        await self._desk.write(
            lambda rows: rows.files.state(file.id, file.state, done) if _same(rows, file) else None
        )
        self._moved(Moved(file.id, kept.message, done, file.size))

    async def _stop(self, kept: Kept, code: str) -> None:
        """Take the relay's or the judge's no: what is gone is gone, what was forged is refused, the rest is tried again."""
        log.warning("a file was halted: %s", code)
        states = {"blob-unknown": FileState.GONE, "file-forged": FileState.REFUSED}
        file, _ = await self._look(kept.id)
        if file is None or code not in states or await self._is_ours(kept):
            await self._halt(kept, code)
        elif code == "blob-unknown" and await self._again.ask(file, kept):
            self.told(kept.message)
        else:
            await self._end(kept, states[code])

    async def _halt(self, kept: Kept, code: str) -> None:
        """Say of a file why it does not move, and when it is tried again."""
        tries, _ = self._halted.get(kept.id, (0, 0))
        self._halted[kept.id] = tries + 1, self._steady_ms() + min(SOON_MS << tries, RARELY_MS)
        await self._desk.write(lambda rows: rows.files.halt(kept.id, code))
        self.told(kept.message)

    async def _end(self, kept: Kept, state: FileState, done: int | None = None) -> None:
        await self._desk.write(lambda rows: rows.files.state(kept.id, state, done))
        self.told(kept.message)


def _is_small(file: File) -> bool:
    return file.ephemeral or file.size <= SMALL


def _same(rows: Mailbag, file: File) -> bool:
    now = rows.files.get(file.id)
    return now is not None and now.state is file.state


def _read(source: str, size: int) -> Iterator[bytes]:
    """Yield exactly *size* bytes of a file."""
    with open(source, "rb") as file:  # noqa: PTH123 -- the path as it was chosen
        left = size
        while left:
            piece = file.read(min(READ, left))
            if not piece:
                raise Changed
            left -= len(piece)
            yield piece
