"""The desk's own feed of patients, open from unlock to lock. No Qt. What it is made of is loaded when it first opens."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from app import config as settings
from media.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from app.config import Config
    from app.interop.flow import Flow
    from storage.vault import Vault

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far the cache is: `done` of `total` messages since it began to catch up; equal when it is up to date."""

    done: int = 0
    total: int = 0

    @property
    def up_to_date(self) -> bool:
        """True when nothing waits."""
        return self.done >= self.total


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
    zone: str = settings.SITE_ZONE.default
    keep_days: int = 0

    @classmethod
    def of(cls, config: Config) -> Options:
        """Read the settings."""
        get = config.get
        tls = get(settings.MLLP_CERTIFICATE), get(settings.MLLP_KEY), get(settings.MLLP_CLIENTS)
        return cls(get(settings.MLLP_LISTEN), *tls, get(settings.SITE_ZONE), get(settings.KEEP_DAYS))


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
            make = await asyncio.to_thread(_flow)
            flow = make(vault, self._now_ms, zone=options.zone, keep_days=options.keep_days)
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


def _flow() -> type[Flow]:
    from app.interop.flow import Flow  # noqa: PLC0415 -- as the module says

    return Flow


def _ended(_nothing: None) -> None:
    """Nothing to do: the feed ends when it is closed."""


def _failed(error: Exception) -> None:
    log.error("the feed of patients failed: %s", type(error).__name__)
