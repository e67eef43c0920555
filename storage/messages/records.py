"""What the vault tells of messages: values, read by the service and shown by the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class ThreadKind(StrEnum):
    """What a thread is."""

    DIRECT = "direct"
    TEAM = "team"


class State(IntEnum):
    """How far an own message came; of several recipients the one that is least far. Received ones are `RECEIVED`."""

    RECEIVED = 0
    DRAWN = 1
    """Written, its files still being sealed or sent."""
    HELD = 2
    """Not sent: `Message.held` says why."""
    QUEUED = 3
    """Sealed, waits for the relay."""
    AT_RELAY = 4
    DELIVERED = 5
    READ = 6
    UNDELIVERED = 7
    """No receipt within 72 h: "non remis"."""
    FAILED = 8
    """Refused for good: `Message.held` says why."""


@dataclass(frozen=True)
class PatientLink:
    """The patient that a thread or message is about: the hospital's number, and the identity as the sender saw it."""

    authority: str
    ipp: str = field(repr=False)
    label: str = field(repr=False)
    """`NOM DE NAISSANCE Prénom`, born: what is shown where the own cache does not know the number."""

    @property
    def number(self) -> tuple[str, str]:
        """Who gave the number, and the number: whom it is about, however the name is written."""
        return self.authority, self.ipp


@dataclass(frozen=True)
class Thread:
    """One row of the list. `members` are user ids without the own one; `title` is empty for a direct thread.

    `expire_s`: how long messages stay, 0 for ever; `left`: this user was removed or went, nothing more can be sent.
    `last_*` are of the newest message; `draft` is what was typed and not sent.
    """

    id: int
    conv: bytes
    kind: ThreadKind
    title: str = field(repr=False)
    members: tuple[bytes, ...]
    patient: PatientLink | None = None
    expire_s: int = 0
    pinned: bool = False
    muted: bool = False
    left: bool = False
    unread: int = 0
    held: int = 0
    last_ms: int = 0
    last_author: bytes = b""
    last_text: str = field(default="", repr=False)
    last_state: State = State.RECEIVED
    draft: str = field(default="", repr=False)
    draft_patient: PatientLink | None = None
    """Whom the draft is about."""


class FileState(StrEnum):
    """Where a file is."""

    OFFERED = "offered"
    """Known from the manifest, not here."""
    COMING = "coming"
    GOING = "going"
    PAUSED = "paused"
    ASKED = "asked"
    """No longer at the relay: its author was asked to lay it out again."""
    HERE = "here"
    SENT = "sent"
    GONE = "gone"
    """No longer at the relay, and never fetched."""
    REFUSED = "refused"
    """What came is not what was announced."""


@dataclass(frozen=True)
class File:
    """A file of a message. `size` in bytes of the plaintext; `done` of them are here, or at the relay for an own one."""

    id: int
    name: str = field(repr=False)
    kind: str
    """Media type as announced."""
    size: int
    state: FileState
    done: int = 0
    ephemeral: bool = False
    """To be opened once, within `open_within_s` of `Message.sent_ms`, for `shown_for_s`; it is never kept."""
    open_within_s: int = 0
    shown_for_s: int = 0
    opened_ms: int = 0
    opened_by: bytes = b""
    halted: str = ""
    """Why it does not move although it is coming or going: the relay's code, or "disk"; it is tried again by itself."""
    joined: str = ""
    """How far it is on its way to the patient's record (`storage.outgoing.Stage`); "": nobody gave it there."""
    joined_code: str = ""
    """Why the record refused it."""


@dataclass(frozen=True)
class Taken:
    """The signed act "pris en charge"."""

    user: bytes
    at_ms: int


@dataclass(frozen=True)
class Receipt:
    """How far a message came with one person; 0 = not yet. `held`: why devices of theirs do not get it, codes of docs/protocol.md §9."""

    user: bytes
    relay_ms: int = 0
    delivered_ms: int = 0
    read_ms: int = 0
    held: tuple[str, ...] = ()
    opened_ms: int = 0
    """When its ephemeral document was opened."""


@dataclass(frozen=True)
class Message:
    """One message of a thread, own or received. Times are Unix milliseconds; `sent_ms` by the author's clock, `order` by arrival.

    `edited_ms`: corrected then (what stood before is in `storage.messages` still); `withdrawn_ms`: taken back, `text` is empty;
    `gone_ms`: effaced by the thread's timer; `expires_ms`: when it will be. `held`: a code of docs/protocol.md §9, or "".
    `warning`: "", "gap" (messages before it are missing), "fork" (the author showed two histories), "changed-key", "late", "clock",
    "outsider" (the author was no member of the team).
    """

    id: int
    order: int
    thread: int
    msg_id: bytes
    author: bytes
    own: bool
    sent_ms: int
    state: State
    text: str = field(default="", repr=False)
    quote: bytes = b""
    """`msg_id` of what it answers."""
    patient: PatientLink | None = None
    files: tuple[File, ...] = ()
    taken: tuple[Taken, ...] = ()
    event: str = ""
    """"" for what somebody wrote; else what happened to the thread: created, renamed, joined, removed, left, timer, linked, key-changed."""
    event_about: bytes = b""
    was: PatientLink | None = None
    """Whom the thread was about before it was "linked" to `patient`."""
    read: bool = True
    held: str = ""
    warning: str = ""
    edited_ms: int = 0
    withdrawn_ms: int = 0
    gone_ms: int = 0
    expires_ms: int = 0
    unsaid: tuple[int, ...] = ()
    """What this user said about it and nobody heard, as the device was enrolled anew: types of docs/protocol.md §11."""


@dataclass(frozen=True)
class Hit:
    """A message found by its text: `before`, `match`, `after` are pieces of it, for showing the match."""

    message: int
    thread: int
    author: bytes
    sent_ms: int
    before: str = field(repr=False)
    match: str = field(repr=False)
    after: str = field(repr=False)
