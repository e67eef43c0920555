"""The feed of patients over one open vault: listener, inbox, follower, retention; and the desk's own, from unlock to lock.

flow = Flow(vault, wall_clock_ms, zone="Europe/Paris")
flow.follow()
host, port = await flow.listen("127.0.0.1", 2575, tls)
await flow.stop()
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from app import config as settings
from app.interop.endpoint import EndpointError, address, server_tls
from app.interop.follow import Follower, Progress
from app.interop.intake import Intake
from app.interop.mllp import Listener
from app.interop.understand import DEFAULT_ZONE
from app.secretfile import SecretFileError
from media.events import Event
from storage.errors import StorageError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Coroutine, Sequence

    from app.config import Config
    from app.interop.frames import Frame
    from storage.vault import Vault

AGAIN_AFTER_S = 5.0
"""When a port that was taken is asked for again."""
LOOK_EVERY_S = 2.0
DAY_MS = 86_400_000
log = logging.getLogger(__name__)


class Standing(StrEnum):
    """What the listener does."""

    OFF = "off"
    LISTENING = "listening"
    PORT_TAKEN = "port-taken"
    """The address is not to be had now; it is asked for again every few seconds."""
    MISCONFIGURED = "misconfigured"
    """The address, or a TLS file, is not usable: somebody must mend the setting."""


@dataclass(frozen=True)
class State:
    """What is known of the feed. `last_ms`: when the newest message came, 0 for never; `waiting` are in quarantine.

    `kept` counts since the unlock; `progress` is how far the cache is behind the inbox.
    """

    standing: Standing = Standing.OFF
    address: str = ""
    last_ms: int = 0
    kept: int = 0
    waiting: int = 0
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True)
class Options:
    """What the settings say: `listen` HOST:PORT or empty, PEM files or empty, the site's zone, days to keep (0: for good)."""

    listen: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    tls_client_authority: str = ""
    zone: str = DEFAULT_ZONE
    keep_days: int = 0

    @classmethod
    def of(cls, config: Config) -> Options:
        """Read the settings."""
        get = config.get
        tls = get(settings.MLLP_CERTIFICATE), get(settings.MLLP_KEY), get(settings.MLLP_CLIENTS)
        return cls(get(settings.MLLP_LISTEN), *tls, get(settings.SITE_ZONE), get(settings.KEEP_DAYS))


class Flow:
    """Listener and follower over the open *vault*. To be made, and used, on the loop's thread.

    `state` as `changed` last told it; `patients_changed` fires with the ids of the patients that messages changed.
    """

    def __init__(
        self, vault: Vault, now_ms: Callable[[], int], *, zone: str = DEFAULT_ZONE, keep_days: int = 0
    ) -> None:
        self._vault, self._now_ms, self._keep_days = vault, now_ms, keep_days
        self._follower = Follower(vault.inbox, vault.patients, now_ms, zone=zone)
        self._intake = Intake(vault.inbox, now_ms, zone=zone, told=self._follower.tell)
        self._listener: Listener | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.state = State()
        self.changed: Event[State] = Event()
        self.patients_changed = self._follower.changed
        self._follower.progress.subscribe(lambda progress: self._tell(progress=progress))

    def follow(self) -> None:
        """Begin to bring the cache up to date, and to forget what is too old."""
        self._tasks = [asyncio.create_task(one) for one in (self._follower.run(), self._keep_house())]

    async def catch_up(self) -> None:
        """Apply what waits in the inbox, once, without following; raises StorageError."""
        await self._follower.catch_up()

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
        """Look at what other processes changed, and forget daily what is too old."""
        forgotten_ms = 0
        while True:
            with suppress(StorageError):
                await self._look()
                if self._now_ms() >= forgotten_ms + DAY_MS:
                    forgotten_ms = self._now_ms()
                    await self._forget()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        inbox = self._vault.inbox
        last_ms, waiting = [await asyncio.wrap_future(one) for one in (inbox.newest_ms(), inbox.waiting())]
        self._tell(last_ms=last_ms, waiting=waiting)

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


def _tls(options: Options) -> ssl.SSLContext | None:
    """Return the TLS of the options; half of one is refused, plain text is never the way out."""
    files = (options.tls_certificate, options.tls_key, options.tls_client_authority)
    if not any(files):
        return None
    certificate, key, authority = files
    if not certificate or not key:
        raise EndpointError("TLS demande un certificat et sa clé.")
    return server_tls(Path(certificate), Path(key), Path(authority) if authority else None)


class Job(Protocol):
    """Running work."""

    def cancel(self) -> None:
        """Stop it."""


class Start(Protocol):
    """Runs a coroutine elsewhere, as `Bridge.start` does for an owner."""

    def __call__(
        self,
        work: Coroutine[Any, Any, None],
        done: Callable[[None], None],
        failed: Callable[[Exception], None],
        /,
    ) -> Job:
        """Start *work*."""


class Feed:
    """The desk's own feed: open from unlock to lock. No Qt; *start* runs it. The events fire on the loop's thread."""

    def __init__(self, start: Start, now_ms: Callable[[], int]) -> None:
        self._start, self._now_ms = start, now_ms
        self._turn = asyncio.Lock()
        self._job: Job | None = None
        self._of: tuple[Vault, Options] | None = None
        self._round = 0
        self.state = State()
        self.changed: Event[State] = Event()
        self.patients_changed: Event[frozenset[int]] = Event()

    def open(self, vault: Vault, options: Options) -> None:
        """Take messages, and follow, with this vault and these options from now on; a damaged vault takes none."""
        if self._of == (vault, options) or vault.read_only:
            return
        self.close()
        self._of = (vault, options)
        self._job = self._start(self._run(vault, options, self._round), _ended, _failed)

    def close(self) -> None:
        """Close the port and let the vault go; senders keep what they have and come again."""
        self._round += 1
        self._of = None
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._tell(self._round, State())

    async def _run(self, vault: Vault, options: Options, number: int) -> None:
        """Let things flow until cancelled, once the one before has given the port back."""
        async with self._turn:
            flow = Flow(vault, self._now_ms, zone=options.zone, keep_days=options.keep_days)
            flow.changed.subscribe(lambda state: self._tell(number, state))
            flow.patients_changed.subscribe(self.patients_changed.fire)
            try:
                flow.follow()
                await flow.keep_listening(options)
                await asyncio.Event().wait()
            finally:
                await flow.stop()

    def _tell(self, number: int, state: State) -> None:
        if number == self._round and state != self.state:
            self.state = state
            self.changed.fire(state)


def _ended(_nothing: None) -> None:
    """Nothing to do: the feed ends when it is closed."""


def _failed(error: Exception) -> None:
    log.error("the feed of patients failed: %s", type(error).__name__)
