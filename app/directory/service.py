"""People of the organisation's log and what this user decided about their keys. No Qt, no network: the vault only."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from app.names import sort_key
from app.search import plain
from app.trust import readable
from media.errors import MediaError, TrustError
from media.events import Event
from media.keys import safety
from media.keys.certs import DeviceCert, Trust
from storage.directory import TrustNote, Verified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from app.audit import Trail
    from app.session import Session
    from app.trust import News

State: TypeAlias = Literal[
    "this", "unexpected", "verified", "certified", "changed", "expired", "revoked", "refused"
]
Level: TypeAlias = Literal["me", "alarm", "verified", "certified", "changed", "different", "none"]

LIVING = frozenset(("this", "unexpected", "verified", "certified", "changed"))
NO_KEY = bytes(32)
"""Kept as the verified key of somebody whose number differed: no device holds it, so every meeting judges `changed`."""
ACTS = frozenset(("identical", "different", "withdrawn", "accepted"))


class Unwritable(Exception):  # noqa: N818 -- the page says what to do
    """The vault is shut or read-only: nothing can be decided now."""


class Rows(Protocol):
    """What is asked of the vault's directory (storage.directory.DirectoryRepository)."""

    def verify(self, verified: Verified, /) -> Future[None]: ...  # noqa: D102 -- the repository says it
    def unverify(self, user: bytes, /) -> Future[None]: ...  # noqa: D102
    def verified(self) -> Future[list[Verified]]: ...  # noqa: D102
    def note(self, note: TrustNote, /) -> Future[None]: ...  # noqa: D102
    def notes(self, user: bytes, /) -> Future[list[TrustNote]]: ...  # noqa: D102


class Shelf(Protocol):
    """The part of the vault that this feature sees."""

    @property
    def directory(self) -> Rows: ...  # noqa: D102
    @property
    def read_only(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True)
class Device:
    """One device of a person, as a meeting would judge it now."""

    certificate: DeviceCert
    state: State

    @property
    def living(self) -> bool:
        """Whether its certificate counts today."""
        return self.state in LIVING

    @property
    def short_id(self) -> str:
        """`3F2A-90C1`: enough to tell two devices of a person apart."""
        text = self.certificate.device_id[:4].hex().upper()
        return f"{text[:4]}-{text[4:]}"


@dataclass(frozen=True)
class Person:
    """One row of the directory; `devices` the newest first."""

    user: bytes
    name: str
    role: str
    specialty: str
    level: Level
    devices: tuple[Device, ...]

    @property
    def living(self) -> tuple[Device, ...]:
        """The devices that count today."""
        return tuple(device for device in self.devices if device.living)

    @property
    def me(self) -> bool:
        """Whether this is the user of this desk."""
        return self.level in {"me", "alarm"}

    @property
    def to_compare(self) -> Device | None:
        """The device whose number matters most: one with another key than the verified, else the newest."""
        return next((d for d in self.living if d.state == "changed"), next(iter(self.living), None))


@dataclass(frozen=True)
class Book:
    """The directory of now. `head_s`: when the organisation last signed it; `trouble`: a code of `News`, or empty."""

    people: tuple[Person, ...] = ()
    head_s: int = 0
    trouble: str = ""
    writable: bool = False


@dataclass(frozen=True)
class _Desk:
    session: Session = field(repr=False)
    shelf: Shelf | None = field(repr=False)
    news: News = field(repr=False)


class Directory:
    """Lists people, compares numbers, keeps decisions in vault and audit trail.

    `renewed` hands the new verified keys to whoever holds the session (on the loop's thread); `changed` tells that the
    session is another one now; `known` is the book that was read last.
    """

    def __init__(self, now_ms: Callable[[], int], trail: Trail) -> None:
        self._now_ms, self._trail = now_ms, trail
        self._desk: _Desk | None = None
        self.known = Book()
        self.renewed: Event[list[tuple[bytes, bytes]]] = Event()
        self.changed: Event[None] = Event()

    def open(self, session: Session, shelf: Shelf | None, news: News) -> None:
        """Work for *session* with the decisions in *shelf*; without one the directory can be read only."""
        self._desk = _Desk(session, shelf, news)
        self.changed.fire(None)

    def close(self) -> None:
        """Forget the session and everybody in it: the desk is locked."""
        self._desk, self.known = None, Book()
        plain.cache_clear()

    async def book(self) -> Book:
        """Return everybody, sorted; raises MediaError when the own certificate cannot be read."""
        desk = self._desk
        if desk is None:
            return Book()
        book = await asyncio.to_thread(read_book, desk.session, desk.news, self._now_s(), self.writable)
        if self._desk is desk:
            self.known = book
        return book

    async def number(self, device: Device) -> tuple[str, ...]:
        """Return the twelve groups that this desk and *device* have in common."""
        desk = self._desk
        if desk is None:
            return ()
        one, other = DeviceCert.parse(desk.session.certificate), device.certificate
        digits = await asyncio.to_thread(safety.number, _identity(one), _identity(other))
        return tuple(digits.split())

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
        """Keep that the numbers were compared and equal: the key of *device* is that person's."""
        await self._decide(device.certificate.user, "identical", device.certificate.public.ed25519)

    async def different(self, user: bytes) -> None:
        """Keep that the numbers differed: no key of *user* is trusted until they compare equal."""
        await self._decide(user, "different", NO_KEY)

    async def withdraw(self, user: bytes) -> None:
        """Take a verification back."""
        await self._decide(user, "withdrawn", b"")

    async def accept(self, user: bytes) -> None:
        """Acknowledge that the key changed, without comparing: the person counts as unverified."""
        await self._decide(user, "accepted", b"")

    async def _decide(self, user: bytes, act: str, key: bytes) -> None:
        desk = self._desk
        if desk is None or desk.shelf is None or desk.shelf.read_only:
            raise Unwritable
        rows, now_s = desk.shelf.directory, self._now_s()
        kept = rows.verify(Verified(user, key, now_s)) if key else rows.unverify(user)
        await asyncio.wrap_future(kept)
        self._trail.record(f"safety-{act}", subject=user)
        await asyncio.wrap_future(
            rows.note(TrustNote(user, now_s, act))
        )  # behind the trail's row: both are kept
        verified = await asyncio.wrap_future(rows.verified())
        self.renewed.fire([(one.user, one.ed25519_pk) for one in verified])

    def _now_s(self) -> int:
        return self._now_ms() // 1000


def read_book(session: Session, news: News, now_s: int, writable: bool) -> Book:
    """Judge every known certificate as a meeting would, and gather them by person."""
    own, anchor = DeviceCert.parse(session.certificate), session.trust
    trust = Trust(
        roots=anchor.roots,
        issuers=anchor.issuers,
        certificates=anchor.certificates,
        revoked=anchor.revoked,
        verified=anchor.verified,
        head_time=anchor.head_time,
    )
    alarm = {certificate.hash for certificate in news.unexpected}
    devices: dict[bytes, list[Device]] = {}
    for certificate in readable(anchor.certificates):
        if certificate.org == own.org:
            state = _state(trust, certificate, own, alarm, now_s)
            devices.setdefault(certificate.user, []).append(Device(certificate, state))
    refused = {user for user, key in anchor.verified if key == NO_KEY}
    people = [_person(user, held, own, refused) for user, held in devices.items() if _recent(held, now_s)]
    return Book(
        tuple(sorted(people, key=lambda one: sort_key(one.name))), anchor.head_time, news.trouble, writable
    )


def _recent(devices: Iterable[Device], now_s: int) -> bool:
    """Whoever left long ago is not listed: all certificates have run out."""
    return any(device.certificate.not_after > now_s for device in devices)


def _state(trust: Trust, certificate: DeviceCert, own: DeviceCert, alarm: set[bytes], now_s: int) -> State:
    try:
        level = trust.judge(certificate.signed, now_s).level
    except TrustError as error:
        return {"certificate-revoked": "revoked", "certificate-expired": "expired"}.get(error.code, "refused")  # type: ignore[return-value]  # both are states
    except MediaError:
        return "refused"
    if certificate.hash in alarm:
        return "unexpected"
    if certificate.public == own.public:
        return "this"
    return "certified" if level == "guest" else level


def _person(user: bytes, devices: list[Device], own: DeviceCert, refused: set[bytes]) -> Person:
    held = sorted(devices, key=_age, reverse=True)
    now = next((device for device in held if device.living), held[0]).certificate
    level = _level(user, {device.state for device in held}, own, refused)
    return Person(user, now.name, now.role, now.specialty, level, tuple(held))


def _age(device: Device) -> tuple[bool, int, int]:
    return device.living, device.certificate.not_before, device.certificate.serial


def _level(user: bytes, states: set[State], own: DeviceCert, refused: set[bytes]) -> Level:
    """One look for all devices of a person: the most careful one."""
    if user == own.user:
        return "alarm" if "unexpected" in states else "me"
    if not states & LIVING:
        return "none"
    if user in refused:
        return "different"
    return "changed" if "changed" in states else "verified" if "verified" in states else "certified"


def _identity(certificate: DeviceCert) -> safety.Identity:
    return safety.Identity(certificate.org, certificate.user, certificate.public)
