"""The only crossing between other threads and the Qt thread."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from PyQt6.QtCore import QObject, Qt, pyqtSignal, pyqtSlot

from app.garbage import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from media.events import Event

log = logging.getLogger(__name__)
T = TypeVar("T")
END_S = 5.0
SWITCH_S = 0.0005
"""How long another thread may keep Qt's from Python: 5 ms, the default, would be felt while thousands of patients are read."""


class Job:
    """A running coroutine, seen from the Qt thread. What came of it is held by nobody once it was answered, and garbage at once.

    The loop's thread holds a job, never the last hold of what is called: that may be a widget's.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self._loop, self._done, self._failed = loop, done, failed
        self._task: asyncio.Task[Any] | None = None
        self._cancelled = False

    def begin(self, work: Coroutine[Any, Any, Any], ended: Callable[[asyncio.Task[Any]], None]) -> None:
        """Run *work*, on the loop's thread; what was cancelled before ends without having begun."""
        self._task = self._loop.create_task(work)
        self._task.add_done_callback(self._end)
        self._task.add_done_callback(ended)
        if self._cancelled:
            self._task.cancel()

    def _end(self, task: asyncio.Task[Any]) -> None:
        self._task = None
        if not task.cancelled():
            task.exception()  # it is the caller's, also where nobody hears of it any more

    def cancel(self) -> None:
        """Stop the coroutine; neither callback will be called any more."""
        self._cancelled = True
        self._done = self._failed = None
        with suppress(RuntimeError):  # the loop is closed: nothing runs
            self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def answer(self, task: asyncio.Task[Any]) -> None:
        """Call back, once."""
        done, failed = self._done, self._failed
        self._done = self._failed = None
        if done is None or failed is None or task.cancelled():
            return
        error = task.exception()
        if error is None:
            done(task.result())
        elif isinstance(error, Exception):
            failed(error)


class Bridge(QObject):
    """Runs coroutines on its own thread and answers on the Qt thread, where it must be made.

    While other threads run Python, only Qt's collects its garbage.
    """

    _posted = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(SWITCH_S)
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]  # not in the stubs
        Collector(self)
        self._jobs: WeakKeyDictionary[QObject, set[Job]] = WeakKeyDictionary()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="loop", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def start(
        self,
        owner: QObject,
        work: Coroutine[Any, Any, T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> Job:
        """Run *work* on the loop; call *done* or *failed* here, while *owner* lives. Nothing runs after `close`."""
        if self.loop.is_closed():
            work.close()
            return Job(self.loop)
        job, jobs = Job(self.loop, done, failed), self._jobs_of(owner)
        jobs.add(job)
        self.loop.call_soon_threadsafe(job.begin, work, partial(self._ended, job, jobs))
        return job

    def _ended(self, job: Job, jobs: set[Job], task: asyncio.Task[Any]) -> None:
        self.post(partial(_answer, job, jobs, task))

    def _jobs_of(self, owner: QObject) -> set[Job]:
        """Return what runs for *owner*: one connection an owner cancels it all."""
        jobs = self._jobs.get(owner)
        if jobs is None:
            jobs = self._jobs[owner] = set()
            owner.destroyed.connect(partial(_cancel, jobs))
        return jobs

    def run(self, call: Callable[[], object]) -> None:
        """Run a blocking *call* on a worker thread, once all that was started before began; nobody waits for its answer."""
        if not self.loop.is_closed():
            begin = partial(self.loop.run_in_executor, None, call)
            self.loop.call_soon_threadsafe(self.loop.call_soon, begin)

    def settle(self) -> None:
        """Wait until all that was started before began: what it asks of the vault is asked before the vault shuts."""
        if not self.loop.is_closed():
            with suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self.loop).result(END_S)

    def post(self, call: Callable[[], None]) -> None:
        """Run *call* on the Qt thread, from any thread."""
        try:
            self._posted.emit(call)
        except RuntimeError:
            log.info("something was said after the window closed")

    def watch(
        self,
        owner: QObject,
        event: Event[T],
        call: Callable[[T], None],
        merge: Callable[[T, T], T] = lambda _old, new: new,
    ) -> None:
        """Call *call* on the Qt thread while *owner* lives; what fires before Qt had time is merged, newest wins.

        A stalled window thus finds one value, never a backlog.
        """
        box = _Box(merge)
        alive = [True]

        def deliver() -> None:
            value = box.take()
            if alive[0]:
                call(value)

        def put(value: T) -> None:
            if box.put(value):
                self.post(deliver)

        leave = event.subscribe(put)

        def stop() -> None:
            alive[0] = False
            leave()

        owner.destroyed.connect(stop)

    @pyqtSlot(object)
    def _call(self, call: Callable[[], None]) -> None:
        call()

    def close(self) -> None:
        """Cancel what runs, end the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(END_S)
        if self._thread.is_alive():
            log.error("the loop thread did not end")


def _answer(job: Job, jobs: set[Job], task: asyncio.Task[Any]) -> None:
    jobs.discard(job)
    job.answer(task)


def _cancel(jobs: set[Job]) -> None:
    for job in jobs:
        job.cancel()


class _Box:
    """Holds one value between two threads; `put` tells whether it was empty."""

    def __init__(self, merge: Callable[[Any, Any], Any]) -> None:
        self._merge = merge
        self._lock = threading.Lock()
        self._values: list[Any] = []

    def put(self, value: Any) -> bool:
        with self._lock:
            empty = not self._values
            self._values = [value] if empty else [self._merge(self._values[0], value)]
            return empty

    def take(self) -> Any:
        with self._lock:
            return self._values.pop()
