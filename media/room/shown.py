"""What a room tells the one who sits in it: plain records, fired by `Session` and returned by `Call` as effects.

Field names are those of the engine's pipe messages, so that the engine hands them on without translating.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """Where the meeting stands: connecting, waiting (lobby), in-call, reconnecting, ended.

    `reason` is a code of docs/protocol.md §9 or: left, ended, refused, removed, replaced, full, locked, unreachable,
    link-unknown, not-allowed, no-host, internal, or what the relay said. `attempt` counts while reconnecting.
    """

    phase: str
    reason: str = ""
    is_host: bool = False
    title: str = ""
    transport: str = ""
    attempt: int = 0


@dataclass(frozen=True)
class Knocker:
    """Somebody in the lobby. `trust`: guest, certified, verified, changed."""

    knock: int
    name: str
    role: str
    specialty: str
    trust: str
    since_ms: int
    user: bytes = b""


@dataclass(frozen=True)
class Lobby:
    """All who wait for a click."""

    waiting: list[Knocker]


@dataclass(frozen=True)
class Person:
    """A member of the call: `state` bits as in beats (1 microphone, 2 camera, 4 screen, 8 hand); `hand` 1 = first raised.

    `turn`: the number under which the hand went up; who keeps it keeps the place.
    """

    member: bytes
    slot: int
    name: str
    role: str
    specialty: str
    trust: str
    state: int
    live: bool
    host: bool
    me: bool
    hand: int = 0
    user: bytes = b""
    turn: int = 0


@dataclass(frozen=True)
class Roster:
    """The members, after link `n`."""

    n: int
    people: list[Person]
    locked: bool = False


@dataclass(frozen=True)
class Code:
    """Call code: `state` asked, ready, void, refused; 8 digits when ready."""

    state: str
    digits: str = ""


@dataclass(frozen=True)
class ChatLine:
    """Somebody said something; `at_ms` is this machine's clock."""

    slot: int
    name: str
    text: str
    at_ms: int


@dataclass(frozen=True)
class Pointed:
    """Member `slot` points at a place of the picture that `sharer` shares; 0xFFFF is its whole width or height."""

    slot: int
    sharer: int
    x: int
    y: int


@dataclass(frozen=True)
class HostAsked:
    """The host, called `name`, asks me: `mute` (switch the microphone off) or `floor` (my hand is down: I may speak)."""

    what: str
    name: str


@dataclass(frozen=True)
class Admitted:
    """Somebody comes in without a click, by a certificate alone (host): `user` is the id in the directory."""

    user: bytes


@dataclass(frozen=True)
class Trouble:
    """Something failed and must be shown: a code of docs/protocol.md §9."""

    code: str
    name: str = ""
    slot: int = -1


@dataclass(frozen=True, slots=True)
class MediaFrame:
    """An opened frame of `slot`: `flags` end to end, `arrival_us` on the receiver's monotonic clock."""

    slot: int
    stream: int
    flags: int
    frame: int
    payload: bytes
    arrival_us: int


Shown = Phase | HostAsked | Admitted | Lobby | Roster | Code | ChatLine | Pointed | Trouble
