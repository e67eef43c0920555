"""kill -9 of the relay during a meeting: everybody comes back by themselves, and no frame is shown twice."""

from __future__ import annotations

import asyncio
import random

import pytest

from media import wire
from tests.unit.relay.harness import VIDEO_FRAME, Meeting, RelayProcess

CAMERA = wire.CAMERA


async def send_until(host, stop: asyncio.Event, numbers) -> None:
    """Film; what the killed relay held is lost, as a call's pictures may be."""
    while not stop.is_set():
        host.link.send_frame(CAMERA, wire.FLAG_KEY, next(numbers), bytes(VIDEO_FRAME))
        await asyncio.sleep(0.02)


async def meet(relay: RelayProcess, rounds: int, chance: random.Random) -> None:
    meeting = Meeting(relay)
    numbers = iter(range(1 << 30))
    try:
        host, reader = await meeting.open(), await meeting.join()
        reader.link.subscribe({(0, CAMERA)})
        await host.heard.wait("key_wanted")
        for lives in range(1, rounds + 1):
            stop = asyncio.Event()
            film = asyncio.create_task(send_until(host, stop, numbers))
            await asyncio.sleep(chance.uniform(0, 0.5))
            await asyncio.to_thread(relay.kill)
            await asyncio.to_thread(relay.start)
            await up(lives + 1, host, reader)
            stop.set()
            await film
            await back(host, reader, next(numbers))
        shown = [frame for slot, stream, frame in reader.heard.order if (slot, stream) == (0, CAMERA)]
        assert len(shown) == len(set(shown))
        assert reader.heard.all("refused") == host.heard.all("refused") == []
    finally:
        await meeting.close()


async def up(times: int, *people) -> None:
    for person in people:
        await person.heard.until(lambda one=person: len(one.heard.all("up")) >= times, 10)


def since_up(person) -> list[tuple]:
    """What it heard in this life of the relay: a wish of the life before says nothing of this one."""
    seen = person.heard.seen
    return seen[max(at for at, what in enumerate(seen) if what[0] == "up") :]


async def back(host, reader, frame: int) -> None:
    """A picture goes through again once the reader's wish has reached the new relay."""
    await host.heard.until(lambda: ("wanted", {CAMERA}) in since_up(host), 10)
    host.link.send_frame(CAMERA, wire.FLAG_KEY, frame, bytes(VIDEO_FRAME))
    await reader.heard.until(lambda: frame in reader.heard.frames.get((0, CAMERA), {}), 10)


def survives(folder, rounds: int, seed: int) -> None:
    with RelayProcess(folder) as relay:
        asyncio.run(meet(relay, rounds, random.Random(seed)))


def test_five_kills(tmp_path):
    survives(tmp_path, 5, 5)


@pytest.mark.long
def test_a_thousand_kills(tmp_path):
    survives(tmp_path, 1000, 1000)
