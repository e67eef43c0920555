"""What the page asks of the service `app.messages.service.Messages`, which asks vault and post office. No Qt.

Every coroutine that writes raises `Unwritable` (vault shut or read-only) or `Refused` (its `code` says why, in the sentences of
`messages.refused.<code>`), and then nothing was done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from media.events import Event
    from storage.messages.records import Hit, Message, PatientLink, Receipt, Thread


CROWD, CROWD_A_MINUTE = 20, 30
"""How many people one message, and how many messages one minute, go to without being asked once more."""


class Unwritable(Exception):  # noqa: N818 -- the page says what to do
    """The vault is shut or read-only."""


class Refused(Exception):  # noqa: N818 -- the page says what to do
    """It cannot be done; `code`: too-long, too-many, too-big, no-recipient, not-own, late, gone, opened, expired, offline, unknown, crowd, often, by-it.

    `once-unshown`: what would be sent to be seen once cannot be shown; `unshown`: what came to be seen once cannot, and was not opened.
    `unjoinable`, `joined`, `no-gateway`: it cannot be given to the record, was given, or there is none to give it to.
    `halted`: it does not come now, and is tried again.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Outgoing:
    """A file to send: the one at `path`, or `data` where there is none (a pasted picture, which never becomes a file).

    With `shown_for_s` it is an ephemeral document: opened once, within `open_within_s`, for that long.
    """

    path: Path | None = field(repr=False)
    name: str = field(repr=False)
    data: bytes = field(default=b"", repr=False)
    open_within_s: int = 0
    shown_for_s: int = 0


@dataclass(frozen=True)
class Progress:
    """A file on its way: bytes of the plaintext."""

    file: int
    thread: int
    done: int
    size: int


@dataclass(frozen=True)
class Shown:
    """An ephemeral document while it may be seen; never written anywhere."""

    name: str = field(repr=False)
    kind: str
    data: bytes = field(repr=False)
    shown_for_s: int


@dataclass(frozen=True)
class Standing:
    """How the post office stands. `unread` and `held` over all threads; `since_ms`: when the line was lost, 0 while it is there."""

    online: bool = False
    since_ms: int = 0
    waiting: int = 0
    """Messages that wait for the relay."""
    unread: int = 0
    held: int = 0
    leaving: int = 0
    """Read messages that the retention deletes within a week, once somebody was told."""
    refused: str = ""
    """Text id of why a message was not taken, the last since the unlock; all of them are in the trail."""
    record: bool = False
    """Whether there is a gateway by which a file joins a patient's record."""


class Messages(Protocol):
    """Threads and what is in them. Events fire on the loop's thread: `changed` with the ids of the threads, none for all."""

    changed: Event[frozenset[int]]
    progress: Event[Progress]
    stood: Event[Standing]
    standing: Standing

    async def threads(self) -> tuple[Thread, ...]:
        """Return all threads, pinned first, then the newest."""

    async def about(
        self, numbers: Sequence[tuple[str, str]], limit: int = 50
    ) -> tuple[tuple[Thread, Message], ...]:
        """Return up to *limit* messages about who has one of *numbers* (authority, IPP), each with its thread, the newest first.

        Those that name the patient, and those that name nobody in a thread that is linked to the patient now.
        """

    async def page(self, thread: int, before: int = 0, limit: int = 50) -> tuple[Message, ...]:
        """Return up to *limit* messages before the `order` *before* (0: the newest), oldest first."""

    async def around(self, message: int, limit: int = 50) -> tuple[Message, ...]:
        """Return a message with what stands before and after it, oldest first."""

    async def quoted(self, thread: int, msg_ids: Iterable[bytes]) -> tuple[Message, ...]:
        """Return the messages of a thread that are quoted by these ids, as far as they are still there."""

    async def search(self, text: str, thread: int = 0, limit: int = 50) -> tuple[Hit, ...]:
        """Find messages by the beginnings of words, in one thread or all, newest first."""

    async def direct(
        self, user: bytes, patient: PatientLink | None = None, expire_s: int | None = None
    ) -> int:
        """Return the direct thread with *user*, begun now where there is none; about *patient*, with a timer, where they are named."""

    async def gather(
        self,
        title: str,
        members: tuple[bytes, ...],
        patient: PatientLink | None = None,
        expire_s: int | None = None,
    ) -> int:
        """Begin a team's thread and tell its members; return its id. Without *expire_s* it has the usual timer."""

    async def send(
        self,
        thread: int,
        text: str,
        quote: bytes = b"",
        files: tuple[Outgoing, ...] = (),
        *,
        patient: PatientLink | None = None,
        confirmed: bool = False,
    ) -> int:
        """Send, or keep for when the relay is there again; return the message's id. At most 20,000 characters, 2 GiB a file.

        It is about *patient*, whom its author had in sight: whom the thread is about may have changed meanwhile.
        To more than `CROWD` people it is Refused("crowd"), as the message after `CROWD_A_MINUTE` of one minute Refused("often"),
        until the user said so in so many words: the same call again with *confirmed*.
        """

    async def correct(self, message: int, text: str) -> None:
        """Replace the text of an own message; what stood before stays readable for both."""

    async def withdraw(self, message: int) -> None:
        """Take an own message back, its files too; that it was there and when stays."""

    async def take(self, message: int) -> None:
        """Sign "pris en charge" for a message, for all of the thread to see."""

    async def read(self, thread: int, order: int) -> None:
        """Mark as read up to `order`, tell the authors where the user allows, and trace what is about a patient."""

    async def leaving(self) -> tuple[Hit, ...]:
        """Return the messages that the retention is about to erase, the oldest first."""

    def tell_leaving(self) -> None:
        """Take it that somebody sees now how many they are: they go a week later. From any thread."""

    async def receipts(self, message: int) -> tuple[Receipt, ...]:
        """Return how far an own message came, a row a person."""

    async def versions(self, message: int) -> tuple[tuple[int, str], ...]:
        """Return what a corrected message said before: (time, text), oldest first."""

    async def keep_draft(self, thread: int, text: str, patient: PatientLink | None = None) -> None:
        """Keep what is typed and not sent, and whom it is about."""

    async def pin(self, thread: int, yes: bool) -> None:
        """Keep a thread at the head of the list."""

    async def mute(self, thread: int, yes: bool) -> None:
        """Notify of it no more, count its unread all the same."""

    async def set_timer(self, thread: int, expire_s: int) -> None:
        """Efface messages sent from now on after so long, for all of the thread; 0: keep them. Refused("by-it") where IT fixed another."""

    async def link(self, thread: int, patient: PatientLink | None) -> None:
        """Say which patient a thread is about, for all of it."""

    async def rename(self, thread: int, title: str) -> None:
        """Give a team another name."""

    async def add(self, thread: int, user: bytes) -> None:
        """Take somebody into a team: what was said before stays unread by that person."""

    async def remove(self, thread: int, user: bytes) -> None:
        """Write to somebody of a team no more; the own user id leaves it."""

    async def release(self, thread: int) -> None:
        """Send what was held, after a code was compared or a change acknowledged."""

    async def again(self, message: int) -> None:
        """Send once more what failed or was not delivered."""

    async def hand_out(
        self, invite: bytes, title: str, users: Iterable[bytes], path: Path, shown_for_s: int = 0
    ) -> int:
        """Send a file to *users*, who are in the meeting of the invitation *invite* now; return the message's id.

        With *shown_for_s* it is opened once, within 10 s, for that long.
        """

    async def handed(self, invite: bytes, since_ms: int) -> tuple[Message, ...]:
        """Return the messages with files of that meeting that came or were written since then, oldest first."""

    async def bring(self, file: int) -> None:
        """Fetch a file and wait until it is here; raises Refused "gone", "offline"."""

    async def fetch(self, file: int) -> None:
        """Fetch a file, or go on with it."""

    async def halted(self) -> dict[int, str]:
        """Return the threads in which a file does not move although it is coming or going, and why: the relay's code, or "disk"."""

    async def join(self, file: int) -> None:
        """Give a file to the record of the patient whom its message names; how far it is stands on the file."""

    async def pause(self, file: int) -> None:
        """Halt a file on its way, either way; `fetch` or `again` goes on."""

    async def content(self, file: int) -> bytes:
        """Return a file that is here, for the preview: up to 64 MiB, else Refused("too-big")."""

    async def save(self, file: int, to: Path) -> None:
        """Write a file that is here to *to*, whole or not at all; an existing file is replaced."""

    async def open_once(self, file: int) -> Shown:
        """Open an ephemeral document: asks its sender's desk for the key; Refused("expired"|"opened"|"offline"|"gone"|"unshown")."""
