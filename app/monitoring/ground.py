"""What this desk has open while somebody works in telemonitoring, for those who ask and those who act. No Qt."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from app.monitoring.ports import Refused, Unwritable
from app.post.office import Closed
from media.errors import ProtocolError
from media.events import Event
from storage.errors import Locked, ReadOnly

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable

    from app.acts import Act
    from app.audit import Trail
    from app.interop.mapping import Mapping
    from app.monitoring.memory import Memory
    from app.monitoring.ports import Sending
    from app.monitoring.sharing import Sharing
    from app.monitoring.standing import Version
    from app.monitoring.stock import Stock
    from app.session import Session
    from media.mail.policy import Policy
    from media.mail.steps import AlertStep
    from storage.monitoring.trace import Kept
    from storage.patients.facts import Key
    from storage.vault import Vault


@dataclass(frozen=True)
class Open:
    """What is there while somebody works here."""

    session: Session = field(repr=False)
    vault: Vault = field(repr=False)
    memory: Memory = field(repr=False)
    stock: Stock = field(repr=False)


class Outward(Protocol):
    """Brings summaries of closed alerts to the record."""

    def sending(self, alert: bytes) -> Sending | None:
        """Return how far a summary is."""

    async def again(self, alert: bytes) -> None:
        """Bring out one that was refused once more."""


class Ground:
    """See `app.monitoring.service.Monitoring`."""

    def __init__(
        self,
        sharing: Sharing,
        now_ms: Callable[[], int],
        trail: Trail,
        founders: Callable[[], Collection[bytes]],
        silent_ms: Callable[[], int],
        table: Callable[[], Mapping],
    ) -> None:
        self._sharing, self._now_ms, self._trail = sharing, now_ms, trail
        self._founders, self._silent_ms, self.table = founders, silent_ms, table
        self._desk: Open | None = None
        self._versions: dict[bytes, Version] = {}
        self.changed: Event[frozenset[bytes]] = Event()
        self.outward: Outward | None = None
        """What brings summaries of closed alerts to the record (app.monitoring.closing)."""
        self.access: Callable[[int], Awaitable[str]] = _nobody
        """On what ground a patient of the cache is open to who is not of the service; "" where a reason is to be given first."""

    @property
    def _opened(self) -> Open:
        if self._desk is None:
            raise Unwritable
        return self._desk

    @property
    def known(self) -> Memory:
        """What this desk has in mind of its alerts: on the loop's thread, to be read only. Raises Unwritable."""
        return self._opened.memory

    async def whole(self, who: Key) -> Memory:
        """Return all that there is of a patient, by one of their numbers. Raises Unwritable, StorageError."""
        desk = self._opened
        return await desk.stock.whole(desk.memory.persons_of(who))

    async def within(self, since_ms: int, until_ms: int) -> Memory:
        """Return what was answered or came in a time. Raises Unwritable, StorageError."""
        return await self._opened.stock.within(since_ms, until_ms)

    @property
    def device(self) -> bytes:
        """The own device; raises app.post.office.Closed."""
        return self._sharing.device

    async def signed(self, subjects: Collection[bytes]) -> list[Kept]:
        """Return the records on *subjects* as they came, with their signatures."""
        return await asyncio.wrap_future(self._opened.vault.mail.read(lambda rows: rows.trace.of(subjects)))

    @property
    def writable(self) -> bool:
        """Whether anything can be done now. From any thread."""
        desk = self._desk
        return desk is not None and not desk.vault.mail_read_only

    async def traced(self, action: Act, subject: bytes, reason: str) -> None:
        """Have it in the audit trail before it is said to anybody; raises Unwritable."""
        desk = self._opened
        if desk.vault.mail_read_only:
            raise Unwritable
        try:
            await asyncio.wrap_future(
                desk.vault.audit.record(
                    self._now_ms(), desk.session.user, action, subject=subject, reason=reason
                )
            )
        except (Locked, ReadOnly) as error:
            raise Unwritable from error

    async def _said(
        self, desk: Open, service: str, members: Iterable[bytes], said: AlertStep | Policy
    ) -> Kept:
        """Say it, unless *desk* was locked since it was traced: nobody else may sign it."""
        if self._desk is not desk:
            raise Unwritable
        try:
            return await self._sharing.say(service, members, said)
        except (Closed, Locked, ReadOnly) as error:
            raise Unwritable from error
        except ProtocolError as error:
            raise Refused("too-long") from error


async def _nobody(_person: int) -> str:
    return ""


def subject_of(who: Key) -> bytes:
    """Return how the audit trail knows a patient, as for the patients' pages."""
    return f"patient:{who.authority}|{who.ipp}".encode()
