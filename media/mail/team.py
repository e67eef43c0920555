"""What a team's thread becomes by what its members say (docs/protocol.md §11): the newest word counts, for all alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from media.mail.receiving import CLOCK_MS

if TYPE_CHECKING:
    from media.keys.envelope import Header
    from media.mail.bodies import Team


@dataclass(frozen=True)
class Standing:
    """The team as it is, and by which message (`sent_ms`, `msg_id`)."""

    team: Team
    sent_ms: int
    msg_id: bytes


@dataclass(frozen=True)
class Change:
    """One line that the thread shows: created, renamed, joined, removed, left, timer, linked; `about` is a user id where it is one's.

    `text`: what the team is called now, of "renamed".
    """

    what: str
    about: bytes = b""
    text: str = ""


def apply(
    known: Standing | None, said: Team, header: Header, author: bytes, now_ms: int
) -> tuple[Standing | None, tuple[Change, ...]]:
    """Return what counts from now on and what changed; unchanged where *author* may not say it or said it before *known*.

    Only who is a member may change a team. A word from the future counts as said now: a clock that is wrong has not the last word.
    """
    fresh = Standing(said, min(header.sent_ms, now_ms + CLOCK_MS), header.msg_id)
    if known is None:
        return (fresh, (Change("created"),)) if author in said.members else (None, ())
    if author not in known.team.members or (fresh.sent_ms, fresh.msg_id) <= (known.sent_ms, known.msg_id):
        return known, ()
    return fresh, changes(known.team, said, author)


def changes(before: Team, after: Team, author: bytes) -> tuple[Change, ...]:
    """Return what is different, people first."""
    came = sorted(set(after.members) - set(before.members))
    went = sorted(set(before.members) - set(after.members))
    found = [Change("joined", user) for user in came]
    found += [Change("left" if user == author else "removed", user) for user in went]
    if before.title != after.title:
        found.append(Change("renamed", text=after.title))
    for what, field in (("timer", "expire_s"), ("linked", "patient")):
        if getattr(before, field) != getattr(after, field):
            found.append(Change(what))
    return tuple(found)


def without(team: Team, user: bytes) -> Team:
    """Return the team without somebody."""
    return replace(team, members=tuple(one for one in team.members if one != user))


def with_member(team: Team, user: bytes) -> Team:
    """Return the team with somebody more."""
    return replace(team, members=tuple(sorted({*team.members, user})))
