"""The history for another own desk, as the directory offers it. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from app.directory.service import Unwritable

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from app.audit import Trail
    from app.directory.book import Device
    from media.events import Event
    from storage.messages.transfers import Transfer


class Histories(Protocol):
    """Who carries it (app.post.history.Histories)."""

    def all(self) -> Awaitable[tuple[Transfer, ...]]: ...  # noqa: D102 -- the post office says it
    def begin(self, device: bytes, /) -> Awaitable[None]: ...  # noqa: D102


class Office(Protocol):
    """What is asked of the post office (app.post.office.Post)."""

    transferred: Event[None]

    @property
    def opened(self) -> Opened: ...  # noqa: D102
    @property
    def histories(self) -> Histories: ...  # noqa: D102


class Opened(Protocol):
    """Whether the post office is open."""

    def is_set(self) -> bool: ...  # noqa: D102


class Transfers:
    """What the panel of the own desks asks for. `changed` fires on the loop's thread with every step."""

    def __init__(self, post: Office, trail: Trail) -> None:
        self._post, self._trail = post, trail
        self.changed = post.transferred

    async def all(self) -> tuple[Transfer, ...]:
        """Return every transfer, to other desks and from them; none where nothing is open."""
        return await self._post.histories.all() if self._post.opened.is_set() else ()

    async def begin(self, device: Device) -> None:
        """Begin with an own other desk, or go on; raises Unwritable, TrustError (its number was not compared), StorageError."""
        if not self._post.opened.is_set():
            raise Unwritable
        await self._post.histories.begin(device.certificate.device_id)
        self._trail.record("history-sent", subject=device.certificate.device_id)
