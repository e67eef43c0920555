"""The follower: what the inbox keeps is applied to the patients' cache, in order, from wherever the cache stands.

It knows of nothing but the number of the last message applied, which the cache commits together with what it made of it: after
a crash, a rebuild or another process it reads on from there. Messages that another process kept are seen within a second.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from app.interop.intake import incoming_of
from app.interop.state import Progress
from app.interop.understand import DEFAULT_ZONE, understand
from media.events import Event
from storage.errors import Locked, StorageError
from storage.inbox import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.interop.mapping import Mapping
    from app.interop.understand import Understood
    from storage.inbox import Inbox, Message
    from storage.patients.facts import Fact
    from storage.patients.store import Patients

BATCH = 256
LOOK_EVERY_S = 1.0
AGAIN_AFTER_S = 2.0
"""When a disk that refused is asked again."""
MAX_FRESH = 1024
MAX_FRESH_FACTS = 64
log = logging.getLogger(__name__)


class Follower:
    """Applies messages until cancelled. `changed` fires with the patients that changed, `progress` while it catches up."""

    def __init__(
        self,
        inbox: Inbox,
        patients: Patients,
        now_ms: Callable[[], int],
        *,
        zone: str = DEFAULT_ZONE,
        table: Mapping | None = None,
    ) -> None:
        self._inbox, self._patients, self._now_ms = inbox, patients, now_ms
        self._again = partial(understand, zone=zone, table=table)
        self.changed: Event[frozenset[int]] = Event()
        self.progress: Event[Progress] = Event()
        self._fresh: dict[int, Understood] = {}
        self._came = asyncio.Event()

    def tell(self, seq: int, understood: Understood) -> None:
        """Hear that a message was kept, and what is in it: small ones need not be read a second time. From the loop's thread."""
        if len(self._fresh) < MAX_FRESH and len(understood.facts) <= MAX_FRESH_FACTS:
            self._fresh[seq] = understood
        self._came.set()

    async def run(self) -> None:
        """Follow until cancelled; a vault that is shut or a disk that refuses is asked again."""
        while True:
            try:
                await self.number_on()
                await self.catch_up()
            except StorageError as error:
                if not isinstance(error, Locked):
                    log.warning("the patients are not brought up to date: %s", type(error).__name__)
                await asyncio.sleep(AGAIN_AFTER_S)
            else:
                await self._wait()

    async def catch_up(self) -> None:
        """Apply all that waits; raises StorageError, after which nothing is lost."""
        applied = await asyncio.wrap_future(self._patients.applied())
        done, total = 0, 0
        while messages := await asyncio.wrap_future(self._inbox.after(applied, BATCH)):
            if done >= total:
                total = done + await self._count(messages, applied)
            await self._apply(messages)
            applied, done = messages[-1].seq, done + len(messages)
            self.progress.fire(Progress(min(done, total), total))
        self._fresh = {seq: one for seq, one in self._fresh.items() if seq > applied}

    async def _count(self, messages: Sequence[Message], applied: int) -> int:
        """Count what waits; only where there is more than a batch the inbox is asked."""
        if len(messages) < BATCH:
            return len(messages)
        return await asyncio.wrap_future(self._inbox.count_after(applied))

    async def number_on(self) -> None:
        """Let an inbox that was begun anew give no number that the cache has behind it."""
        applied = await asyncio.wrap_future(self._patients.applied())
        if applied > await asyncio.wrap_future(self._inbox.newest()):
            await asyncio.wrap_future(self._inbox.number_after(applied))

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._came.wait()
        self._came.clear()

    async def _apply(self, messages: Sequence[Message]) -> None:
        """Apply *messages* together; where that fails, one by one, past those that cannot be applied."""
        understood = await self._understand(messages)
        batch = [(message.seq, one.facts) for message, one in zip(messages, understood, strict=True)]
        try:
            changed = await self._write(batch)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 -- a message that breaks the fold must not stop the others
            log.warning("messages could not be applied together: %s", type(error).__name__)
            changed = await self._one_by_one(messages, understood)
        if changed:
            self.changed.fire(changed)

    async def _understand(self, messages: Sequence[Message]) -> list[Understood]:
        fresh = self._fresh
        known = {one.seq: fresh.pop(one.seq) for one in messages if one.seq in fresh}
        unread = [message for message in messages if message.seq not in known]
        if unread:
            known |= await asyncio.to_thread(self._read, unread)
        return [known[message.seq] for message in messages]

    def _read(self, messages: Sequence[Message]) -> dict[int, Understood]:
        return {one.seq: self._again(one.raw, arrived_ms=one.arrived_ms) for one in messages}

    async def _write(self, batch: Sequence[tuple[int, Sequence[Fact]]]) -> frozenset[int]:
        return await asyncio.wrap_future(self._patients.apply(batch))

    async def _one_by_one(
        self, messages: Sequence[Message], understood: Sequence[Understood]
    ) -> frozenset[int]:
        changed: set[int] = set()
        for message, one in zip(messages, understood, strict=True):
            try:
                changed |= await self._write([(message.seq, one.facts)])
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001 -- as above
                await self._put_away(message, one, type(error).__name__)
                await self._write([(message.seq, ())])
        return frozenset(changed)

    async def _put_away(self, message: Message, understood: Understood, detail: str) -> None:
        incoming = incoming_of(message.raw, understood, self._now_ms())
        await asyncio.wrap_future(self._inbox.quarantine(incoming, Reason.APPLY, detail))
