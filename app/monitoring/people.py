"""Colleagues as telemonitoring names them, from the directory that was read last. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.post.presence import Presence
    from media.events import Event


class Person(Protocol):
    """One row of the directory (app.directory.book.Person)."""

    @property
    def user(self) -> bytes: ...  # noqa: D102 -- the directory says it
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def specialty(self) -> str: ...  # noqa: D102
    @property
    def me(self) -> bool: ...  # noqa: D102


class Book(Protocol):
    """The directory of now (app.directory.book.Book)."""

    @property
    def people(self) -> Sequence[Person]: ...  # noqa: D102


class Directory(Protocol):
    """What is asked of the directory (app.directory.service.Directory)."""

    @property
    def known(self) -> Book: ...  # noqa: D102
    @property
    def changed(self) -> Event[None]: ...  # noqa: D102
    @property
    def presence(self) -> Presence: ...  # noqa: D102
    async def book(self) -> Book: ...  # noqa: D102


@dataclass(frozen=True)
class Colleague:
    """Somebody as the trace names one; `calling`: specialty, else the role in words."""

    user: bytes
    name: str
    calling: str = ""
    me: bool = False


class People:
    """The directory by user id; for Qt's thread."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._book: Book | None = None
        self._by_id: dict[bytes, Colleague] = {}

    @property
    def changed(self) -> Event[None]:
        """Fires when the directory is another one."""
        return self._directory.changed

    @property
    def come_and_gone(self) -> Event[None]:
        """Fires when somebody can be reached otherwise than before."""
        return self._directory.presence.changed

    async def read(self) -> Book:
        """Read the directory anew; raises MediaError when the own certificate cannot be read."""
        return await self._directory.book()

    def here(self, user: bytes) -> str:
        """Return how somebody can be reached now (`app.ui.here.STATES`), empty where nothing is known."""
        return self._directory.presence.state(user)

    def all(self) -> tuple[Colleague, ...]:
        """Return everybody whom the directory lists."""
        return tuple(self._read().values())

    def of(self, user: bytes) -> Colleague:
        """Return somebody by id, also one whom the directory has no more."""
        return self._read().get(user) or Colleague(user, tr("monitoring.unknown"))

    def name(self, user: bytes) -> str:
        """Return what somebody is called."""
        return self.of(user).name

    @property
    def me(self) -> bytes:
        """The user of this desk, empty before the directory was read."""
        return next((one.user for one in self._read().values() if one.me), b"")

    def _read(self) -> dict[bytes, Colleague]:
        book = self._directory.known
        if book is not self._book:
            self._book = book
            self._by_id = {
                one.user: Colleague(one.user, one.name, one.specialty or tr(f"role.{one.role}"), one.me)
                for one in book.people
            }
        return self._by_id
