"""The only crossing between other threads and the Qt thread."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from concurrent.futures import CancelledError, Future
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
    """A running coroutine, seen from the Qt thread."""

    def __init__(self, future: Future[Any]) -> None:
        self._future = future
        self.muted = False

    def cancel(self) -> None:
        """Stop the coroutine; neither callback will be called any more."""
        self.muted = True
        self._future.cancel()


class Bridge(QObject):
    """Runs coroutines on its own thread and answers on the Qt thread, where it must be made.

    While other threads run Python, only Qt's collects its garbage.
    """

    _posted = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(SWITCH_S)
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]  # not in the stubs
        self._collector = Collector(self)
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
            return Job(Future())
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        job = Job(future)
        jobs = self._jobs_of(owner)
        jobs.add(job)

        def answer() -> None:
            jobs.discard(job)
            if job.muted:
                return
            try:
                value = future.result()
            except CancelledError:
                return
            except Exception as error:  # noqa: BLE001 -- whatever the work raised is the caller's to show
                failed(error)
            else:
                done(value)

        future.add_done_callback(lambda _: self.post(answer))
        return job

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
        self._collector.close()


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
