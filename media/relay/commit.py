"""The thread that owns a store: what arrived together is committed together, and answered after that."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from media.errors import LinkRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.relay.store import Store

AT_ONCE = 256
T = TypeVar("T")

log = logging.getLogger(__name__)


class _Job:
    """Something to do to the store, and who waits for it."""

    def __init__(self, call: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.call = call
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: Exception | None = None

    def attempt(self) -> None:
        """Do it; a refusal is an answer, any other error is for the caller."""
        self.error = None
        try:
            self.result = self.call()
        except LinkRefused as refusal:
            self.error = refusal

    def settle(self) -> None:
        """Tell who waits (loop thread)."""
        if self.future.done():
            return
        if self.error:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Committer(threading.Thread):
    """Does jobs in the order in which they came, up to 256 in one commit."""

    def __init__(self, store: Store) -> None:
        super().__init__(name="mail", daemon=True)
        self._store = store
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()

    async def do(self, call: Callable[[], T]) -> T:
        """Run *call* on the thread; return once it is on the disk. Raises its `LinkRefused`, busy where the disk refused."""
        job = _Job(call, asyncio.get_running_loop())
        self._jobs.put(job)
        result: T = await job.future
        return result

    def stop(self) -> None:
        """Finish what was asked and close the store."""
        self._jobs.put(None)
        self.join()
        self._store.close()

    def run(self) -> None:
        """Loop until stopped."""
        while (job := self._jobs.get()) is not None:
            jobs, last = self._gather(job)
            self._together(jobs)
            _answer(jobs)
            if last:
                return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        jobs = [first]
        while len(jobs) < AT_ONCE:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False

    def _together(self, jobs: list[_Job]) -> None:
        try:
            self._store.begin()
            for job in jobs:
                job.attempt()
            self._store.commit()
        except Exception:  # noqa: BLE001 -- whatever a disk says, the jobs are done anew, one by one
            self._undo()
            for job in jobs:
                self._alone(job)

    def _alone(self, job: _Job) -> None:
        """So that a full disk still lets blocks be deleted."""
        try:
            self._store.begin()
            job.attempt()
            self._store.commit()
        except Exception:  # noqa: BLE001 -- as above; an error's text may name what it was about
            log.error("the store of the mailboxes refused a change")  # noqa: TRY400
            job.error = LinkRefused("busy")
            self._undo()

    def _undo(self) -> None:
        try:
            self._store.rollback()
        except Exception:  # noqa: BLE001 -- the next group will say so again
            log.error("the store of the mailboxes could not be put back")  # noqa: TRY400


def _answer(jobs: list[_Job]) -> None:
    try:
        jobs[0].future.get_loop().call_soon_threadsafe(_settle, jobs)
    except RuntimeError:  # the relay's loop is closed: nobody waits any more
        return


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle()
