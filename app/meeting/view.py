"""What the meeting page shows, as immutable values: no Qt, no engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from media.engine.messages import ChatLine, Devices, Knocker, Person

if TYPE_CHECKING:
    from app.meeting.linkcheck import Invitation

MICROPHONE, CAMERA, SCREEN, HAND = 1, 2, 4, 8
"""State bits of a member, as in heartbeats."""
OWN_PREVIEW = 65535
VOICE, THUMBNAIL, CAMERA_STREAM, SCREEN_STREAM = 1, 2, 3, 4
NO_DEVICES = Devices(cameras=[], microphones=[], speakers=[], screens=[], windows=[])
TRUSTED = ("verified", "certified")


class Stage(Enum):
    """Where the user stands."""

    IDLE = "idle"
    READY = "ready"
    CONNECTING = "connecting"
    WAITING = "waiting"
    LIVE = "live"
    RECONNECTING = "reconnecting"
    ENDED = "ended"


IN_MEETING = (Stage.CONNECTING, Stage.WAITING, Stage.LIVE, Stage.RECONNECTING)


@dataclass(frozen=True)
class Notice:
    """Something that failed: a code of docs/protocol.md §9, of a device, or of the engine's supervision."""

    code: str
    name: str = ""
    slot: int = -1
    n: int = 0
    """How many things it is about, where the sentence counts them."""


@dataclass(frozen=True)
class Device:
    """One of the own devices: what is wanted, whether it runs, why not."""

    wanted: bool = False
    on: bool = False
    id: str = ""
    code: str = ""


@dataclass(frozen=True)
class Network:
    """The line, as counted; `weak` are the slots that arrive with holes; when all do, `own_weak`: the own line is it."""

    rtt_ms: float = 0.0
    up_kbps: int = 0
    down_kbps: int = 0
    weak: frozenset[int] = frozenset()
    own_weak: bool = False
    lost_percent: float = 0.0
    jitter_ms: float = 0.0
    sacrificed: tuple[str, ...] = ()
    """What a ceiling costs, in the order of giving up (`media.engine.messages.Figures`)."""
    counted: tuple[tuple[int, int, int], ...] = ()
    """(slot, frames, lost) at the last count: `weak` tells of what came since."""


@dataclass(frozen=True)
class CallCode:
    """The call code: empty, asked, ready, void, refused."""

    state: str = ""
    digits: str = ""

    @property
    def grouped(self) -> str:
        """Two groups of four, to be read aloud."""
        return f"{self.digits[:4]} {self.digits[4:]}" if self.digits else ""


@dataclass(frozen=True)
class View:
    """All that the page draws from."""

    stage: Stage = Stage.IDLE
    invitation: Invitation | None = None
    refused: str = ""
    reason: str = ""
    title: str = ""
    is_host: bool = False
    locked: bool = False
    sound_only: bool = False
    """Whether the user chose to receive no faces."""
    ceiling: tuple[int, int] = (0, 0)
    """What may be sent and received, kb/s; 0 = no bound."""
    transport: str = ""
    attempt: int = 0
    """Which attempt to have the line again, while reconnecting."""
    since_ms: int = 0
    people: tuple[Person, ...] = ()
    lobby: tuple[Knocker, ...] = ()
    speaking: tuple[int, ...] = ()
    level: float = 0.0
    code: CallCode = CallCode()
    chat: tuple[ChatLine, ...] = ()
    notices: tuple[Notice, ...] = ()
    standing: tuple[Notice, ...] = ()
    """Notices about the desk itself: they stay from one meeting to the next until they are put away."""
    devices: Devices = field(default_factory=lambda: NO_DEVICES)
    microphone: Device = Device()
    camera: Device = Device()
    speaker: Device = Device()
    share: Device = Device()
    network: Network = Network()

    @property
    def devices_known(self) -> bool:
        """Whether the engine has told yet which devices there are."""
        return self.devices is not NO_DEVICES

    @property
    def banners(self) -> tuple[Notice, ...]:
        """Return all notices, the newest first, each once."""
        return tuple(dict.fromkeys((*self.notices, *self.standing)))

    @property
    def me(self) -> Person | None:
        """The own entry in the roster."""
        return next((person for person in self.people if person.me), None)

    @property
    def sharer(self) -> Person | None:
        """Who shares a screen, the first in roster order."""
        return next((person for person in self.people if person.state & SCREEN and person.live), None)

    @property
    def next_to_admit(self) -> Knocker | None:
        """The first in the lobby whose identity is certain; never a guest, never a changed key."""
        return next((knocker for knocker in self.lobby if knocker.trust in TRUSTED), None)

    def person(self, slot: int) -> Person | None:
        """Return the member in *slot*."""
        return next((person for person in self.people if person.slot == slot), None)
