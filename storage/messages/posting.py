"""What the post office keeps: values that no page shows. Ids, hashes and seeds are bytes as in docs/protocol.md §11 and §12."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.messages.records import State

if TYPE_CHECKING:
    from storage.messages.records import FileState, PatientLink


@dataclass(frozen=True)
class NewFile:
    """A file to add to a message. `key` opens it and rests in mail.db; `manifest` is what travels, or came, in the message.

    `source` is the path of what is still to be sealed. Only an own ephemeral document has a `key`.
    """

    name: str = field(repr=False)
    kind: str
    size: int
    state: FileState
    key: bytes = field(default=b"", repr=False)
    manifest: bytes = field(default=b"", repr=False)
    ephemeral: bool = False
    open_within_s: int = 0
    shown_for_s: int = 0
    source: str = field(default="", repr=False)


@dataclass(frozen=True)
class NewMessage:
    """A message to add; the fields are those of `records.Message`. `at_ms` is the own clock at its arrival."""

    thread: int
    msg_id: bytes
    author: bytes
    own: bool
    sent_ms: int
    at_ms: int
    state: State = State.RECEIVED
    text: str = field(default="", repr=False)
    quote: bytes = b""
    patient: PatientLink | None = None
    files: tuple[NewFile, ...] = ()
    event: str = ""
    event_about: bytes = b""
    read: bool = True
    held: str = ""
    warning: str = ""
    expires_ms: int = 0


@dataclass(frozen=True)
class Link:
    """The next place of an own chain."""

    chain: bytes
    seq: int
    prev_hash: bytes


@dataclass(frozen=True)
class Gap:
    """Missing numbers of a chain, both ends included. `hash`: what the header behind them says of the last one."""

    first: int
    last: int
    hash: bytes
    since_ms: int = 0


@dataclass(frozen=True)
class Chain:
    """What is known of somebody's chain: `seq` is the next number expected, `hash` that of the header before it."""

    seq: int = 0
    hash: bytes = b""
    gaps: tuple[Gap, ...] = ()
    forked: bool = False


@dataclass(frozen=True)
class Arrival:
    """A header that was judged and is taken: `hash` is that of its body, `user` and `device` are its author's."""

    user: bytes
    device: bytes
    conv: bytes
    msg_id: bytes
    chain: bytes
    seq: int
    hash: bytes
    prev_hash: bytes
    at_ms: int
    wants_receipt: bool = True


@dataclass(frozen=True)
class Owed:
    """A receipt that an author's device is to get; `read_ms` 0: it came, and no more is said."""

    msg_id: bytes
    device: bytes
    user: bytes
    conv: bytes
    delivered_ms: int
    read_ms: int


@dataclass(frozen=True)
class NewLetter:
    """A signed header object with its box (or the reference of the blob where it lies). `message` 0: none is shown for it.

    `about`: the message that a correction, a withdrawal or an act is about, 0 for other letters.

    Without `wants_receipt` a parcel is done once the relay has it.
    """

    msg_id: bytes
    type: int
    conv: bytes
    header: bytes = field(repr=False)
    box: bytes = field(default=b"", repr=False)
    blob: bytes = field(default=b"", repr=False)
    message: int = 0
    wants_receipt: bool = True
    about: int = 0


@dataclass(frozen=True)
class Letter(NewLetter):
    """A letter of the outbox."""

    id: int = 0
    made_ms: int = 0


@dataclass(frozen=True)
class Target:
    """A device that a letter goes to; `device` is empty where the person has none yet. `own`: another device of the user."""

    user: bytes
    device: bytes = b""
    own: bool = False
    held: str = ""
    """A code: it is kept back from the beginning."""


@dataclass(frozen=True)
class Parcel:
    """A letter for one device. `block` is empty until it is sealed, for pre-key number `card`, to be put into `queue`.

    `first_ms`: when the relay first had it, 0 for never.
    """

    id: int
    letter: int
    user: bytes
    device: bytes
    own: bool
    state: State
    held: str
    block: bytes = field(repr=False)
    queue: bytes
    card: int
    attempts: int
    next_ms: int
    made_ms: int
    first_ms: int = 0


@dataclass(frozen=True)
class Peer:
    """A device: the newest card seen of it (`card_number` -1: none), and its queue for this desk with the seed to write there.

    `offered_ms` is the number of the newest offer of a queue that it made.
    """

    device: bytes
    user: bytes
    relay: str = ""
    queue: bytes = b""
    writer_seed: bytes = field(default=b"", repr=False)
    card_number: int = -1
    card: bytes = b""
    card_ms: int = 0
    offered_ms: int = 0


@dataclass(frozen=True)
class Queue:
    """A queue of this desk: `device` writes there, or, where that is empty, whoever has no queue yet (the contact queue).

    `made`: the relay has it.
    """

    queue: bytes
    owner_seed: bytes = field(repr=False)
    device: bytes = b""
    writer_seed: bytes = field(default=b"", repr=False)
    relay: str = ""
    made: bool = False
    since_ms: int = 0


@dataclass(frozen=True)
class PreKey:
    """A pre-key's private half; `superseded_ms` 0: the newest."""

    number: int
    seed: bytes = field(repr=False)
    made_ms: int = 0
    superseded_ms: int = 0


@dataclass(frozen=True)
class Blob:
    """One padded blob of a file at the relay; `delete_key` is empty for somebody else's."""

    number: int
    blob: bytes
    size_class: int
    done: int = 0
    delete_key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Kept:
    """What rests of a file beside what is shown of it: its key, the name of its sealed bytes on the shelf (empty: none)."""

    id: int
    message: int
    key: bytes = field(repr=False)
    manifest: bytes = field(repr=False)
    shelf: str
    source: str = field(repr=False)
    asked_ms: int = 0
    """When its author was last asked for it."""


@dataclass(frozen=True)
class Want:
    """A device of *user* that waits for file `number` of the own message `about`."""

    about: bytes
    number: int
    user: bytes
    device: bytes


@dataclass(frozen=True)
class Figures:
    """What IT may see: counts, bytes and times, no names. `oldest_ms`: since when the oldest unsent one waits, 0 for none."""

    threads: int
    messages: int
    files: int
    database_bytes: int
    file_bytes: int
    unread: int
    held: int
    waiting: int
    undelivered: int
    oldest_ms: int
    owed: int
