"""Bytes of a hospital's day: 10,000 HL7 messages, 500 devices in 25 care units, a day's work of ten hours each.

A fifth of it is played, five units with all that is theirs, on a clock of its own, by the gateway's real fan-out over a real vault; each
letter is sealed to know whether it fits into a block. The wire's share is counted: WebSocket, TLS, TCP and IP.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from app.fanout.gateway import Fanout
from app.fanout.rules import Rules
from app.fanout.thrift import BLOCKS_A_DAY, Thrift
from app.interop.follow import Follower
from app.interop.intake import incoming_of
from app.interop.understand import understand
from media import mailwire
from media.keys.envelope import Content, Header, fits, padded, sign_header
from media.keys.sign import Signer
from media.mail import feeds as words
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault
from tests.harness.adt import adt

DEVICES, UNITS, MESSAGES, SCALE = 500, 25, 10_000, 5
LIMIT = 2e9
DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
BEGIN_MS = 1_772_323_200_000
"""The first of March 2026, midnight."""
WEBSOCKET, TLS, PACKET, SEGMENT = 8, 22, 52, 1448
HOURS = ((7, 19, 0.75), (19, 23, 0.15), (0, 7, 0.10))
"""When messages come: between which hours which part."""
PATIENTS = 30


def carried(payload: int) -> int:
    """Return what *payload* bytes of one WebSocket message take on the line."""
    record = payload + WEBSOCKET + TLS
    return record + PACKET * -(-record // SEGMENT)


UP = carried(mailwire.Send.HEAD.size + 1) + carried(mailwire.Done.HEAD.size + 1)
DOWN = carried(mailwire.Delivery.HEAD.size + 1) + carried(mailwire.Acknowledge.HEAD.size + 1)


class Counting:
    """The wire: seals each letter as the post office does, and counts."""

    def __init__(self, now_ms) -> None:
        self.now_ms, self.signer = now_ms, Signer.generate()
        self.blocks: Counter[str] = Counter()
        self.blob_up = self.blob_down = 0
        self.late_ms: list[int] = []

    async def say(self, body, to, *, conv, expires_s=0, msg_id=b""):
        devices = sum(map(len, to.values()))
        self.blocks[body.TYPE.name.lower()] += devices
        content = Content.seal(body.encode())
        header = Header(
            body.TYPE, conv, bytes(16), bytes(32), tuple(sorted(to)), bytes(16), 9, bytes(32), self.now_ms(), expires_s, 9,
            bytes(32), content.key, content.digest,
        )  # fmt: skip
        if not fits(sign_header(header, self.signer.sign), content.box):
            self.blob_up += carried(len(padded(content.box)))
            self.blob_down += devices * carried(len(content.box))
        if isinstance(body, words.Batch):
            self.late_ms += [self.now_ms() - one.arrived_ms for one in body.messages]
        return bytes(16)


class Day:
    """Messages in the order in which they come, and who is at work."""

    def __init__(self, chance: random.Random) -> None:
        count = MESSAGES // SCALE
        self.units = [f"{2100 + number}" for number in range(UNITS // SCALE)]
        whens = [self._when(chance) for _ in range(count)]
        self.messages = [self._message(chance, number, at) for number, at in enumerate(sorted(whens))]
        self.desks = [
            SimpleNamespace(
                device_id=os.urandom(16),
                user=os.urandom(16),
                role="doctor",
                specialty="",
                unit=self.units[number % len(self.units)],
                begins_ms=round(chance.gauss(8.5 * HOUR_MS, HOUR_MS)),
            )
            for number in range(DEVICES // SCALE)
        ]

    def _when(self, chance: random.Random) -> int:
        first, last, _ = chance.choices(HOURS, [part for *_, part in HOURS])[0]
        return chance.randrange(first * HOUR_MS, last * HOUR_MS)

    def _message(self, chance: random.Random, number: int, at_ms: int) -> tuple[int, bytes]:
        unit = chance.randrange(len(self.units))
        patient = unit * 1000 + chance.randrange(PATIENTS)
        return at_ms, adt("A02^ADT_A02", str(number), patient, minute=number, movement=self.units[unit])

    def asking(self, before_ms: int, now_ms: int):
        """Yield who says between two moments that they follow: each half hour of ten."""
        for desk in self.desks:
            for turn in range(20):
                if before_ms < desk.begins_ms + turn * 30 * MINUTE_MS <= now_ms:
                    yield desk


async def play(vault: Vault, day: Day) -> tuple[Counting, int]:
    """Play the day; return what was counted and how often somebody said that they follow."""
    clock = SimpleNamespace(ms=BEGIN_MS)
    wire = Counting(lambda: clock.ms)
    rules = Rules.parse(b'[[rule]]\nunits = ["*"]\nroles = ["doctor"]\n')
    fanout = Fanout(vault, wire, rules, lambda: clock.ms, Thrift(clock.ms, BLOCKS_A_DAY // SCALE))
    follower = Follower(vault.inbox, vault.patients, lambda: clock.ms)
    await fanout.load()
    follows = 0

    async def step(until_ms: int) -> None:
        nonlocal follows
        for desk in day.asking(clock.ms - BEGIN_MS, until_ms - BEGIN_MS):
            follows += 1
            await fanout.take(SimpleNamespace(by=desk, body=words.Follow((desk.unit,))))
        clock.ms = until_ms
        while await fanout.step():
            pass

    for at_ms, raw in day.messages:
        while clock.ms + 30_000 < BEGIN_MS + at_ms:
            await step(clock.ms + 30_000)
        await step(max(clock.ms, BEGIN_MS + at_ms))
        understood = understand(raw, arrived_ms=clock.ms)
        vault.inbox.keep(incoming_of(raw, understood, clock.ms)).result()
        await follower.catch_up()
        await step(clock.ms)
        await step(clock.ms + 2_001)
    return wire, follows


def main() -> None:
    """Play a day, print what it costs."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        cheap = Terms("off", OsKeyring(), KdfCost(ops=1, mem_kib=8))
        vault, _ = Vault.create(Path(folder) / "gateway", "bench", cheap)
        wire, follows = asyncio.run(play(vault, Day(random.Random(5))))
        vault.lock()
    blocks = wire.blocks.total()
    sent = SCALE * (blocks * UP + wire.blob_up + follows * DOWN)
    fetched = SCALE * (blocks * DOWN + wire.blob_down + follows * UP)
    late = sorted(wire.late_ms)
    detail = {
        "sent_mb": round(sent / 1e6),
        "fetched_by_all_desks_mb": round(fetched / 1e6),
        "blocks": {kind: SCALE * count for kind, count in sorted(wire.blocks.items())},
        "blobs_mb": round(SCALE * (wire.blob_up + wire.blob_down) / 1e6),
        "block_on_the_line": UP,
        "delay_s": {
            "median": round(statistics.median(late) / 1000, 1),
            "p95": round(late[len(late) * 95 // 100] / 1000, 1),
            "most": round(late[-1] / 1000, 1),
        },
        "processor_ms_a_message": round(1000 * time.process_time() / len(late), 2),
        "played": f"1/{SCALE} of {MESSAGES} messages, {DEVICES} devices, {UNITS} units, in {time.monotonic() - began:.0f} s",
    }
    line = {
        "name": "bytes that the gateway's line carries in a day, against 2 GB",
        "ratio": round(sent / LIMIT, 3),
        "target": "<= 1",
        "unit": "x",
        "detail": detail,
    }
    print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
