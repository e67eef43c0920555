"""A client of a meeting that reads nothing, on a line that nobody looks after: the relay does not wait for it for ever."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from media.relay import session
from media.relay.counters import Counters


def test_a_write_to_who_reads_nothing_ends_and_the_connection_with_it(monkeypatch):
    monkeypatch.setattr(session, "MEETING_PATIENCE_S", 0.2)
    monkeypatch.setattr(session, "FIRST_WORD_S", 600)  # else that ends it, too
    hall = SimpleNamespace(cert_hash=bytes(32), counters=Counters(), leave=lambda _who: None)
    sessions, ended = [], asyncio.Event()

    async def handle(socket):
        sessions.append(session.Session(hall, socket))
        await sessions[0].run()
        ended.set()

    async def scenario():
        async with serve(handle, "127.0.0.1", 0, ping_interval=None, compression=None) as server:
            port = server.sockets[0].getsockname()[1]
            async with connect(f"ws://127.0.0.1:{port}", ping_interval=None, close_timeout=0) as deaf:
                await deaf.recv()
                deaf.transport.pause_reading()
                while not ended.is_set():
                    if sessions[0].outbox._control_bytes < 1 << 20:
                        sessions[0].outbox.control(bytes(65536))
                    await asyncio.sleep(0)
                deaf.transport.abort()
        assert hall.counters.slow_consumers == 1

    asyncio.run(asyncio.wait_for(scenario(), 60))
