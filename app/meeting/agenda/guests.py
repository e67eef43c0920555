"""Who was invited to an own meeting: how far their invitation and the room's key came, what they answered. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from storage.messages.records import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.post.book import Book
    from storage.invited import Invited
    from storage.meetings import Meeting
    from storage.messages.posting import Parcel
    from storage.messages.store import Mailbag

Letters: TypeAlias = "dict[tuple[bytes, bytes], str]"
"""How far a letter (message id) came to a person."""
_WORST = (State.HELD, State.FAILED, State.UNDELIVERED, State.QUEUED, State.AT_RELAY)
_STATES = {
    State.QUEUED: "waiting",
    State.AT_RELAY: "sent",
    State.UNDELIVERED: "undelivered",
}
SAID = frozenset(
    (
        *("unsaid", "waiting", "sent", "delivered", "undelivered", "blocked", "told"),
        *("key-unverified", "key-changed", "key-different", "restored", "revoked", "certificate-over"),
    )
)
"""What has words of its own in `calling.state.<…>`; anything else is `calling.state.other`."""


@dataclass(frozen=True)
class Guest:
    """One invited person. `answer`: 0 none, 1 comes, 2 does not.

    `state` and, for a host, `key` are one of unsaid, waiting, sent, delivered, undelivered, blocked, told (by another own desk),
    or the code for which a letter is held or was given up.
    """

    user: bytes
    name: str
    level: str
    answer: int
    state: str
    host: bool = False
    key: str = ""


def read_letters(mail: Mailbag, rows: Iterable[Invited], book: Book) -> Letters:
    """Return how far the letters of *rows* came; one that nothing waits for any more came to everybody."""
    found: Letters = {}
    for row in rows:
        for msg_id in filter(None, (row.letter, row.key_letter)):
            letter = mail.outbox.find(msg_id)
            left = [one for one in mail.outbox.parcels(letter.id) if one.user == row.user] if letter else []
            found[msg_id, row.user] = _state(left, len(book.living(row.user)))
    return found


def _state(left: Sequence[Parcel], devices: int) -> str:
    """Return one word for all devices of a person: one that has it is enough."""
    if len(left) < max(devices, 1):
        return "delivered"
    worst = min(left, key=lambda one: _WORST.index(one.state))
    return _STATES.get(worst.state) or worst.held


def guests(
    rows: Iterable[Invited],
    meeting: Meeting,
    letters: Letters,
    people: Mapping[bytes, tuple[str, str]],
    blocked: frozenset[bytes],
) -> tuple[Guest, ...]:
    """Return the invited, hosts in their rank first, then by name; *people* are names and trust by user id."""
    found = []
    for row in rows:
        host = row.user in meeting.hosts
        name, level = people.get(row.user, ("", ""))
        state, key = (
            _told(row, meeting, letters, msg_id, row.user in blocked)
            for msg_id in (row.letter, row.key_letter)
        )
        found.append(Guest(row.user, name, level, row.answer, state, host, key if host else ""))
    rank = {user: place for place, user in enumerate(meeting.hosts)}
    return tuple(sorted(found, key=lambda one: (rank.get(one.user, len(rank)), one.name)))


def _told(row: Invited, meeting: Meeting, letters: Letters, msg_id: bytes, blocked: bool) -> str:
    if blocked:
        return "blocked"
    if row.said < meeting.sequence:
        return "unsaid"
    return letters.get((msg_id, row.user), "told")
