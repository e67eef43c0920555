"""What the conductor and its players say to each other: one JSON line a message, over standard input and output.

Keys travel only here, never in arguments, the environment or files.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import msgspec

from media.engine.messages import TrustAnchor  # noqa: TC001 -- msgspec reads it at run time

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

MAX_LINE = 32 << 20


class Order(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Parent of all."""


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """The meeting and how to reach its relay; the secrets of hosts are empty for others."""

    title: str
    link: str
    relay_pin: bytes
    trust: TrustAnchor
    invitation_secret: bytes
    relay_key: bytes


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One colleague: whose face and voice, which thumbnails, with which device, and what they do beside sitting there."""

    key: str
    thumbnail: str
    certificate: bytes
    device_seed: bytes
    turn: int
    host: bool = False
    filmed: bool = False
    shares: bool = False


# --- conductor -> players ---------------------------------------------------------------------------------


class Cast(Order, frozen=True, kw_only=True):
    """Join this meeting as these people, with the clips of that folder."""

    meeting: Meeting
    clips: str
    parts: list[Part]


class Sit(Order, frozen=True, kw_only=True):
    """Open the doctor's profile and window, and join; `camera` and `microphone` are files, `speaker` as the engine takes it.

    `coordinators`: user ids (hex) of whom IT lets sign the first rules of a service.
    """

    name: str
    profile: str
    password: str
    link: str
    title: str
    camera: str
    microphone: str
    speaker: str
    coordinators: list[str]


class Relieve(Order, frozen=True, kw_only=True):
    """Open the profile and window of the second nurse on the section of telemonitoring; `coordinators` as for `Sit`."""

    name: str
    profile: str
    password: str
    coordinators: list[str]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A device that the organisation enrolled: of whom (the key of a person), its two seeds, and its encoded enrolment."""

    key: str
    seeds: tuple[bytes, bytes]
    enrolment: bytes


class Correspond(Order, frozen=True, kw_only=True):
    """Be these people's desks, in folders under `home`: write with the doctor, whose profile lies there too, and answer her.

    `moved` is the new device of one of them, of which only `newer` (an encoded bundle) knows.
    """

    home: str
    profile: str
    password: str
    host: str
    port: int
    pin: bytes
    writers: list[Given]
    moved: Given
    newer: bytes


class Tell(Order, frozen=True, kw_only=True):
    """Be the hospital's GAM and laboratory: tell each of *listeners* (host, port) what was before `began_s`, then what happens."""

    listeners: list[tuple[str, int]]
    began_s: int


class Ask(Order, frozen=True, kw_only=True):
    """Be the telemonitoring platform: tell the same what patients answered before `began_s`, then what they answer during the scene."""

    listeners: list[tuple[str, int]]
    began_s: int


class Watch(Order, frozen=True, kw_only=True):
    """Let the coordinator sign the rules of the service, and the nurse do what was done before `began_s`, then what is done."""

    began_s: int
    relief: bytes = b""
    """The second nurse's user id, where she has a window."""


class Reply(Order, frozen=True, kw_only=True):
    """Answer what was escalated to the doctor, as she would."""


class Scene(Order, frozen=True, kw_only=True):
    """From `start_us` (Unix microseconds) on, `speakers` people speak in turn; count. `seconds` 0: until `Bye`."""

    start_us: int
    seconds: float
    speakers: int


class AskCode(Order, frozen=True, kw_only=True):
    """Let the host begin a round of the call code."""


class NextCase(Order, frozen=True, kw_only=True):
    """Let the host draw every key anew, as between two cases of a RCP."""


class Photograph(Order, frozen=True, kw_only=True):
    """Let the doctor's window save what it shows."""

    path: str


class Count(Order, frozen=True, kw_only=True):
    """Say what was received since the scene began."""


class Bye(Order, frozen=True, kw_only=True):
    """Leave and end."""


# --- players -> conductor ---------------------------------------------------------------------------------


class Entered(Order, frozen=True, kw_only=True):
    """In the call, as this slot."""

    name: str
    slot: int


class Sees(Order, frozen=True, kw_only=True):
    """The others who are in and live, as this participant sees it."""

    name: str
    others: int


class CodeShown(Order, frozen=True, kw_only=True):
    """The call code that this participant would read aloud."""

    name: str
    digits: str


class Failed(Order, frozen=True, kw_only=True):
    """Something went wrong for this participant: a code of docs/protocol.md §9 or of a phase."""

    name: str
    code: str


class Listens(Order, frozen=True, kw_only=True):
    """The workstation takes HL7 messages there."""

    host: str
    port: int


class Written(Order, frozen=True, kw_only=True):
    """All that was written before the demo began lies where it belongs; the doctor's profile is shut again."""


class Posted(Order, frozen=True, kw_only=True):
    """How many messages were sent, how many of them came and were read; `held` wait for a key to be compared, they or their receipts."""

    sent: int
    delivered: int
    read: int
    held: int


class Triaged(Order, frozen=True, kw_only=True):
    """The nurse has done all that was done before the demo begins."""


class Asked(Order, frozen=True, kw_only=True):
    """How many messages of the platform were kept so far, how many refused; `today`: patients whose newest answers were kept."""

    kept: int
    refused: int
    today: int


class Watched(Order, frozen=True, kw_only=True):
    """How alerts stand as one desk sees it: how many of grade 0 to 5, and how many in each list.

    `escalated` and `answered` count over the day; `accepted` closures are in the hospital's record.
    """

    name: str
    followed: int
    by_grade: list[int]
    todo: int
    in_hand: int
    escalated: int
    answered: int
    closed: int
    overdue: int
    silent: int
    accepted: int


class Acknowledged(Order, frozen=True, kw_only=True):
    """How many HL7 messages the workstation kept so far, and how many it refused."""

    kept: int
    refused: int


class Photographed(Order, frozen=True, kw_only=True):
    """The picture lies there."""

    path: str


class StreamCount(msgspec.Struct, frozen=True, kw_only=True):
    """Received from one sender: frames that can be shown, frames that never came, and the time from capture to there.

    `made_up`: 20 ms of sound that were played in place of a frame that was not there in time.
    """

    sender: str
    kind: str
    frames: int
    lost: int = 0
    made_up: int = 0
    p50_ms: float
    p95_ms: float


class Counted(Order, frozen=True, kw_only=True):
    """All that one participant received, and how often the own sender key changed."""

    name: str
    streams: list[StreamCount]
    rekeys: int


ToPlayers = (
    Cast
    | Sit
    | Relieve
    | Correspond
    | Tell
    | Ask
    | Watch
    | Reply
    | Scene
    | NextCase
    | AskCode
    | Photograph
    | Count
    | Bye
)
ToConductor = (
    Entered
    | Sees
    | CodeShown
    | Failed
    | Listens
    | Written
    | Posted
    | Triaged
    | Asked
    | Watched
    | Acknowledged
    | Photographed
    | Counted
)


def received() -> Iterator[bytes]:
    """Yield the lines of standard input, read beside `sys.stdin`: a thread that still waits in that aborts Python's exit."""
    with os.fdopen(os.dup(sys.stdin.fileno()), "rb") as reader:
        yield from reader


def bring(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[bytes]) -> None:
    """Bring what is ordered to *loop*, an empty line at the end; on a thread, as Windows cannot wait for a pipe."""
    for line in received():
        loop.call_soon_threadsafe(lines.put_nowait, line)
    loop.call_soon_threadsafe(lines.put_nowait, b"")


def tell(news: Order) -> None:
    """Say *news* to the conductor."""
    sys.stdout.buffer.write(pack(news))
    sys.stdout.buffer.flush()


def pack(order: Order) -> bytes:
    """Return *order* as one line."""
    return msgspec.json.encode(order) + b"\n"
