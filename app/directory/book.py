"""Who is in the directory, as values: people, their devices, how far each is trusted. No Qt, no vault."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from app.names import sort_key
from app.search import plain
from app.trust import judge_of, readable
from media.errors import MediaError, TrustError
from media.keys import people as listed
from media.keys.certs import DeviceCert
from storage.directory import FAVOURITES, Circle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.session import Session
    from app.trust import News
    from storage.directory import TrustNote

State: TypeAlias = Literal[
    "this", "mine", "unexpected", "verified", "certified", "changed", "expired", "revoked", "refused"
]
Level: TypeAlias = Literal["me", "alarm", "blocked", "verified", "certified", "changed", "different", "none"]

LIVING = frozenset(("this", "mine", "unexpected", "verified", "certified", "changed"))
NO_KEY = bytes(32)
"""Kept as the verified key of somebody whose number differed: no device holds it, so every meeting judges `changed`."""
NOBODY = listed.Entry(bytes(16), "?")
"""What is known of somebody of whom the organisation says nothing but the certificate."""


@dataclass(frozen=True)
class Device:
    """One device of a person, as a meeting would judge it now; `vouched`: by an older device, not compared."""

    certificate: DeviceCert
    state: State
    vouched: bool = False

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
    """One row of the directory; `devices` the newest first, none for somebody whom the organisation only listed.

    `listed` is what the organisation says beside the certificates, `circles` the ids of the own lists that hold the person.
    """

    user: bytes
    name: str
    role: str
    specialty: str
    level: Level
    devices: tuple[Device, ...]
    listed: listed.Entry = NOBODY
    circles: frozenset[int] = frozenset()
    text: str = field(default="", repr=False)
    """What finds the person, folded (`app.search.plain`)."""

    @property
    def living(self) -> tuple[Device, ...]:
        """The devices that count today."""
        return tuple(device for device in self.devices if device.living)

    @property
    def me(self) -> bool:
        """Whether this is the user of this desk."""
        return self.level in {"me", "alarm"}

    @property
    def favourite(self) -> bool:
        """Whether this user keeps the person among the favourites."""
        return FAVOURITES in self.circles

    @property
    def reachable(self) -> bool:
        """Whether something can be written: another person with a living device, not blocked."""
        return bool(self.living) and not self.me and self.level != "blocked"

    @property
    def to_compare(self) -> Device | None:
        """The device whose number matters most: one with another key than the verified, else the newest; of the own ones an unexpected one."""
        wanted = "unexpected" if self.me else "changed"
        other = None if self.me else next(iter(self.living), None)
        return next((device for device in self.living if device.state == wanted), other)


@dataclass(frozen=True)
class Book:
    """The directory of now. `head_s`: when the organisation last signed it; `trouble`: a code of `News`, or empty.

    `circles`: the own lists, the favourites first.
    """

    people: tuple[Person, ...] = ()
    head_s: int = 0
    trouble: str = ""
    writable: bool = False
    circles: tuple[Circle, ...] = ()

    @property
    def recipients(self) -> tuple[Person, ...]:
        """Return whom one can write to, the favourites first."""
        found = [
            one for one in self.people if one.reachable and one.role not in {"room", "gateway", "issuer"}
        ]
        return tuple(sorted(found, key=lambda one: not one.favourite))


@dataclass(frozen=True)
class Kept:
    """What the vault holds beside the session: own lists, users that are blocked, vouched keys, the organisation's list of people."""

    circles: tuple[Circle, ...] = ()
    vouched: frozenset[tuple[bytes, bytes]] = frozenset()
    people: bytes = b""


NOTHING = Kept()


def read_book(session: Session, news: News, kept: Kept, now_s: int, writable: bool) -> Book:
    """Judge every known certificate as a meeting would, and gather them by person with whom the organisation lists."""
    reader = _Reader(session, news, kept, now_s)
    people = sorted(reader.people(), key=reader.place)
    return Book(tuple(people), session.trust.head_time, news.trouble, writable, kept.circles)


class _Reader:
    """Reads one book."""

    def __init__(self, session: Session, news: News, kept: Kept, now_s: int) -> None:
        anchor = session.trust
        self._own, self._anchor, self._kept, self._now_s = (
            DeviceCert.parse(session.certificate),
            anchor,
            kept,
            now_s,
        )
        self._trust = judge_of(anchor)
        known = set(anchor.verified)
        self._alarm = {one.hash for one in news.unexpected if (one.user, one.public.ed25519) not in known}
        self._refused = {user for user, key in anchor.verified if key == NO_KEY}
        self._blocked = frozenset(anchor.blocked)
        self._listed = entries(kept.people)

    def people(self) -> Iterable[Person]:
        devices: dict[bytes, list[Device]] = {}
        for certificate in readable(self._anchor.certificates):
            if certificate.org == self._own.org:
                devices.setdefault(certificate.user, []).append(self._device(certificate))
        for user in {*devices, *self._listed}:
            held = devices.get(user, [])
            if user in self._listed or _recent(held, self._now_s):
                yield self._person(user, held)

    def place(self, person: Person) -> tuple[str, str]:
        """Return by what a person is sorted."""
        known = self._listed.get(person.user)
        return known.sort if known is not None and known.entry.name == person.name else sort_key(person.name)

    def _device(self, certificate: DeviceCert) -> Device:
        vouched = (certificate.user, certificate.public.ed25519) in self._kept.vouched
        return Device(certificate, self._state(certificate), vouched)

    def _state(self, certificate: DeviceCert) -> State:
        try:
            level = self._trust.judge(certificate.signed, self._now_s).level
        except TrustError as error:
            return {"certificate-revoked": "revoked", "certificate-expired": "expired"}.get(
                error.code, "refused"
            )  # type: ignore[return-value]  # both are states
        except MediaError:
            return "refused"
        if certificate.hash in self._alarm:
            return "unexpected"
        if certificate.public == self._own.public:
            return "this"
        if certificate.user == self._own.user:
            return "mine"
        return "certified" if level == "guest" else level

    def _person(self, user: bytes, devices: list[Device]) -> Person:
        held = sorted(devices, key=_age, reverse=True)
        told = self._listed.get(user)
        entry = told.entry if told is not None else NOBODY
        known = next((device for device in held if device.living), next(iter(held), None))
        now = known.certificate if known is not None else entry
        level = self._level(user, {device.state for device in held})
        circles = frozenset(one.id for one in self._kept.circles if user in one.members)
        specialty = entry.specialty or now.specialty
        same = told is not None and (entry.name, entry.specialty) == (now.name, specialty)
        text = told.text if told is not None and same else found_by(now.name, specialty, entry)
        return Person(user, now.name, now.role, specialty, level, tuple(held), entry, circles, text)

    def _level(self, user: bytes, states: set[State]) -> Level:
        """One look for all devices of a person: the most careful one."""
        if user == self._own.user:
            return "alarm" if "unexpected" in states else "me"
        if user in self._blocked:
            return "blocked"
        if not states & LIVING:
            return "none"
        if user in self._refused:
            return "different"
        return "changed" if "changed" in states else "verified" if "verified" in states else "certified"


@dataclass(frozen=True)
class Event:
    """One line of the history of a person's keys: an act of `service.ACTS`, or `key` where one was certified; `device` short, or empty."""

    act: str
    time_s: int
    device: str = ""


def history(person: Person, notes: Iterable[TrustNote]) -> tuple[Event, ...]:
    """Return what was decided about a person and when each key was first certified, the newest first."""
    born: dict[bytes, Device] = {}
    for device in sorted(person.devices, key=lambda one: one.certificate.not_before):
        born.setdefault(device.certificate.public.ed25519, device)
    keys = [Event("key", one.certificate.not_before, one.short_id) for one in born.values()]
    told = [Event(one.text, one.time_s, born[one.key].short_id if one.key in born else "") for one in notes]
    return tuple(sorted((*keys, *told), key=lambda one: -one.time_s))


@dataclass(frozen=True)
class Listed:
    """Somebody of the organisation's list, with what finds and sorts them: folding thousands of names takes its time."""

    entry: listed.Entry
    text: str
    sort: tuple[str, str]


@lru_cache(maxsize=1)
def entries(data: bytes) -> Mapping[bytes, Listed]:
    """Return by user id the people of a list that was verified when it was taken; nobody where there is none."""
    people = listed.parse(data) if data else ()
    return {
        one.user: Listed(one, found_by(one.name, one.specialty, one), sort_key(one.name)) for one in people
    }


def found_by(name: str, specialty: str, entry: listed.Entry) -> str:
    """Return all by which somebody is found, folded."""
    return plain(f"{name} {specialty} {entry.specialty} {entry.service} {entry.structure} {entry.rpps}")


def _recent(devices: Iterable[Device], now_s: int) -> bool:
    """Whoever left long ago is not listed: all certificates have run out."""
    return any(device.certificate.not_after > now_s for device in devices)


def _age(device: Device) -> tuple[bool, int, int]:
    return device.living, device.certificate.not_before, device.certificate.serial
