"""Listener, inbox, follower and retention over one open vault: the same in the workstation's feed and in the gateway.

flow = Flow(vault, wall_clock_ms, zone="Europe/Paris")
host, port = await flow.listen("127.0.0.1", 2575, tls)
flow.follow()
await flow.stop()
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.interop.endpoint import EndpointError, address, server_tls
from app.interop.follow import Follower
from app.interop.intake import Intake
from app.interop.mllp import Listener
from app.interop.state import Standing, State
from app.interop.understand import DEFAULT_ZONE
from app.secretfile import SecretFileError
from media.events import Event
from storage.errors import StorageError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from app.interop.frames import Frame
    from app.interop.mapping import Mapping
    from app.interop.state import Options
    from storage.vault import Vault

AGAIN_AFTER_S = 5.0
"""When a port that was taken is asked for again."""
LOOK_EVERY_S = 2.0
DAY_MS = 86_400_000
log = logging.getLogger(__name__)


class Flow:
    """Listener and follower over the open *vault*. To be made, and used, on the loop's thread.

    `state` as `changed` last told it; `patients_changed` fires with the ids of the patients that messages changed.
    """

    def __init__(
        self,
        vault: Vault,
        now_ms: Callable[[], int],
        *,
        zone: str = DEFAULT_ZONE,
        keep_days: int = 0,
        table: Mapping | None = None,
    ) -> None:
        self._vault, self._now_ms, self._keep_days = vault, now_ms, keep_days
        self._follower = Follower(vault.inbox, vault.patients, now_ms, zone=zone, table=table)
        self._intake = Intake(vault.inbox, now_ms, zone=zone, table=table, told=self._follower.tell)
        self._listener: Listener | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.state = State()
        self.changed: Event[State] = Event()
        self.patients_changed = self._follower.changed
        self._follower.progress.subscribe(lambda progress: self._tell(progress=progress))

    def follow(self) -> None:
        """Begin to bring the cache up to date, and to forget what is too old."""
        self._tasks = [asyncio.create_task(one) for one in (self._follower.run(), self._keep_house())]
        for task in self._tasks:
            task.add_done_callback(_ended)

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> tuple[str, int]:
        """Take messages at this address (port 0: one that the system chooses) and return it; raises OSError."""
        with suppress(StorageError):
            await self._follower.number_on()
        listener = Listener(self._take, tls=tls)
        host, port = await listener.open(host, port)
        self._listener = listener
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._tell(standing=Standing.LISTENING, address=where)
        return host, port

    async def stop(self) -> None:
        """Close the port, answer what is under way, stop following. What was not answered its sender has still."""
        if self._listener is not None:
            await self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._intake.close()
        self._tell(standing=Standing.OFF)

    async def keep_listening(self, options: Options) -> None:
        """Listen as *options* say, as soon as that is possible: what is in the way is told, and tried again."""
        while options.listen:
            try:
                await self.listen(*address(options.listen), await asyncio.to_thread(_tls, options))
            except (EndpointError, SecretFileError):
                self._tell(standing=Standing.MISCONFIGURED, address=options.listen)
            except OSError:
                self._tell(standing=Standing.PORT_TAKEN, address=options.listen)
            else:
                return
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _take(self, frames: Sequence[Frame]) -> list[bytes]:
        answers = await self._intake.take(frames)
        counts = self._intake.counts
        self._tell(last_ms=counts.last_ms or self.state.last_ms, kept=counts.kept)
        return answers

    async def _keep_house(self) -> None:
        """Look at what other processes and the disk did meanwhile, and forget daily what is too old."""
        forgotten_ms = 0
        while True:
            with suppress(StorageError):
                await self._look()
                if self._now_ms() >= forgotten_ms + DAY_MS and await self._is_up_to_date():
                    forgotten_ms = self._now_ms()
                    await self._forget()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        inbox = self._vault.inbox
        if self._vault.failing:  # a write that does no more than ask whether the disk takes one again
            await asyncio.wrap_future(inbox.number_after(0))
        last_ms, waiting = [await asyncio.wrap_future(one) for one in (inbox.newest_ms(), inbox.waiting())]
        self._tell(last_ms=last_ms, waiting=waiting)

    async def _is_up_to_date(self) -> bool:
        applied = await asyncio.wrap_future(self._vault.patients.applied())
        return applied >= await asyncio.wrap_future(self._vault.inbox.newest())

    async def _forget(self) -> None:
        if self._keep_days:
            before_ms = self._now_ms() - self._keep_days * DAY_MS
            gone = await asyncio.wrap_future(self._vault.patients.forget(before_ms))
            await asyncio.wrap_future(self._vault.inbox.drop(gone))
            await asyncio.wrap_future(self._vault.patients.dropped(gone))

    def _tell(self, **what: Any) -> None:
        state = replace(self.state, **what)
        if state != self.state:
            self.state = state
            self.changed.fire(state)


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("the feed of patients stands still: %s", type(error).__name__)


def _tls(options: Options) -> ssl.SSLContext | None:
    """Return the TLS of the options; half of one is refused, plain text is never the way out."""
    certificate, key, authority = options.tls_certificate, options.tls_key, options.tls_client_authority
    if not (certificate or key or authority):
        return None
    return server_tls(Path(certificate), Path(key), Path(authority) if authority else None)
