"""What was written so far goes to a newer device of the same person, in pieces through the outbox: interrupted at any moment it goes on."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from media.errors import LinkLost, TrustError
from media.mail import convs
from media.mail.desks import History
from media.mail.types import Type
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.post.desk import Desk
    from app.post.writing import Draft, Writer
    from storage.messages.store import Mailbag
    from storage.messages.transfers import Transfer

log = logging.getLogger(__name__)


class Histories:
    """Writes pieces as fast as the other devices take them. *changed* hears of every step."""

    def __init__(self, desk: Desk, writer: Writer, changed: Callable[[], None]) -> None:
        self._desk, self._writer, self._changed = desk, writer, changed
        self.wake = asyncio.Event()

    async def begin(self, device: bytes) -> None:
        """Begin with the own other *device*, or go on; raises TrustError("device-unexpected") unless its key was compared."""
        if device not in self._known():
            raise TrustError("device-unexpected")
        now_ms = self._desk.now_ms()
        await self._desk.write(lambda rows: rows.transfers.begin(device, now_ms))
        self._desk.wake.set()
        self.wake.set()
        self._changed()

    async def all(self) -> tuple[Transfer, ...]:
        """Return every transfer, to other devices and from them."""
        return await self._desk.read(lambda rows: rows.transfers.all())

    async def run(self) -> None:
        """Write what is due, whenever a receipt came, until cancelled."""
        while True:
            self.wake.clear()
            try:
                while await self._step():
                    self._changed()
            except (StorageError, LinkLost) as error:
                log.warning("a piece of the history could not be written: %s", type(error).__name__)
            await self.wake.wait()

    async def _step(self) -> bool:
        """Count what was taken, and write the next piece of each transfer that is due; False where nothing was to do."""
        moved = await self._desk.write(lambda rows: rows.transfers.settle())
        known = self._known()
        for transfer in await self.all():
            if transfer.due and transfer.device in known:
                moved = await self._write(transfer) or moved
        return moved

    async def _write(self, transfer: Transfer) -> bool:
        """Put the next piece into the outbox, in the transaction that remembers it: none is left out, none goes twice."""
        piece = await self._desk.read(lambda rows: rows.history.piece(transfer.after))
        body = History(transfer.number, piece.last, piece.records).encode()
        draft = await asyncio.to_thread(self._draft, transfer.device, body)
        if not draft.targets:
            return False

        def act(rows: Mailbag) -> None:
            self._writer.post(rows, draft)
            rows.transfers.wrote(transfer.device, draft.msg_id, piece)

        await self._desk.write(act)
        self._desk.wake.set()
        return True

    def _draft(self, device: bytes, body: bytes) -> Draft:
        me = self._desk.session.user
        return self._writer.draft(Type.HISTORY, convs.direct(me, me), (me,), body, devices=(device,))

    def _known(self) -> frozenset[bytes]:
        """Return the own other devices whose keys this user compared."""
        mine = self._desk.book.living(self._desk.session.user)
        return frozenset(one.device_id for one in mine if one.level == "verified")
