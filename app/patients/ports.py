"""What the service asks of the vault. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from app.interop.mapping import Mapping
    from media.events import Event
    from storage.audit import Entry
    from storage.messages.deposits import Deposit
    from storage.messages.records import Message, Thread
    from storage.monitoring.records import Course
    from storage.patients.records import Found, Patient


class Cache(Protocol):
    """What is asked of the patient cache (storage.patients.store.Patients)."""

    def get(self, number: int, /) -> Future[Patient | None]: ...  # noqa: D102 -- the repository says it
    def by_ipp(self, authority: str, ipp: str, /) -> Future[Patient | None]: ...  # noqa: D102
    def search(  # noqa: D102
        self, text: str, /, limit: int = 50, inside: bool = False, unit: str = "", unnamed: bool = False
    ) -> Future[list[Found]]: ...
    def recent(self, ids: Sequence[int], /) -> Future[list[Found]]: ...  # noqa: D102
    def homonyms(self, number: int, /) -> Future[list[Found]]: ...  # noqa: D102
    def count(self) -> Future[int]: ...  # noqa: D102
    def inside_count(self) -> Future[int]: ...  # noqa: D102
    def unnamed_count(self) -> Future[int]: ...  # noqa: D102


class Audit(Protocol):
    """What is asked of the audit trail (storage.audit.AuditRepository)."""

    def record(  # noqa: D102 -- the repository says it
        self, now_ms: int, who: bytes, action: str, /, *, subject: bytes = b"", reason: str = ""
    ) -> Future[Entry]: ...
    def about(self, subject: bytes, /) -> Future[list[Entry]]: ...  # noqa: D102


class Messages(Protocol):
    """What is asked of the inbox (storage.inbox.Inbox)."""

    def raw(self, seq: int, /) -> Future[bytes | None]: ...  # noqa: D102 -- the repository says it


class Talks(Protocol):
    """What is asked of the secure messages (app.messages.ports.Messages)."""

    changed: Event[frozenset[int]]

    async def about(  # noqa: D102 -- the port says it
        self, numbers: Sequence[tuple[str, str]], /, limit: int = 50
    ) -> tuple[tuple[Thread, Message], ...]: ...


class Left(Protocol):
    """What is asked of the deposits (app.messages.deposits.Deposits)."""

    changed: Event[None]

    async def about(self, numbers: Sequence[tuple[str, str]], /) -> tuple[Deposit, ...]: ...  # noqa: D102 -- the service says it


class Monitored(Protocol):
    """What is asked of telemonitoring (app.monitoring.ports.Monitoring)."""

    changed: Event[frozenset[bytes]]
    table: Callable[[], Mapping]

    async def course(self, person: int, /) -> Course | None: ...  # noqa: D102 -- the port says it


class Texts(Protocol):
    """Where the recently seen are kept (storage.settings.SettingsRepository)."""

    def all(self) -> Future[dict[str, str]]: ...  # noqa: D102 -- the repository says it
    def save(self, key: str, value: str, /) -> Future[None]: ...  # noqa: D102


class Shelf(Protocol):
    """The part of the vault that this feature sees."""

    @property
    def patients(self) -> Cache: ...  # noqa: D102
    @property
    def audit(self) -> Audit: ...  # noqa: D102
    @property
    def inbox(self) -> Messages: ...  # noqa: D102
    @property
    def settings(self) -> Texts: ...  # noqa: D102
    @property
    def read_only(self) -> bool: ...  # noqa: D102
