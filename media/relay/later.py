"""Blocks that go into their queues at a later time, unless somebody with the key says no before (docs/protocol.md §12, Later)."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from media import mailwire
from media.errors import LinkRefused
from media.relay.store import RELEASED, WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.relay.admission import Binding
    from media.relay.counters import Counters
    from media.relay.store import Queue, Store

AT_ONCE = 64
AGAIN_S = 60
HOUR_S = 3600
T = TypeVar("T")


class Forward:
    """Seconds of the wall that never go back while the relay runs: a clock set back counts as much as passed, one set forward is believed."""

    def __init__(self) -> None:
        self._last_s = self._steady_s = 0.0

    def now(self, wall_s: float, steady_s: float) -> float:
        """Return the moment that counts; *steady_s* of a clock that nobody sets."""
        passed = self._last_s + max(0.0, steady_s - self._steady_s) if self._last_s else wall_s
        self._last_s, self._steady_s = max(passed, wall_s), steady_s
        return self._last_s


class Rooms(Protocol):
    """What blocks for later ask of the mailboxes."""

    async def do(self, call: Callable[[], T]) -> T:
        """Run *call* on the store's thread; on the disk once this returns."""

    def writable(
        self, ask: mailwire.Send | mailwire.Later, rest: bytes, binding: Binding, *, contact: bool
    ) -> Queue:
        """Return the queue, where who asks may write there and the disk has room; refuses queue-unknown, quota."""

    def ready(self, name: bytes) -> None:
        """Tell who listens to a queue that something came."""


class Later:
    """The blocks for later of one relay. Loop thread, but for what runs on the store's."""

    def __init__(self, store: Store, mail: Rooms, counters: Counters, now_s: Callable[[], float]) -> None:
        self._store, self._mail, self._counters, self._now_s = store, mail, counters, now_s
        self._forward = Forward()
        self._releasing: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Release nothing more."""
        if self._releasing:
            self._releasing.cancel()

    async def lay(self, ask: mailwire.Later, binding: Binding, organisation: bytes) -> None:
        """Keep a block for whoever may write to its queue; again is no error, with another time or key it is `taken`."""
        if ask.release_s > self._now_s() + mailwire.MAX_AHEAD_S:
            raise LinkRefused("too-far")
        contact = not any(ask.proof)

        def job() -> None:
            queue = self._mail.writable(ask, ask.rest, binding, contact=contact)
            self._store.places.lay(ask.place, queue, ask.release_s, ask.cancel_pk, ask.block, organisation)

        await self._mail.do(job)
        self._counters.later_taken += 1

    async def cancel(self, ask: mailwire.Cancel, binding: Binding, organisation: bytes) -> None:
        """Have a place forgotten, now or before anything lies there; refuses `released` where that is too late."""
        if not binding.holds(ask.PURPOSE, ask.place, ask.cancel_pk, ask.proof, (ask.cancel_pk,)):
            raise LinkRefused("not-allowed")
        cancel = self._store.places.cancel
        stood = await self._mail.do(
            partial(cancel, ask.place, ask.cancel_pk, organisation, int(self._now_s()))
        )
        if stood == RELEASED:
            raise LinkRefused("released")
        self._counters.later_cancelled += stood == WAITING

    def tick(self, steady_s: float) -> None:
        """Put what is due into its queues; *steady_s* of a clock that only goes forward."""
        now_s = int(self._forward.now(self._now_s(), steady_s))
        if self._releasing is None or self._releasing.done():
            self._releasing = asyncio.get_running_loop().create_task(self._release(now_s))

    async def _release(self, now_s: int) -> None:
        with contextlib.suppress(LinkRefused):  # the disk refuses: at the next tick again
            while True:
                due, names = await self._mail.do(partial(self._some, now_s))
                for name in names:
                    self._mail.ready(name)
                self._counters.later_released += len(names)
                if due < AT_ONCE:
                    return

    def _some(self, now_s: int) -> tuple[int, list[bytes]]:
        """Put some blocks into their queues; return how many were due, and the queues that have more now."""
        places, names = self._store.places, []
        due = places.due(now_s, AT_ONCE)
        for one in due:
            try:
                self._store.put(one.queue, one.block, mailwire.block_digest(one.block), now_s // HOUR_S)
            except LinkRefused:  # no room there: it waits until there is
                places.postpone(one, now_s + AGAIN_S)
                continue
            places.release(one)
            names.append(one.name)
        return len(due), names
