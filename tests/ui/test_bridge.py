from __future__ import annotations

import asyncio
import gc
import threading
import weakref

import pytest
from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QWidget

from app.bridge import Bridge
from media.events import Event


@pytest.fixture
def bridge(qapp):
    made = Bridge()
    yield made
    made.close()


@pytest.fixture
def owner(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def test_the_answer_comes_on_the_qt_thread(qtbot, bridge, owner):
    got = []

    async def work():
        await asyncio.sleep(0)
        return threading.current_thread().name

    bridge.start(owner, work(), lambda name: got.append((name, threading.current_thread().name)), got.append)
    qtbot.waitUntil(lambda: bool(got))
    assert got == [("loop", "MainThread")]


def test_an_error_reaches_the_caller(qtbot, bridge, owner):
    got = []

    async def work():
        raise ValueError("no")

    bridge.start(owner, work(), got.append, got.append)
    qtbot.waitUntil(lambda: bool(got))
    assert isinstance(got[0], ValueError)


def test_a_dead_owner_is_told_nothing_and_its_work_is_cancelled(qtbot, bridge):
    got, cancelled, running = [], threading.Event(), threading.Event()

    async def work():
        running.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    widget = QWidget()
    bridge.start(widget, work(), got.append, got.append)
    assert running.wait(30)
    widget.deleteLater()
    qtbot.waitUntil(cancelled.is_set)
    qtbot.wait(20)
    assert got == []


def test_a_stalled_window_finds_the_newest_value_and_no_backlog(qtbot, bridge, owner):
    event, got = Event(), []
    bridge.watch(owner, event, got.append)
    sender = threading.Thread(target=lambda: [event.fire(value) for value in range(1000)])
    sender.start()
    sender.join()  # the Qt thread does nothing else meanwhile: that is the stall
    qtbot.waitUntil(lambda: bool(got))
    qtbot.wait(20)
    assert got == [999]


def test_what_must_not_be_lost_is_merged(qtbot, bridge, owner):
    event, got = Event(), []
    bridge.watch(owner, event, got.append, lambda old, new: old | new)
    for box in range(5):
        event.fire(frozenset({box}))
    qtbot.waitUntil(lambda: bool(got))
    assert got == [frozenset(range(5))]


def test_events_end_with_their_owner(qtbot, bridge):
    event, got = Event(), []
    widget = QWidget()
    bridge.watch(widget, event, got.append)
    widget.deleteLater()
    qtbot.waitUntil(lambda: not event._subscribers)
    event.fire(1)
    qtbot.wait(20)
    assert got == []


def test_finished_work_leaves_no_connection_behind(qtbot, bridge, owner):
    got = []

    async def work():
        return 1

    for _ in range(50):
        bridge.start(owner, work(), got.append, got.append)
    qtbot.waitUntil(lambda: len(got) == 50)
    assert owner.receivers(owner.destroyed) < 10  # of fifty


def test_the_loop_runs_on_while_the_window_is_stalled(qtbot, bridge, owner):
    through, done = threading.Event(), []

    async def work():
        for _ in range(20):
            await asyncio.sleep(0.005)
        through.set()

    bridge.start(owner, work(), done.append, done.append)
    assert through.wait(30), "the loop waits for Qt's thread, which is stalled here"
    assert not done
    qtbot.waitUntil(lambda: bool(done))


def test_a_closed_bridge_takes_nothing_and_does_not_fall(qapp):
    bridge = Bridge()
    bridge.close()
    bridge.run(lambda: None)


class Cycle:
    """Ends only where garbage is collected, and says on which thread that was."""

    def __init__(self, ended):
        self.me, self.ended = self, ended
        self.ballast = [[] for _ in range(300)]

    def __del__(self):
        self.ended.append(threading.current_thread().name)


def test_no_other_thread_ends_what_qt_holds(qtbot, bridge, owner):
    ended, done = [], []

    async def work():
        for _ in range(20):
            Cycle(ended)

    bridge.start(owner, work(), done.append, done.append)
    qtbot.waitUntil(lambda: bool(done))
    qtbot.waitUntil(lambda: len(ended) == 20)
    assert set(ended) == {"MainThread"}


class Large:
    """What a coroutine returns."""


def test_what_was_answered_is_gone_without_collecting_garbage(qtbot, bridge, owner):
    seen, told = [], []

    async def work():
        one = Large()
        seen.append(weakref.ref(one))
        return one

    def hear(_one):
        told.append(True)

    usual = gc.get_threshold()
    gc.set_threshold(1 << 30, 1 << 30, 1 << 30)  # nothing is ever due
    try:
        for _ in range(3):
            bridge.start(owner, work(), hear, told.append)
        qtbot.waitUntil(lambda: told == [True] * 3)
        qtbot.waitUntil(lambda: all(one() is None for one in seen))
    finally:
        gc.set_threshold(*usual)


def test_what_is_cancelled_before_it_begins_does_nothing_and_is_forgotten(qtbot, bridge, owner):
    did, hold = [], threading.Event()

    async def work():
        did.append(True)

    bridge.loop.call_soon_threadsafe(hold.wait, 30)
    bridge.start(owner, work(), did.append, did.append).cancel()
    hold.set()
    qtbot.waitUntil(lambda: not bridge._jobs[owner])
    assert not did


class Held(QObject):
    """Says on which thread it ends."""

    def __init__(self, ended):
        super().__init__()
        self._ended = ended

    def hear(self, _value):
        """Hear what came of it."""

    def __del__(self):
        self._ended.append(threading.current_thread().name)


def test_the_loop_never_ends_who_is_called_back(qtbot, bridge, owner):
    ended = []

    async def work():
        await asyncio.sleep(0)

    for n in range(200):
        one = Held(ended)
        job = bridge.start(owner, work(), one.hear, one.hear)
        if n % 3 == 0:
            job.cancel()
        del one, job
    qtbot.waitUntil(lambda: len(ended) == 200)
    assert set(ended) == {"MainThread"}


def test_nor_what_a_closed_window_left(qapp):
    Bridge().close()
    ended = []

    def work():
        for _ in range(20):
            Cycle(ended)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not ended
    gc.collect()
    assert set(ended) == {"MainThread"}
