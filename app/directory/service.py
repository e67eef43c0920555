"""People of the organisation's log and what this user decided about their keys. No Qt, no network: the vault only."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from app.directory.book import NO_KEY, NOTHING, Book, Kept, entries, read_book
from app.directory.comparing import Parties
from app.post.presence import Presence
from app.search import plain
from media.errors import MediaError
from media.events import Event
from media.keys import safety
from media.keys.certs import DeviceCert, shown_text
from storage.directory import TrustNote, Verified

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Future

    from app.acts import Act
    from app.audit import Trail
    from app.directory.book import Device, Person
    from app.directory.transferring import Transfers
    from app.session import Session
    from app.trust import News
    from media.keys.sign import HybridPublic
    from storage.directory import Circle

ACTS: dict[str, Act] = {
    "identical": "safety-identical",
    "different": "safety-different",
    "withdrawn": "safety-withdrawn",
    "accepted": "safety-accepted",
    "blocked": "safety-blocked",
    "unblocked": "safety-unblocked",
    "own": "safety-own",
    "vouched": "safety-vouched",
}
"""What is decided about a key, and what the audit trail calls it."""
LISTS = 100
"""How many lists one keeps at most."""


MOST_COMPARED = 16
"""Devices of one person among which a scanned code is looked for."""


class Unwritable(Exception):  # noqa: N818 -- the page says what to do
    """The vault is shut or read-only: nothing can be decided now."""


class Unnameable(Exception):  # noqa: N818 -- the page says what to do
    """A list cannot have this name, or there are too many lists."""


class Rows(Protocol):
    """What is asked of the vault's directory (storage.directory.DirectoryRepository)."""

    def verify(self, verified: Verified, /, *, alone: bool = False) -> Future[None]: ...  # noqa: D102 -- the repository says it
    def unverify(self, user: bytes, /) -> Future[None]: ...  # noqa: D102
    def verified(self) -> Future[list[Verified]]: ...  # noqa: D102
    def block(self, user: bytes, time_s: int, /) -> Future[None]: ...  # noqa: D102
    def unblock(self, user: bytes, /) -> Future[None]: ...  # noqa: D102
    def blocked(self) -> Future[list[bytes]]: ...  # noqa: D102
    def note(self, note: TrustNote, /) -> Future[None]: ...  # noqa: D102
    def notes(self, user: bytes, /) -> Future[list[TrustNote]]: ...  # noqa: D102
    def circles(self) -> Future[list[Circle]]: ...  # noqa: D102
    def add_circle(self, name: str, /) -> Future[int]: ...  # noqa: D102
    def rename_circle(self, circle: int, name: str, /) -> Future[None]: ...  # noqa: D102
    def drop_circle(self, circle: int, /) -> Future[None]: ...  # noqa: D102
    def join_circle(self, circle: int, user: bytes, /) -> Future[None]: ...  # noqa: D102
    def leave_circle(self, circle: int, user: bytes, /) -> Future[None]: ...  # noqa: D102
    def people(self, org: bytes, /) -> Future[bytes]: ...  # noqa: D102


class Shelf(Protocol):
    """The part of the vault that this feature sees."""

    @property
    def directory(self) -> Rows: ...  # noqa: D102
    @property
    def read_only(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True)
class Decisions:
    """What this user decided about keys and people, as TrustAnchor holds it."""

    verified: list[tuple[bytes, bytes]]
    blocked: list[bytes]


@dataclass(frozen=True)
class _Desk:
    session: Session = field(repr=False)
    shelf: Shelf | None = field(repr=False)
    news: News = field(repr=False)


class Directory:
    """Lists people, compares numbers, keeps decisions in vault and audit trail.

    `renewed` hands the new decisions to whoever holds the session (on the loop's thread); `changed` tells that the
    session is another one now; `known` is the book that was read last; `owned` tells others of a device that the user called
    the own one (vouching.py); `differed` tells the organisation whose numbers were not the same (reporting.py); `transfers`, where there is a post office, brings own other desks the history; `presence` is the
    post office's, where there is one.
    """

    def __init__(self, now_ms: Callable[[], int], trail: Trail) -> None:
        self._now_ms, self._trail = now_ms, trail
        self._desk: _Desk | None = None
        self.known = Book()
        self.renewed: Event[Decisions] = Event()
        self.changed: Event[None] = Event()
        self.owned: Callable[[Device], Awaitable[None]] | None = None
        self.differed: Callable[[bytes], Awaitable[None]] | None = None
        self.transfers: Transfers | None = None
        self.presence = Presence(now_ms)

    @property
    def session(self) -> Session | None:
        """Who works here; None at the lock."""
        return self._desk.session if self._desk is not None else None

    def open(self, session: Session, shelf: Shelf | None, news: News) -> None:
        """Work for *session* with the decisions in *shelf*; without one the directory can be read only."""
        self._desk = _Desk(session, shelf, news)
        self.changed.fire(None)

    def close(self) -> None:
        """Forget the session and everybody in it: the desk is locked."""
        self._desk, self.known = None, Book()
        for kept in (plain, entries, _side_of):
            kept.cache_clear()

    async def book(self) -> Book:
        """Return everybody, sorted; raises MediaError when the own certificate cannot be read."""
        desk = self._desk
        if desk is None:
            return Book()
        kept = NOTHING if desk.shelf is None else await _kept(desk.shelf.directory, desk.session.trust.org)
        book = await asyncio.to_thread(read_book, desk.session, desk.news, kept, self._now_s(), self.writable)
        if self._desk is desk:
            self.known = book
        return book

    async def parties(self, person: Person, device: Device) -> Parties | None:
        """Return who compares with whom: this desk with *device* and the other living ones of *person*; None at the lock."""
        desk = self._desk
        if desk is None:
            return None
        mine = DeviceCert.parse(desk.session.certificate)
        me = next((one for one in self.known.people if one.me), None)
        own = tuple(one for one in me.living if one.state == "mine") if me is not None else ()
        return await asyncio.to_thread(_parties, mine, own, (device, *person.living))

    async def history(self, user: bytes) -> tuple[TrustNote, ...]:
        """Return what was decided about *user*, the newest first."""
        desk = self._desk
        if desk is None or desk.shelf is None:
            return ()
        notes = await asyncio.wrap_future(desk.shelf.directory.notes(user))
        return tuple(note for note in reversed(notes) if note.text in ACTS)

    @property
    def writable(self) -> bool:
        """Whether a decision can be kept."""
        desk = self._desk
        return desk is not None and desk.shelf is not None and not desk.shelf.read_only

    # --- decisions: each raises Unwritable or StorageError, and then nothing was decided --------------------

    async def identical(self, device: Device) -> None:
        """Keep that the numbers were compared and equal: the key of *device* is that person's, beside those compared before."""
        certificate = device.certificate
        key, refused = certificate.public.ed25519, self._is_refused(certificate.user)
        await self._decide(certificate.user, "identical", key, alone=refused)

    async def different(self, user: bytes) -> None:
        """Keep that the numbers differed, and tell the organisation: no key of *user* is trusted until they compare equal."""
        await self._decide(user, "different", NO_KEY, alone=True)
        if self.differed is not None:
            await self.differed(user)

    async def withdraw(self, user: bytes) -> None:
        """Take every verification of a person back."""
        await self._decide(user, "withdrawn")

    async def accept(self, user: bytes) -> None:
        """Acknowledge that the key changed, without comparing: the person counts as unverified."""
        await self._decide(user, "accepted")

    async def own(self, device: Device) -> None:
        """Say that a device in the own name is one's own: it raises no alarm any more."""
        session = self._writable_desk()[0]
        mine = DeviceCert.parse(session.certificate)
        for key in (mine.public.ed25519, device.certificate.public.ed25519):
            await self._decide(session.user, "own" if key != mine.public.ed25519 else "", key)
        if self.owned is not None:
            await self.owned(device)

    async def vouched(self, user: bytes, key: bytes, by: bytes) -> bool:
        """Take the word of an older device (*by*, an Ed25519 key) of *user* for a newer one's *key*; tell whether it counts.

        The caller verified the vouch and that both devices live. It counts where *by* was compared, or vouched for itself, and
        nothing of this person is held.
        """
        trust = self._writable_desk()[0].trust
        if (user, by) not in trust.verified or (user, key) in trust.verified:
            return False
        await self._decide(user, "vouched", key, by=by)
        return True

    async def block(self, user: bytes, yes: bool) -> None:
        """Send nothing to *user* and take nothing, or do so again."""
        session, rows = self._writable_desk()
        if user == session.user:
            return
        await asyncio.wrap_future(rows.block(user, self._now_s()) if yes else rows.unblock(user))
        await self._keep(rows, user, "blocked" if yes else "unblocked", b"")

    def _is_refused(self, user: bytes) -> bool:
        desk = self._desk
        return desk is not None and (user, NO_KEY) in desk.session.trust.verified

    def _writable_desk(self) -> tuple[Session, Rows]:
        desk = self._desk
        if desk is None or desk.shelf is None or desk.shelf.read_only:
            raise Unwritable
        return desk.session, desk.shelf.directory

    async def _decide(
        self, user: bytes, act: str, key: bytes = b"", *, by: bytes = b"", alone: bool = False
    ) -> None:
        _, rows = self._writable_desk()
        verified = Verified(user, key, self._now_s(), by)
        await asyncio.wrap_future(rows.verify(verified, alone=alone) if key else rows.unverify(user))
        if act:
            await self._keep(rows, user, act, b"" if key == NO_KEY else key)

    async def _keep(self, rows: Rows, user: bytes, act: str, key: bytes) -> None:
        """Trace what was decided, and let it count."""
        self._trail.record(ACTS[act], subject=user)
        note = TrustNote(user, self._now_s(), act, key)
        await asyncio.wrap_future(rows.note(note))  # behind the trail's row: both are kept
        verified = await asyncio.wrap_future(rows.verified())
        blocked = await asyncio.wrap_future(rows.blocked())
        self.renewed.fire(Decisions([(one.user, one.ed25519_pk) for one in verified], blocked))

    # --- own lists: raise as above, Unnameable for a name that cannot be shown ------------------------------

    async def put(self, circle: int, user: bytes, yes: bool) -> None:
        """Put somebody on a list, or take them off."""
        _, rows = self._writable_desk()
        act = rows.join_circle if yes else rows.leave_circle
        await asyncio.wrap_future(act(circle, user))
        self.changed.fire(None)

    async def add_circle(self, name: str) -> int:
        """Begin a list; return its id. A name that is taken gives that list."""
        _, rows = self._writable_desk()
        name, circles = _named(name), await asyncio.wrap_future(rows.circles())
        for one in circles:
            if one.name == name:
                return one.id
        if len(circles) > LISTS:
            raise Unnameable
        made = await asyncio.wrap_future(rows.add_circle(name))
        self.changed.fire(None)
        return made

    async def rename_circle(self, circle: int, name: str) -> None:
        """Give a list another name."""
        _, rows = self._writable_desk()
        await asyncio.wrap_future(rows.rename_circle(circle, _named(name)))
        self.changed.fire(None)

    async def drop_circle(self, circle: int) -> None:
        """Forget a list, not the people on it."""
        _, rows = self._writable_desk()
        await asyncio.wrap_future(rows.drop_circle(circle))
        self.changed.fire(None)

    def _now_s(self) -> int:
        return self._now_ms() // 1000


def _named(name: str) -> str:
    try:
        return shown_text(" ".join(name.split()))
    except MediaError as error:
        raise Unnameable from error


async def _kept(rows: Rows, org: bytes) -> Kept:
    circles = await asyncio.wrap_future(rows.circles())
    verified = await asyncio.wrap_future(rows.verified())
    vouched = frozenset((one.user, one.ed25519_pk) for one in verified if one.voucher)
    return Kept(tuple(circles), vouched, await asyncio.wrap_future(rows.people(org)))


def _parties(mine: DeviceCert, own: tuple[Device, ...], theirs: tuple[Device, ...]) -> Parties:
    return Parties(
        _side(mine),
        tuple(_side(one.certificate) for one in _distinct(own)),
        tuple((one, _side(one.certificate)) for one in _distinct(theirs)),
    )


def _distinct(devices: tuple[Device, ...]) -> list[Device]:
    """Return the first device of each key; no list, however long, costs more than a second."""
    found: dict[HybridPublic, Device] = {}
    for one in devices:
        found.setdefault(one.certificate.public, one)
    return list(found.values())[:MOST_COMPARED]


def _side(certificate: DeviceCert) -> safety.Side:
    return _side_of(safety.Identity(certificate.org, certificate.user, certificate.public))


_side_of = lru_cache(maxsize=64)(safety.side)
"""The rounds take their time, and are the same for each look at the same person."""
