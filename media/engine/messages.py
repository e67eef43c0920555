"""What the window and the media engine say to each other (msgspec tagged unions on a length-prefixed pipe).

Keys travel only here, never in arguments or the environment. Times are Unix milliseconds, identifiers raw bytes.
Longer than most: one catalogue, so that what is asked and what is answered are read side by side.
"""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Parent of all: the tag on the pipe is the class name."""


# --- window -> engine -------------------------------------------------------------------------------------


class TrustAnchor(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine needs to judge certificates, as known to the vault.

    `roots` are (ed25519_pk, mldsa_pk) pairs of the own and befriended organisations; `issuers` signed issuer
    certificates; `certificates` known signed DeviceCerts; `revoked` certificate hashes; `verified` users whose
    safety number was compared, each with the ed25519_pk of one device (several devices: several pairs); `blocked` users to whom
    nothing is sent and from whom no message is taken (meetings do not look at it).
    """

    org: bytes
    roots: list[tuple[bytes, bytes]]
    issuers: list[bytes]
    certificates: list[bytes]
    revoked: list[bytes]
    verified: list[tuple[bytes, bytes]] = []
    blocked: list[bytes] = []
    head_height: int = 0
    head_hash: bytes = b""
    head_time: int = 0


class Join(Message, frozen=True, kw_only=True):
    """Enter the meeting. The relay's TLS certificate is checked against `relay_pin` (SHA-256 of DER) or `relay_ca` (PEM).

    `certificate` is the own DeviceCert or guest certificate; the device key stays in the window, which answers
    `SignPlease`. `invitation_secret` opens the room for a listed host (inv_sk). `relay_key` is the organisation's
    relay signing seed.
    """

    relay_host: str
    relay_port: int
    relay_pin: bytes = b""
    relay_ca: str = ""
    tag: bytes
    secret: bytes
    invite_hash: bytes
    certificate: bytes
    trust: TrustAnchor
    invitation_secret: bytes = b""
    relay_key: bytes = b""
    force_tls: bool = False
    admit_certified: bool = False
    """True: devices with a valid certificate enter without a click (the host's choice for a RCP)."""
    turn: int = 0
    """The own hand was up under this number before the engine was lost; 0 for none."""

    def __repr__(self) -> str:
        return "Join(…)"  # it holds secrets; a log or a traceback would show them


class Signed(Message, frozen=True, kw_only=True):
    """Answer to `SignPlease`; empty when the window refused."""

    request: int
    signature: bytes


class Leave(Message, frozen=True, kw_only=True):
    """Leave the meeting; `end` closes it for all (host)."""

    end: bool = False


class Admit(Message, frozen=True, kw_only=True):
    """Let a waiting person in."""

    knock: int


class Refuse(Message, frozen=True, kw_only=True):
    """Turn a waiting person away."""

    knock: int


class Remove(Message, frozen=True, kw_only=True):
    """Remove a member at once (host)."""

    member: bytes


class Handover(Message, frozen=True, kw_only=True):
    """Give the host's pen to another member."""

    member: bytes


class LockRoom(Message, frozen=True, kw_only=True):
    """Accept no more knocks (host)."""

    locked: bool


class Chat(Message, frozen=True, kw_only=True):
    """Say something to all, up to 4,000 characters; kept nowhere."""

    text: str


class Point(Message, frozen=True, kw_only=True):
    """Point at a place of the picture that slot `sharer` shares; 0xFFFF is its whole width or height. At most 20 a second leave."""

    sharer: int
    x: int
    y: int


class AskCode(Message, frozen=True, kw_only=True):
    """Begin a round of the call code."""


class RaiseHand(Message, frozen=True, kw_only=True):
    """Raise or lower the own hand."""

    raised: bool


class AskMute(Message, frozen=True, kw_only=True):
    """Ask a member, all others where empty, to switch the microphone off (host)."""

    member: bytes = b""


class GiveFloor(Message, frozen=True, kw_only=True):
    """Take the raised hand of a member down: it is its turn (host)."""

    member: bytes


class Microphone(Message, frozen=True, kw_only=True):
    """Switch the microphone; an empty `device` is the system's default, `file:PATH` a sound file looped."""

    on: bool
    device: str = ""


class Speaker(Message, frozen=True, kw_only=True):
    """Choose the speaker; an empty `device` is the system's default, `none` plays nowhere but still mixes."""

    device: str = ""


class TestSpeaker(Message, frozen=True, kw_only=True):
    """Play three notes on the chosen speaker; the others hear nothing."""


class Camera(Message, frozen=True, kw_only=True):
    """Switch the camera; `device` as listed, or `file:PATH` for a video file."""

    on: bool
    device: str = ""


class Share(Message, frozen=True, kw_only=True):
    """Share a `screen` (display name and geometry), a `window` (id) or an `image` (file path); `stop` ends."""

    kind: str
    target: str = ""


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One picture on the wall: arena box `index` shows `stream` of `slot` at `width` x `height` device pixels.

    Slot 65535 is the own camera preview (stream 3, not mirrored) or the own share (stream 4). `fit`: letterbox instead
    of crop; the picture has the tile's size either way. `whole`: the whole picture within the tile, never enlarged, without bars. Boxes 0 to 3 hold up to 1920 x 1200, 4 to 29 up to 960 x 540;
    a larger tile gets the box's size. Streams 2 and 3 both mean the face: the engine picks the layer by the tile's size.
    """

    index: int
    slot: int
    stream: int
    width: int
    height: int
    fit: bool = False
    whole: bool = False


class Tiles(Message, frozen=True, kw_only=True):
    """What the window shows now; the engine subscribes to this and nothing else."""

    tiles: list[Tile]


class Ceiling(Message, frozen=True, kw_only=True):
    """Upper bound of what is sent and of what is received, kb/s; audio is never cut. 0 = none."""

    up_kbps: int = 0
    down_kbps: int = 0


class ListDevices(Message, frozen=True, kw_only=True):
    """Ask for `Devices`."""


class AskFigures(Message, frozen=True, kw_only=True):
    """Ask for `Figures`."""


# --- engine -> window -------------------------------------------------------------------------------------


class Ready(Message, frozen=True, kw_only=True):
    """The engine is up and has mapped the arena."""

    version: str


class SignPlease(Message, frozen=True, kw_only=True):
    """The engine needs the device key over CBOR `body`, whose use must be CSL1/genesis or CSL1/join."""

    request: int
    body: bytes


class Phase(Message, frozen=True, kw_only=True):
    """Where the meeting stands: connecting, waiting (lobby), in-call, reconnecting, ended.

    At `ended` the engine gives camera, microphone and share back by itself.

    `reason` is a code of docs/protocol.md §9 or: left, ended, refused, removed, replaced, full, locked, unreachable,
    relay-impostor, relay-too-old, relay-too-new, link-unknown, not-allowed, no-host.
    """

    phase: str
    reason: str = ""
    is_host: bool = False
    title: str = ""
    transport: str = ""
    attempt: int = 0
    """Which attempt to have the line again, while reconnecting."""


class Knocker(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in the lobby. `trust`: guest, certified, verified, changed."""

    knock: int
    name: str
    role: str
    specialty: str
    trust: str
    since_ms: int
    user: bytes = b""
    """The person's id in the directory; empty for a guest."""


class Lobby(Message, frozen=True, kw_only=True):
    """All who wait."""

    waiting: list[Knocker]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the call as shown. `trust`: guest, certified, verified, changed; `state` bits as in beats."""

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
    """The number under which the hand went up; `Join.turn` keeps the place over a crash."""


class Roster(Message, frozen=True, kw_only=True):
    """The members, after link `n`."""

    n: int
    people: list[Person]
    locked: bool = False


class Speaking(Message, frozen=True, kw_only=True):
    """Slots that speak now, loudest first, and the own microphone's level 0..1."""

    slots: list[int]
    level: float


class Code(Message, frozen=True, kw_only=True):
    """Call code: `state` asked, ready, void, refused; 8 digits when ready."""

    state: str
    digits: str = ""


class ChatLine(Message, frozen=True, kw_only=True):
    """Somebody said something."""

    slot: int
    name: str
    text: str
    at_ms: int


class Pointed(Message, frozen=True, kw_only=True):
    """Member `slot` points at a place of the picture that `sharer` shares, as in `Point`."""

    slot: int
    sharer: int
    x: int
    y: int


class HostAsked(Message, frozen=True, kw_only=True):
    """The host, called `name`, asks: `mute` (the window switches the microphone off) or `floor` (the own hand is down)."""

    what: str
    name: str


class Admitted(Message, frozen=True, kw_only=True):
    """Somebody comes in without a click, by a certificate alone (host): `user` is the id in the directory."""

    user: bytes


class Fresh(Message, frozen=True, kw_only=True):
    """These arena boxes hold a newer picture."""

    boxes: list[int]


class Trouble(Message, frozen=True, kw_only=True):
    """Something failed and is shown: a code of docs/protocol.md §9. Devices speak by `DeviceState`."""

    code: str
    name: str = ""
    slot: int = -1


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device or a thing that can be shared; `id` goes back in Camera, Microphone, Speaker, Share."""

    id: str
    name: str
    default: bool = False


class Devices(Message, frozen=True, kw_only=True):
    """What this machine has."""

    cameras: list[Device]
    microphones: list[Device]
    speakers: list[Device]
    screens: list[Device]
    windows: list[Device]


class DeviceState(Message, frozen=True, kw_only=True):
    """A device started, stopped or failed: `kind` camera, microphone, speaker, screen.

    `code` is empty when well, else one of media/errors.py DeviceError: none, busy, denied, unplugged, failed. This is
    the only word about a failed device (no `Trouble` beside it); the meeting goes on without it.
    """

    kind: str
    on: bool
    code: str = ""


class StreamFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Counted at the receiver: frames decoded, frames that never came, latency of the last 4,096 frames.

    `made_up`: 20 ms of sound played in place of a voice frame that was not there in time. Latency is capture → decoded.
    `capture_us` of every payload counts Unix microseconds, so latencies are true on one machine or between clocks kept by NTP.
    """

    slot: int
    name: str
    stream: int
    frames: int
    lost: int
    made_up: int = 0
    p50_ms: float
    p95_ms: float


class Figures(Message, frozen=True, kw_only=True):
    """What was received, sent and rekeyed since the join.

    `jitter_ms`: how much two voice frames in a row differ on their way, the mean of the worst sender. `sacrificed`: what a ceiling
    costs now, in the order in which things are given up: received (pictures of others left out), camera (own picture in small
    only), face (own picture not at all), imaging (the share with fewer pictures a second). Voice never is.
    """

    streams: list[StreamFigures]
    rekeys: int
    rtt_ms: float
    up_kbps: int
    down_kbps: int
    jitter_ms: float = 0.0
    sacrificed: list[str] = []


ToEngine = (
    Join
    | Signed
    | Leave
    | Admit
    | Refuse
    | Remove
    | Handover
    | LockRoom
    | Chat
    | Point
    | AskCode
    | RaiseHand
    | AskMute
    | GiveFloor
    | Microphone
    | Speaker
    | TestSpeaker
    | Camera
    | Share
    | Tiles
    | Ceiling
    | ListDevices
    | AskFigures
)
ToWindow = (
    Ready
    | SignPlease
    | Phase
    | Lobby
    | Roster
    | Speaking
    | Code
    | ChatLine
    | HostAsked
    | Admitted
    | Pointed
    | Fresh
    | Trouble
    | Devices
    | DeviceState
    | Figures
)
