"""Whom one can write to: names, callings and levels of trust, as the directory lists them. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from app.i18n import tr
from app.names import fits
from app.search import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.post.presence import Presence
    from media.events import Event
    from storage.directory import Circle
    from storage.messages.records import Thread
    from storage.patients.records import Found

SHOWN = 8
_WORST = ("blocked", "different", "changed", "none", "certified", "verified")
"""Of several people a thread shows the level that asks for the most care."""
UNREACHABLE = frozenset(("none", "blocked"))
HOLDING = frozenset(("changed", "different"))
"""Levels at which what is written is held."""


class Person(Protocol):
    """One row of the directory (app.directory.service.Person)."""

    @property
    def user(self) -> bytes: ...  # noqa: D102 -- the directory says it
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def specialty(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102
    @property
    def me(self) -> bool: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def favourite(self) -> bool: ...  # noqa: D102
    @property
    def circles(self) -> frozenset[int]: ...  # noqa: D102


class Book(Protocol):
    """The directory of now (app.directory.service.Book)."""

    @property
    def people(self) -> Sequence[Person]: ...  # noqa: D102
    @property
    def circles(self) -> Sequence[Circle]: ...  # noqa: D102


class Directory(Protocol):
    """What is asked of the directory (app.directory.service.Directory)."""

    @property
    def known(self) -> Book: ...  # noqa: D102
    @property
    def writable(self) -> bool: ...  # noqa: D102
    @property
    def changed(self) -> Event[None]: ...  # noqa: D102
    @property
    def presence(self) -> Presence: ...  # noqa: D102
    async def book(self) -> Book: ...  # noqa: D102


class Patients(Protocol):
    """What is asked of the patients (app.patients.service.Patients): identity rows, nothing of a page."""

    async def search(self, text: str, chip: str = "all", limit: int = 60) -> Sequence[Found]: ...  # noqa: D102
    async def number_of(self, row: int) -> tuple[str, str] | None: ...  # noqa: D102
    async def named(self, authority: str, ipp: str) -> Found | None: ...  # noqa: D102


@dataclass(frozen=True)
class Known:
    """Somebody as messages show them; `level` `none` and no name of their own where the directory has them no more."""

    user: bytes
    name: str
    calling: str = ""
    level: str = "none"
    favourite: bool = False
    text: str = field(default="", repr=False)
    """What finds them, folded: what the directory says, the role, the own lists on which they stand."""


@dataclass(frozen=True)
class Listed:
    """An own list, and who of it can be written to."""

    id: int
    name: str
    users: tuple[bytes, ...]


class People:
    """The directory by user id."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._book: Book | None = None
        self._by_id: dict[bytes, Known] = {}
        self._me = b""

    def _read(self) -> dict[bytes, Known]:
        book = self._directory.known
        if book is not self._book:
            self._book = book
            lists = {one.id: plain(one.name) for one in book.circles}
            self._by_id = {one.user: _known(one, lists) for one in book.people}
            self._me = next((one.user for one in book.people if one.me), b"")
        return self._by_id

    @property
    def changed(self) -> Event[None]:
        """Fires when the directory is another one, or somebody decided about a key."""
        return self._directory.changed

    @property
    def come_and_gone(self) -> Event[None]:
        """Fires when somebody can be reached otherwise than before."""
        return self._directory.presence.changed

    def here(self, user: bytes) -> str:
        """Return how somebody can be reached now (`app.ui.here.STATES`), empty where nothing is known."""
        return self._directory.presence.state(user)

    async def read(self) -> Book:
        """Read the directory anew; raises MediaError when the own certificate cannot be read."""
        return await self._directory.book()

    @property
    def me(self) -> bytes:
        """The user of this desk, empty before the directory was read."""
        self._read()
        return self._me

    @property
    def edition(self) -> object:
        """The book of now: another object where anybody may be told otherwise."""
        self._read()
        return self._book

    @property
    def listed(self) -> bool:
        """Whether the directory was read."""
        return bool(self.me)

    @property
    def writable(self) -> bool:
        """Whether the vault takes anything now."""
        return self._directory.writable

    def of(self, user: bytes) -> Known:
        """Return somebody by id."""
        return self._read().get(user) or Known(user, tr("messages.unknown"))

    def name(self, user: bytes) -> str:
        """Return what somebody is called."""
        return self.of(user).name

    def found(self, query: str, without: Sequence[bytes] = ()) -> list[Known]:
        """Return who can be written to and matches *query*, favourites first, then in the directory's order, at most `SHOWN`."""
        wanted, out = plain(query), {self._me, *without}
        able = [
            one
            for one in self._read().values()
            if one.level not in UNREACHABLE and one.user not in out and fits(wanted, one.text)
        ]
        first = sorted(able, key=lambda one: (not _begins(wanted, one), not one.favourite))
        return first[:SHOWN]

    def lists(self, query: str, without: Sequence[bytes] = ()) -> list[Listed]:
        """Return the own lists that match *query* and have somebody more to write to, in their order."""
        known, wanted, out = self._read(), plain(query), {self._me, *without}
        circles = self._book.circles if self._book is not None else ()
        found = []
        for one in (each for each in circles if each.name and fits(wanted, plain(each.name))):
            able = [known[user] for user in one.members - out if user in known]
            able = sorted((who for who in able if who.level not in UNREACHABLE), key=lambda who: who.text)
            if able:
                found.append(Listed(one.id, one.name, tuple(who.user for who in able)))
        return found

    def level(self, thread: Thread) -> str:
        """Return the level of a thread: of its members the one that asks for the most care."""
        known = self._read()
        levels = {known[user].level if user in known else "none" for user in thread.members}
        return next((level for level in _WORST if level in levels), "none")

    def held_by(self, thread: Thread) -> tuple[Known, ...]:
        """Return the members because of whom nothing is sent."""
        return tuple(one for one in map(self.of, thread.members) if one.level in HOLDING)

    def title(self, thread: Thread) -> str:
        """Return what a thread is called: the team's name, or whom it is with."""
        if thread.title:
            return thread.title
        return self.name(thread.members[0]) if thread.members else tr("messages.alone")


def _known(one: Person, lists: Mapping[int, str]) -> Known:
    role = tr(f"role.{one.role}")
    found_by = (one.text, plain(role), *(lists[number] for number in one.circles))
    return Known(one.user, one.name, one.specialty or role, one.level, one.favourite, " ".join(found_by))


def _begins(wanted: str, one: Known) -> bool:
    """Tell whether a word of the name, with which the text begins, begins as typed."""
    return f" {wanted}" in f" {one.text[: len(one.name)]}"
