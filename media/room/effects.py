"""What goes into a `Call` and what comes out of it: no sockets, no clock.

Events are what the link, the timer, the user or the device key says; effects are what the caller shall do, in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.room.shown import MediaFrame, Shown

if TYPE_CHECKING:
    from media.keys.sign import Signer

EVERYONE = 0xFFFF

# --- events -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Start:
    """Begin."""


@dataclass(frozen=True)
class Tick:
    """Time has passed; every 100 ms or so."""


@dataclass(frozen=True)
class Up:
    """The link stands: as `slot`, or at the door (None)."""

    slot: int | None
    reconnected: bool = False
    transport: str = ""


@dataclass(frozen=True)
class Down:
    """The link is lost and retries by itself."""

    reason: str = ""


@dataclass(frozen=True)
class Refused:
    """The relay said no, for good."""

    code: str


@dataclass(frozen=True)
class Control:
    """Control bytes that the relay says come from `slot`."""

    slot: int
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Knocked:
    """Somebody at the door, whose relay key is `slot_pk`, said `data`."""

    knock: int
    slot_pk: bytes
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class KnockGone:
    """That knocker is gone."""

    knock: int


@dataclass(frozen=True)
class Answered:
    """The host's side of the door said `data`."""

    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Signed:
    """The device key's answer; empty when it was refused."""

    request: int
    signature: bytes


@dataclass(frozen=True)
class Admit:
    """The host's click."""

    knock: int


@dataclass(frozen=True)
class Refuse:
    """The host's other click."""

    knock: int


@dataclass(frozen=True)
class Remove:
    """Remove a member at once."""

    member: bytes


@dataclass(frozen=True)
class Handover:
    """Give the pen to a member."""

    member: bytes


@dataclass(frozen=True)
class Lock:
    """Accept no more newcomers, or again."""

    locked: bool


@dataclass(frozen=True)
class Rekey:
    """Draw every key anew."""


@dataclass(frozen=True)
class Say:
    """A chat line."""

    text: str


@dataclass(frozen=True)
class Point:
    """Point at a place of the picture that slot `sharer` shares; 0xFFFF is its whole width or height."""

    sharer: int
    x: int
    y: int


@dataclass(frozen=True)
class AskCode:
    """Begin a round of the call code."""


@dataclass(frozen=True)
class SetState:
    """Own state bits: 1 microphone, 2 camera, 4 screen."""

    bits: int


@dataclass(frozen=True)
class RaiseHand:
    """Raise or lower the own hand."""

    raised: bool


@dataclass(frozen=True)
class AskMute:
    """Ask a member, all others where empty, to switch the microphone off (host)."""

    member: bytes = b""


@dataclass(frozen=True)
class GiveFloor:
    """Take the raised hand of a member down (host)."""

    member: bytes


@dataclass(frozen=True)
class Leave:
    """Go; `end` closes the meeting for all (host)."""

    end: bool = False


CallEvent = (
    Start | Tick | Up | Down | Refused | Control | Knocked | KnockGone | Answered | Signed | Admit | Refuse | Remove
    | Handover | Lock | Rekey | Say | Point | AskCode | SetState | RaiseHand | AskMute | GiveFloor | Leave
)  # fmt: skip

# --- effects ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dial:
    """Drop the link and make a new one: at the door, or (`admin` given) opening the room as `slot`.

    `fresh`: only if the relay has no such room yet.
    """

    slot_key: Signer = field(repr=False)
    admin: Signer | None = field(default=None, repr=False)
    slot: int = 0
    fresh: bool = False


@dataclass(frozen=True)
class BecomeHost:
    """Hold the relay's door from now on, on the present link."""

    admin: Signer = field(repr=False)
    slot: int


@dataclass(frozen=True)
class HangUp:
    """Close the link for good."""


@dataclass(frozen=True)
class SendControl:
    """Control bytes to one slot or to all."""

    data: bytes = field(repr=False)
    to: int = EVERYONE


@dataclass(frozen=True)
class Knock:
    """Say this at the door."""

    data: bytes = field(repr=False)


@dataclass(frozen=True)
class AnswerKnock:
    """Say this to that knocker."""

    knock: int
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class AdmitKnock:
    """Let the relay give that knocker `slot`."""

    knock: int
    slot: int


@dataclass(frozen=True)
class RefuseKnock:
    """Let the relay turn that knocker away."""

    knock: int


@dataclass(frozen=True)
class Evict:
    """Let the relay put that slot out."""

    slot: int


@dataclass(frozen=True)
class CloseRoom:
    """Let the relay close the room."""


@dataclass(frozen=True)
class Sign:
    """Let the device key sign `body`; answered by `Signed`."""

    request: int
    body: bytes = field(repr=False)


Effect = (
    Dial | BecomeHost | HangUp | SendControl | Knock | AnswerKnock | AdmitKnock | RefuseKnock | Evict | CloseRoom | Sign | MediaFrame
    | Shown
)  # fmt: skip
