"""Devices with mailboxes at a real relay: queues with their keys, and what came."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field

from nacl.signing import SigningKey

from media import mailwire
from media.link.mailbox import Delivery, Mailbox
from tests.unit.relay.harness import RelayProcess, proof, public, signer


@dataclass
class Box:
    """A queue as its owner knows it."""

    name: bytes = field(default_factory=lambda: os.urandom(16))
    owner: SigningKey = field(default_factory=SigningKey.generate)
    writer: SigningKey | None = field(default_factory=SigningKey.generate)

    @property
    def sign_owner(self):
        return signer(self.owner)

    @property
    def sign_writer(self):
        return signer(self.writer) if self.writer else None

    async def make(self, mailbox: Mailbox) -> Box:
        await mailbox.make_queue(self.name, public(self.owner), public(self.writer) if self.writer else b"")
        return self


def contact() -> Box:
    return Box(writer=None)


class Came:
    """Deliveries, in order; awaitable."""

    def __init__(self) -> None:
        self.all: list[Delivery] = []
        self._news = asyncio.Event()

    def __call__(self, delivery: Delivery) -> None:
        self.all.append(delivery)
        self._news.set()

    @property
    def blocks(self) -> list[bytes]:
        return [delivery.block for delivery in self.all]

    async def count(self, count: int, seconds: float = 20) -> list[Delivery]:
        async with asyncio.timeout(seconds):
            while len(self.all) < count:
                self._news.clear()
                await self._news.wait()
        return self.all


def block(number: int = 0) -> bytes:
    return number.to_bytes(8, "big") + os.urandom(mailwire.BLOCK_BYTES - 8)


async def enter(relay: RelayProcess) -> Mailbox:
    return await Mailbox.connect(relay.address(), proof())


async def stranger(relay: RelayProcess) -> Mailbox:
    return await Mailbox.connect(relay.address(), None)
