from __future__ import annotations

import asyncio
import gc
import threading
import time

import pytest
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
    assert running.wait(2)
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
    gaps, done = [], []

    async def work():
        for _ in range(20):
            start = time.perf_counter()
            await asyncio.sleep(0.005)
            gaps.append(time.perf_counter() - start)

    bridge.start(owner, work(), done.append, done.append)
    time.sleep(0.4)  # a stalled Qt thread
    assert len(gaps) == 20
    qtbot.waitUntil(lambda: bool(done))


def test_a_closed_bridge_takes_nothing_and_does_not_fall(qapp):
    bridge = Bridge()
    bridge.close()
    bridge.run(lambda: None)


def test_no_other_thread_ends_what_qt_holds(qtbot, bridge, owner):
    class Cycle:
        def __init__(self):
            self.me = self
            self.ballast = [[] for _ in range(2000)]

        def __del__(self):
            ended.append(threading.current_thread().name)

    ended = []

    async def work():
        for _ in range(20):
            Cycle()

    done = []
    bridge.start(owner, work(), done.append, done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert not ended
    qtbot.waitUntil(lambda: len(ended) == 20, timeout=5_000)
    assert set(ended) == {"MainThread"}


def test_the_last_bridge_gives_collecting_back(qapp):
    assert gc.isenabled()
    first, second = Bridge(), Bridge()
    first.close()
    assert not gc.isenabled()
    second.close()
    assert gc.isenabled()
