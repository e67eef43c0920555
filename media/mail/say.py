"""The body of any type (docs/protocol.md §11)."""

from __future__ import annotations

from typing import TypeAlias

from media.errors import TrustError
from media.mail import again, bodies, calls, desks, feeds
from media.mail.types import RULES, Type

Body: TypeAlias = (
    bodies.Text
    | bodies.Correct
    | bodies.Withdraw
    | bodies.Receipt
    | bodies.Taken
    | bodies.Team
    | bodies.Ask
    | bodies.Grant
    | desks.Presence
    | desks.Newer
    | desks.Vouched
    | desks.History
    | bodies.Sheet
    | calls.Convened
    | calls.Hosting
    | calls.Attending
    | again.Wanted
    | again.Laid
    | feeds.Batch
    | feeds.Alive
    | feeds.Follow
    | feeds.Snapshot
    | feeds.Outgoing
    | feeds.OutgoingAck
    | feeds.Request
    | feeds.Answered
    | feeds.Differed
)
CLASSES: dict[Type, type[Body]] = {
    one.TYPE: one
    for one in (
        bodies.Text,
        bodies.Correct,
        bodies.Withdraw,
        bodies.Receipt,
        bodies.Taken,
        bodies.Team,
        bodies.Ask,
        bodies.Grant,
        desks.Presence,
        desks.Newer,
        desks.Vouched,
        desks.History,
        bodies.Sheet,
        calls.Convened,
        calls.Hosting,
        calls.Attending,
        again.Wanted,
        again.Laid,
        feeds.Batch,
        feeds.Alive,
        feeds.Follow,
        feeds.Snapshot,
        feeds.Outgoing,
        feeds.OutgoingAck,
        feeds.Request,
        feeds.Answered,
        feeds.Differed,
    )
}


def parse(number: int, data: bytes) -> Body:
    """Read the body of a header's type; raises ProtocolError, or TrustError("type-unknown")."""
    if number not in RULES:
        raise TrustError("type-unknown")
    return CLASSES[Type(number)].parse(data)
