"""Processes of the demo end in order, and end anyhow."""

from __future__ import annotations

import asyncio
import sys
import time

import pytest

from app.demo import orders, player
from app.demo.player import Player, end, spawn

OBEDIENT = "import sys; sys.stdin.buffer.readline(); sys.stdout.flush()"
DEAF = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
TALKATIVE = """
import sys
from app.demo import orders
sys.stdout.buffer.write(orders.pack(orders.Entered(name="Dr A", slot=3)))
sys.stdout.buffer.flush()
sys.stdin.buffer.readline()
"""


def test_who_leaves_by_itself_is_not_hurried():
    async def play():
        process = await spawn(sys.executable, "-c", OBEDIENT)
        one = Player(process, lambda _news: None)
        await one.leave()
        return process.returncode

    assert asyncio.run(play()) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_who_ignores_every_request_is_ended(monkeypatch):
    monkeypatch.setattr(player, "END_S", 0.2)

    async def play():
        process = await spawn(sys.executable, "-c", DEAF)
        assert process.stdout is not None
        await process.stdout.readline()
        began = time.monotonic()
        await end(process)
        return process.returncode, time.monotonic() - began

    status, took_s = asyncio.run(play())
    assert status == -9
    assert took_s < 10


def test_news_are_heard_and_orders_to_an_ended_process_are_lost_quietly():
    async def play():
        heard: asyncio.Queue[orders.Order] = asyncio.Queue()
        process = await spawn(sys.executable, "-c", TALKATIVE)
        one = Player(process, heard.put_nowait)
        news = await asyncio.wait_for(heard.get(), 60)
        await one.leave()
        await one.order(orders.Count())
        return news, one.ended

    assert asyncio.run(play()) == (orders.Entered(name="Dr A", slot=3), True)
