"""One process of the demo: orders go to its standard input, news come from its standard output; it never outlives us."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from app.demo import orders
from media.patience import within

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable, Mapping

LEAVE_S, END_S = 8.0, 3.0
KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL
OWN_GROUP = sys.platform != "win32"
"""In a process group of its own, so that Ctrl+C reaches the conductor alone and people leave in order."""


async def spawn(
    *command: str,
    env: Mapping[str, str] | None = None,
    pass_fds: tuple[int, ...] = (),
    quiet: bool = False,
) -> Process:
    """Start a process with pipes for input and output; *quiet* drops what it says on standard error."""
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL if quiet else None,
        limit=orders.MAX_LINE,
        env=None if env is None else {**os.environ, **env},
        pass_fds=pass_fds,
        start_new_session=OWN_GROUP,
    )


async def end(process: Process, grace_s: float = 0.0) -> None:
    """Give *process* time to end by itself, then ask it to end, then end it; its pipes are closed afterwards."""
    stages = ((None, grace_s), (signal.SIGTERM, END_S), (KILL, END_S))
    for signal_number, patience_s in stages:
        if signal_number is not None:
            with suppress(ProcessLookupError):
                process.send_signal(signal_number)
        with suppress(TimeoutError):
            await within(patience_s, process.wait())
            break
    if process.stdin is not None:
        process.stdin.close()


class Player:
    """A module of the demo that follows `orders`; *hear* is called on the loop with each of its news."""

    def __init__(self, process: Process, hear: Callable[[orders.Order], None]) -> None:
        self._process = process
        self._hear = hear
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls, module: str, hear: Callable[[orders.Order], None], env: Mapping[str, str] | None = None
    ) -> Player:
        """Start `python -m` *module*."""
        return cls(await spawn(sys.executable, "-m", module, env=env), hear)

    @property
    def ended(self) -> bool:
        """True when the process has ended."""
        return self._process.returncode is not None

    async def wait(self) -> None:
        """Return when the process has ended."""
        await self._process.wait()

    async def order(self, order: orders.Order) -> None:
        """Say *order*; to an ended process it is lost."""
        assert self._process.stdin is not None
        with suppress(ConnectionError):
            self._process.stdin.write(orders.pack(order))
            await self._process.stdin.drain()

    async def leave(self) -> None:
        """Let it leave and end; it has 8 s, then it is ended."""
        await self.order(orders.Bye())
        await end(self._process, LEAVE_S)
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        decoder = msgspec.json.Decoder(orders.ToConductor)
        while line := await self._process.stdout.readline():
            self._hear(decoder.decode(line))
