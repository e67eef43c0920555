"""Messages a second, read, kept in the encrypted inbox and acknowledged over MLLP, against parsing alone and the disk's fsync.

The peers do less: python-hl7 and hl7apy only parse; the disk only makes one line durable after another.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import hl7
from hl7apy.parser import parse_message

from app.demo.hl7 import Desk, movement
from app.interop.client import Client
from app.interop.flow import Flow
from app.interop.understand import understand
from resources.demo.patients import PATIENTS, Step
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MESSAGES, SENDERS, SYNCS, SLOW = 2_000, 4, 300, 60


def messages(sender: int) -> Iterator[bytes]:
    """Yield ADT of the demo hospital, each with its own number."""
    began = datetime(2026, 3, 24, 8, 0, sender)  # noqa: DTZ001 -- the site's time, as HL7 writes it
    gam = Desk("GAM", began)
    number = 0
    while True:
        for sick in PATIENTS:
            number += 1
            step = Step(0, "", "A01" if number % 2 else "A04", "onco", "207", "marchetti", number)
            yield movement(gam, sick, step, number, began)


def main() -> None:
    """Measure, print one line for each ratio."""
    sample = list(islice(messages(0), MESSAGES))
    peer = rate(lambda: [hl7.parse(one.decode()) for one in sample], len(sample))
    slow = rate(lambda: [parse_message(one.decode(), find_groups=False) for one in sample[:SLOW]], SLOW)
    ours = rate(lambda: [understand(one, arrived_ms=0, zone="Europe/Paris") for one in sample], len(sample))
    with tempfile.TemporaryDirectory() as folder:
        syncs = disk(Path(folder))
        one, lone_ms = asyncio.run(fed(Path(folder) / "one", 1))
        many, _ = asyncio.run(fed(Path(folder) / "many", SENDERS))
    detail = {
        "ours_per_s": round(one),
        f"{SENDERS}_senders_per_s": round(many),
        "understood_per_s": round(ours),
    }
    result(
        "one sender over MLLP, kept and acknowledged / python-hl7 parsing alone",
        one / peer,
        0.2,
        peer_per_s=round(peer),
        **detail,
    )
    result(
        "one sender over MLLP, kept and acknowledged / hl7apy parsing alone",
        one / slow,
        1.0,
        peer_per_s=round(slow),
        **detail,
    )
    result("understanding / python-hl7 parsing alone", ours / peer, 1.0, peer_per_s=round(peer), **detail)
    result(
        "one sender over MLLP / fsyncs of the disk",
        one / syncs,
        0.5,
        syncs_per_s=round(syncs),
        ack_p95_ms=round(lone_ms, 2),
    )
    result(f"{SENDERS} senders over MLLP / fsyncs of the disk", many / syncs, 1.0, syncs_per_s=round(syncs))


def result(name: str, ratio: float, target: float, **detail: object) -> None:
    """Print one result: the more the better."""
    line = {"name": name, "ratio": round(ratio, 3), "target": target, "unit": "x, at least", "detail": detail}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def rate(act: Callable[[], object], count: int) -> float:
    """Return how many a second."""
    start = time.perf_counter()
    act()
    return count / (time.perf_counter() - start)


def disk(folder: Path) -> float:
    """Return how many small writes a second this disk makes durable, one after another."""
    with (folder / "sync").open("wb", buffering=0) as file:

        def write() -> None:
            for _ in range(SYNCS):
                file.write(bytes(4096))
                os.fsync(file.fileno())

        return rate(write, SYNCS)


async def fed(folder: Path, senders: int) -> tuple[float, float]:
    """Return messages a second that *senders* were acknowledged, and the p95 of an answer in ms."""
    vault, _code = await asyncio.to_thread(Vault.create, folder, "bench", Terms(keyring="off"))
    flow = Flow(vault, lambda: time.time_ns() // 1_000_000)
    try:
        flow.follow()
        host, port = await flow.listen("127.0.0.1", 0)
        shares = [list(islice(messages(n), MESSAGES // senders)) for n in range(senders)]
        start = time.perf_counter()
        times = await asyncio.gather(*(send(host, port, share) for share in shares))
        took = time.perf_counter() - start
    finally:
        await flow.stop()
        await asyncio.to_thread(vault.lock)
    waits = sorted(one for share in times for one in share)
    return MESSAGES / took, waits[int(0.95 * len(waits))] * 1000


async def send(host: str, port: int, share: Sequence[bytes]) -> list[float]:
    """Send one after the other, as GAMs do; return how long each answer took."""
    times = []
    async with await Client.connect(host, port) as client:
        for one in share:
            start = time.perf_counter()
            answers = await client.send(one)
            assert answers[-1].code == "AA"
            times.append(time.perf_counter() - start)
    return times


if __name__ == "__main__":
    main()
