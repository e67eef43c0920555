"""The desk's own feed of patients, open from unlock to lock. No Qt. What it is made of is loaded when it first opens."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from app.interop import mapping
from app.interop.state import Reception, State
from media.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.interop.flow import Flow
    from app.interop.mapping import Mapping
    from app.interop.state import Options
    from app.jobs import Job, Start
    from storage.vault import Vault

log = logging.getLogger(__name__)


class Feed:
    """The desk's own feed: open from unlock to lock. No Qt; *start* runs it. The events fire on the loop's thread."""

    def __init__(self, start: Start, now_ms: Callable[[], int]) -> None:
        self._start, self._now_ms = start, now_ms
        self._turn = asyncio.Lock()
        self._job: Job | None = None
        self._of: tuple[Vault, Options] | None = None
        self._round = 0
        self._reception = Reception()
        self._table: Mapping | None = None
        self._unmapped = ""
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

    def receive(self, reception: Reception) -> None:
        """Say with the own state what a gateway hands on to this desk."""
        self._reception = reception
        self._tell(self._round, self.state)

    @property
    def table(self) -> Mapping:
        """What codes of questionnaires mean: the site's table, as far as it could be read."""
        return self._table or mapping.own()

    async def _run(self, vault: Vault, options: Options, number: int) -> None:
        """Let things flow until cancelled, once the one before has given the port back."""
        async with self._turn:
            make = await asyncio.to_thread(_flow)
            self._table, self._unmapped = await asyncio.to_thread(mapping.of_site, options.mapping)
            flow = make(
                vault, self._now_ms, zone=options.zone, keep_days=options.keep_days, table=self._table
            )
            self._tell(number, self.state)
            flow.changed.subscribe(lambda state: self._tell(number, state))
            flow.patients_changed.subscribe(self.patients_changed.fire)
            try:
                flow.follow()
                await flow.keep_listening(options)
                await asyncio.Event().wait()
            finally:
                await flow.stop()

    def _tell(self, number: int, state: State) -> None:
        state = replace(state, reception=self._reception, mapping=self._unmapped)
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
