"""Documents of the running call as cards, and who gets what is handed out now. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.ui.words import Words, say
from storage.messages.records import FileState, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.meeting.view import View
    from storage.messages.records import File, Message

SHOWN_FOR_S = 10
"""How long an ephemeral document stays open."""
_GONE = frozenset((FileState.GONE, FileState.REFUSED))
_STUCK = {
    State.UNDELIVERED: "handing.unsent",
    State.FAILED: "handing.unsent",
    State.HELD: "handing.held",
    State.QUEUED: "handing.queued",
}
_THERE = frozenset((State.DELIVERED, State.READ))
_REASONS = frozenset(
    (
        "offline",
        "expired",
        "opened",
        "gone",
        "too-big",
        "no-recipient",
        "unknown",
        "once-unshown",
        "unshown",
        "halted",
    )
)


@dataclass(frozen=True)
class Audience:
    """Who would get a document now: user ids of the members with a certificate, and how many are there without one."""

    users: tuple[bytes, ...] = ()
    guests: int = 0


def audience(view: View) -> Audience:
    """Return who is in the call, without this user."""
    others = [one for one in view.people if not one.me]
    certain = {one.user for one in others if _certain(one.user, one.trust)}
    own = {one.user for one in view.people if one.me}
    return Audience(tuple(sorted(certain - own)), sum(not _certain(one.user, one.trust) for one in others))


def _certain(user: bytes, trust: str) -> bool:
    return bool(user) and trust != "guest"


@dataclass(frozen=True)
class Card:
    """One document. `left_s`: seconds in which it may be opened still, 0 where that does not count."""

    file: int
    name: str = field(repr=False)
    who: Words = field(repr=False)
    at_ms: int
    about: Words
    icon: str
    kind: str = ""
    once: bool = False
    opens: bool = False
    saves: bool = False
    left_s: int = 0


class Handouts:
    """What was handed out since this user is in the call, by people who are or were in it."""

    def __init__(self) -> None:
        self._names: dict[bytes, str] = {}
        self._messages: tuple[Message, ...] = ()
        self._came_ms: dict[int, int] = {}
        self._seen = 0

    def meet(self, view: View) -> None:
        """Remember who is in the call: only their documents are shown."""
        self._names |= {one.user: one.name for one in view.people if _certain(one.user, one.trust)}

    def take(self, messages: Sequence[Message], now_ms: int, *, first: bool = False) -> tuple[Card, ...]:
        """Take what the meeting's thread has; return the cards of others that just came.

        At the *first* look nothing just came: the desk may have been locked in between, so their authors' clocks must do.
        """
        known = {one.id for one in self._messages}
        self._messages = tuple(one for one in messages if one.own or one.author in self._names)
        new = [one for one in self._messages if one.id not in known and not one.own]
        for one in new:
            self._came_ms[one.id] = min(one.sent_ms, now_ms) if first else now_ms
        if first:
            return ()
        return tuple(self._card(one, file, now_ms) for one in new for file in one.files)

    def cards(self, now_ms: int) -> tuple[Card, ...]:
        """Return all documents, the newest first."""
        return tuple(self._card(one, file, now_ms) for one in reversed(self._messages) for file in one.files)

    def to_fetch(self) -> tuple[int, ...]:
        """Return the ephemeral documents whose sealed bytes should be here before anybody asks for the key."""
        files = (file for one in self._messages if not one.own for file in one.files)
        return tuple(one.id for one in files if one.ephemeral and one.state is FileState.OFFERED)

    @property
    def unseen(self) -> int:
        """How many documents of others came since the last look."""
        return sum(len(one.files) for one in self._messages if not one.own and one.order > self._seen)

    def see(self) -> tuple[int, int] | None:
        """Take all for seen; return thread and `order` up to which something was not read yet."""
        others = [one for one in self._messages if not one.own]
        self._seen = max((one.order for one in others), default=self._seen)
        unread = [one for one in others if not one.read]
        return (unread[-1].thread, unread[-1].order) if unread else None

    # --- one card ------------------------------------------------------------------------------------------

    def _card(self, message: Message, file: File, now_ms: int) -> Card:
        left_s = self._left_s(message, file, now_ms)
        here = not message.own and file.state not in _GONE
        return Card(
            file.id,
            file.name,
            say("handing.you") if message.own else self._names[message.author],
            message.sent_ms,
            _about(message, file, left_s),
            _icon(file),
            file.kind,
            file.ephemeral,
            opens=left_s > 0 and here if file.ephemeral else here,
            saves=here and not file.ephemeral,
            left_s=left_s,
        )

    def _left_s(self, message: Message, file: File, now_ms: int) -> int:
        """Count from when it came here: its author's desk counts from a little earlier, by its own clock, and decides."""
        waiting = message.own and message.state is State.DRAWN
        if not file.ephemeral or file.opened_ms or file.state in _GONE or waiting:
            return 0
        since_ms = message.sent_ms if message.own else self._came_ms[message.id]
        return max(0, -(-(since_ms + 1000 * file.open_within_s - now_ms) // 1000))


def _icon(file: File) -> str:
    if file.ephemeral:
        return "hourglass-high"
    if file.kind == "application/pdf":
        return "file-type-pdf"
    return "photo-scan" if file.kind.startswith("image/") else "file-text"


def _about(message: Message, file: File, left_s: int) -> Words:
    if message.own:
        return _own(message, file, left_s)
    if file.opened_ms:
        return say("handing.read_once")
    if file.state in _GONE:
        return say("handing.gone")
    if file.halted:
        return say("handing.halted")
    if file.ephemeral:
        key = "handing.once" if left_s else "handing.expired"
        return say(key, s=file.shown_for_s)
    return _moving(file) if file.state is FileState.COMING else say("handing.came")


def _own(message: Message, file: File, left_s: int) -> Words:
    if file.halted:
        return say("handing.halted")
    if message.state is State.DRAWN:
        return say("handing.paused") if file.state is FileState.PAUSED else _moving(file)
    if message.state in _STUCK:
        return say(_STUCK[message.state])
    if file.opened_ms:
        return say("handing.all_opened")
    if file.ephemeral:
        return say("handing.offered" if left_s else "handing.over")
    return say("handing.delivered" if message.state in _THERE else "handing.sent")


def _moving(file: File) -> Words:
    return say("handing.moving", share=100 * min(file.done, file.size) // max(file.size, 1))


def refusal(error: Exception) -> tuple[Words, Words]:
    """Return why something could not be done, and what to do: the service's code, or a vault that takes nothing now."""
    code = getattr(error, "code", "vault")
    known = code if code in _REASONS or code == "vault" else "other"
    return say(f"handing.refused.{known}"), say(f"handing.refused.{known}.detail")
