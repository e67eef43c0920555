"""What one connection listens to: blocks handed on as fast as it reads and acknowledges, never faster."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from media import mailwire
from media.errors import LinkRefused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from media.relay.admission import Binding
    from media.relay.mail import Mail
    from media.relay.store import Queue

QUEUE_WINDOW, WINDOW = 32, 1024
"""Blocks that may be unacknowledged: of one queue, of one connection."""
AT_ONCE = 16
AGAIN_S = 1.0


class _Heard:
    """One queue that is listened to: what was handed on last, and what of it was not acknowledged."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.last = 0
        self.flying: set[int] = set()
        self.more = True


class Listener:
    """The queues of one connection; *say* writes to it and waits while it is slow."""

    def __init__(self, mail: Mail, say: Callable[[bytes], Awaitable[None]]) -> None:
        self._mail = mail
        self._say = say
        self._heard: dict[bytes, _Heard] = {}
        self._ready: dict[bytes, None] = {}
        self._flying = 0
        self._news = asyncio.Event()

    async def listen(self, ask: mailwire.Listen, binding: Binding) -> None:
        """Begin, or begin again from the oldest block; refuses queue-unknown, full."""
        if ask.queue not in self._heard and len(self._heard) >= self._mail.caps.listens:
            raise LinkRefused("full")
        queue = await self._mail.listen(ask, binding, self)
        self.forget(ask.queue)
        self._heard[ask.queue] = _Heard(queue)
        self.ready(ask.queue)

    def forget(self, name: bytes) -> None:
        """Hand on nothing more of a queue."""
        heard = self._heard.pop(name, None)
        if heard:
            self._flying -= len(heard.flying)

    def close(self) -> None:
        """Listen to nothing more."""
        for name in list(self._heard):
            self.forget(name)
            self._mail.leave(name, self)

    def ready(self, name: bytes) -> None:
        """There may be something in that queue."""
        self._ready[name] = None
        self._news.set()

    async def acknowledge(self, ask: mailwire.Acknowledge) -> None:
        """Have a block forgotten; only of a queue that this connection listens to."""
        heard = self._heard.get(ask.queue)
        if heard is None:
            raise LinkRefused("queue-unknown")
        await self._mail.remove(heard.queue, ask.number)
        if ask.number in heard.flying:
            heard.flying.remove(ask.number)
            self._flying -= self._heard.get(ask.queue) is heard
        if heard.more:
            self.ready(ask.queue)
        self._news.set()

    async def pump(self) -> None:
        """Hand on blocks until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._ready and self._flying < WINDOW:
                name = next(iter(self._ready))
                del self._ready[name]
                heard = self._heard.get(name)
                if heard:
                    await self._hand_on(name, heard)

    async def _hand_on(self, name: bytes, heard: _Heard) -> None:
        room = min(AT_ONCE, QUEUE_WINDOW - len(heard.flying), WINDOW - self._flying)
        heard.more = room <= 0
        if heard.more:
            return
        try:
            blocks = await self._mail.waiting(heard.queue, heard.last, room)
        except LinkRefused:  # the disk refuses now; it may not later
            asyncio.get_running_loop().call_later(AGAIN_S, self.ready, name)
            return
        for number, block in blocks:
            if self._heard.get(name) is not heard:
                return
            heard.last = number
            heard.flying.add(number)
            self._flying += 1
            self._mail.counters.blocks_delivered += 1
            await self._say(mailwire.Delivery(name, number, block).encode())
        if len(blocks) == room:
            self.ready(name)
