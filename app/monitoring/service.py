"""Telemonitoring of this desk, from the unlock to the lock (`app.monitoring.ports.Monitoring`). No Qt.

Answers come from the cache, records from the vault and the post office; what is done here is in the audit trail before it is said to
anybody, and on the vault's disk before it is shown.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from app.interop.mapping import own
from app.monitoring.escalation import Escalations
from app.monitoring.ground import Open
from app.monitoring.memory import Memory
from app.monitoring.queries import Queries
from app.monitoring.recorded import read
from app.monitoring.rulings import Rulings
from app.monitoring.standing import Version, services
from app.monitoring.steps import Steps
from app.monitoring.stock import Stock
from media.errors import ProtocolError
from media.mail.policy import KIND as POLICY
from media.mail.policy import Policy
from media.mail.steps import KIND as STEP

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from app.audit import Trail
    from app.interop.mapping import Mapping
    from app.monitoring.sharing import Sharing
    from app.session import Session
    from storage.monitoring.records import Record
    from storage.monitoring.trace import Kept
    from storage.vault import Vault

log = logging.getLogger(__name__)


class Monitoring(Queries, Steps, Rulings):
    """The alerts of this desk. *founders* are the users whom IT lets sign a service's first rules; *silent_ms*: since when the gateways are silent, 0: they are not."""

    def __init__(
        self,
        sharing: Sharing,
        now_ms: Callable[[], int],
        trail: Trail,
        founders: Callable[[], Collection[bytes]],
        silent_ms: Callable[[], int],
        table: Callable[[], Mapping] = own,
    ) -> None:
        super().__init__(sharing, now_ms, trail, founders, silent_ms, table)
        self._escalations: Escalations | None = None
        self._escalating: asyncio.Task[None] | None = None
        sharing.came.subscribe(self._heard)
        sharing.limited.subscribe(lambda user: trail.record("records-limited", subject=user))
        sharing.counts = self._counts
        sharing.forged = lambda kept: self._escalations is not None and self._escalations.forged(kept)

    async def begin(self, session: Session, vault: Vault) -> None:
        """Work with this vault; returns once the newest answers are known: `read_on` is for the older ones. Raises StorageError."""
        self._versions = {}
        memory = Memory(session.user)
        self._escalations = escalations = Escalations(
            self._sharing,
            self._now_ms,
            memory.life,
            lambda alert: memory.service_of(alert).members,
            self._trace_step,
        )
        stock = Stock(vault, memory, self._now_ms, escalations.hear)
        self._desk = desk = Open(session, vault, memory, stock)
        self._sharing.open(vault)
        for one in await asyncio.wrap_future(vault.mail.read(lambda rows: rows.trace.since(POLICY, 0))):
            self._take_rules(one)
        memory.rule(services(self._versions.values(), self._founders()))
        await stock.newest()
        if self._desk is desk:
            self._escalating = asyncio.create_task(escalations.run())
            self.changed.fire(frozenset())

    def end(self) -> None:
        """Know nothing any more; what the team says is kept for as long as the sharing is open."""
        if self._escalating is not None:
            self._escalating.cancel()
        self._desk, self._versions, self._escalations, self._escalating = None, {}, None, None
        self.changed.fire(frozenset())

    @property
    def reading(self) -> bool:
        """Whether older alerts are still to be read: `read_on`."""
        return self._desk is not None and self._desk.stock.behind

    async def read_on(self) -> None:
        """Read some of what is still to be read; `changed` fires at the end of it. Raises StorageError."""
        desk = self._desk
        if desk is None:
            return
        changed = await desk.stock.read_on()
        if self._desk is desk and (changed or not desk.stock.behind):
            self.changed.fire(frozenset() if not desk.stock.behind else changed)

    async def refresh(self, persons: frozenset[int]) -> None:
        """Read again what these patients answered; none: all. Raises StorageError."""
        desk = self._desk
        if desk is None:
            return
        if not persons:
            last = await asyncio.wrap_future(desk.vault.answers.persons())
            persons = desk.memory.persons() | last
        changed = await desk.stock.refresh(persons)
        if changed and self._desk is desk:
            self.changed.fire(changed)

    # --- records -------------------------------------------------------------------------------------------

    def _heard(self, kept: Kept) -> None:
        """Take a record that came, or was said here; it is in the vault already."""
        desk, escalations = self._desk, self._escalations
        if desk is None or escalations is None:
            return
        if kept.kind == POLICY:
            self._take_rules(kept)
            desk.memory.rule(services(self._versions.values(), self._founders()))
            desk.stock.again()
            self.changed.fire(frozenset())
        elif kept.kind == STEP and (made := read(kept)) is not None:
            escalations.hear(kept, made)
            self.changed.fire(self._put(desk, made))

    def _put(self, desk: Open, made: Record) -> frozenset[bytes]:
        """Put a record beside the others on its subject, or have all of them read."""
        if desk.memory.holds(made.subject):
            return desk.memory.hear(made)
        desk.stock.miss(made.subject)
        return frozenset((made.subject,))

    def _take_rules(self, kept: Kept) -> None:
        """Take a version of rules; one that cannot be read stays in the vault, and rules nothing."""
        try:
            self._versions[kept.id] = Version(kept.id, kept.author, Policy.parse(kept.data))
        except ProtocolError:
            log.warning("rules cannot be read")

    def _counts(self, kept: Kept) -> bool:
        """Tell whether a record of somebody in no service counts, as nobody ruled the service of its alert."""
        if self._desk is None or kept.subject not in self._desk.memory.asked:
            return False
        return self._desk.memory.service_of(kept.subject).counts(kept.author, kept.at_ms)
