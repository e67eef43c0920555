"""What all of the service stands on: the vault and post of who is signed in, the events, and what refuses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from app.messages.habits import Habits
from app.messages.ports import Progress, Refused, Standing, Unwritable
from app.post.office import Closed
from media.errors import ProtocolError
from media.events import Event
from storage.errors import Locked, ReadOnly

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.acts import Act
    from app.audit import Trail
    from app.config import Config
    from app.post.office import Post
    from app.session import Session
    from storage.messages.records import Message, PatientLink, Thread
    from storage.messages.store import Mailbag
    from storage.vault import Vault

T = TypeVar("T")
CODE = 12
"""So many digits of a message's id stand in the trail."""
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Desk:
    """Who is signed in, and the open vault."""

    session: Session = field(repr=False)
    vault: Vault = field(repr=False)

    @property
    def me(self) -> bytes:
        """The own user id."""
        return self.session.user


def subject(patient: PatientLink) -> bytes:
    """Return how the audit trail knows a patient's number, as for the patients' pages; it keeps a keyed hash of this only."""
    return f"patient:{patient.authority}|{patient.ipp}".encode()


def code_of(message: Message, file: int = 0) -> str:
    """Return how the trail names a message, or a *file* of it: no word of it, and nobody's name."""
    place = next((place for place, one in enumerate(message.files, 1) if one.id == file), 0)
    return message.msg_id.hex()[:CODE] + (f"/{place}" if place else "")


class Ground:
    """The part of the service that the others share."""

    def __init__(self, post: Post, config: Config, now_ms: Callable[[], int], trail: Trail) -> None:
        self._post, self._config, self._now_ms, self._trail = post, config, now_ms, trail
        self._habits = Habits(config)
        self._desk: Desk | None = None
        self._heard_ms = self._late_ms = 0
        self.changed: Event[frozenset[int]] = Event()
        self.progress: Event[Progress] = Event()
        self.stood: Event[Standing] = Event()
        self.standing = Standing()

    @property
    def _open(self) -> Desk:
        if self._desk is None:
            raise Unwritable
        return self._desk

    def _sure_ms(self) -> int:
        """Return how late it surely is: by the clock, no further than a day past what others signed, and never earlier than it was.

        It is not before what the organisation signed; a colleague's header puts nothing off and hastens nothing.
        """
        signed_ms = self._open.session.trust.head_time * 1000
        clock_ms = min(self._now_ms(), max(signed_ms, self._heard_ms) + DAY_MS)
        self._late_ms = max(self._late_ms, signed_ms, clock_ms)
        return self._late_ms

    async def _read(self, act: Callable[[Mailbag], T]) -> T:
        """Ask the vault; raises Unwritable where it is shut."""
        try:
            return await asyncio.wrap_future(self._open.vault.mail.read(act))
        except Locked as error:
            raise Unwritable from error

    async def _write(self, act: Callable[[Mailbag], T], *threads: int) -> T:
        """Change the vault in one transaction, then tell of *threads*; raises Unwritable, StorageError."""
        desk = self._open
        if desk.vault.mail_read_only:
            raise Unwritable
        try:
            found = await asyncio.wrap_future(desk.vault.mail.write(act))
        except (Locked, ReadOnly, Closed) as error:
            raise Unwritable from error
        except ProtocolError as error:
            raise Refused("too-long") from error
        if threads:
            self.changed.fire(frozenset(threads))
        return found

    async def _posted(self, act: Callable[[Mailbag], T], thread: int) -> T:
        """Change the vault as `_write`, and let the post office look at its outbox."""
        found = await self._write(act, thread)
        self._post.wake()
        return found

    async def _thread(self, thread: int) -> Thread:
        found = await self._read(lambda rows: rows.threads.get(thread))
        if found is None:
            raise Refused("unknown")
        return found

    async def _message(self, message: int) -> Message:
        found = await self._read(lambda rows: rows.messages.get(message))
        if found is None:
            raise Refused("unknown")
        return found

    def _trace(self, act: Act, patient: PatientLink | None, reason: str = "") -> None:
        """Write into the audit trail what is done with a message about a patient."""
        if patient is not None:
            self._trail.record(act, subject=subject(patient), reason=reason)
