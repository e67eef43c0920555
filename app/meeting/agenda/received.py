"""A meeting that somebody else called, as its invitation tells it. No Qt."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from media.keys import invite
from media.keys.invite import HASH_BYTES
from storage.meetings import Meeting

if TYPE_CHECKING:
    from media.keys.certs import Trust
    from media.keys.invite import Invite, Link

_WEEK_S = 7 * 86_400
_RHYTHMS = (1, 2)


def received(link: Link, blob: bytes, trust: Trust, now_s: int) -> Meeting:
    """Return the meeting of what lies at the relay under *link*; raises MediaError where it is not its organiser's, or over."""
    found, organiser = invite.open_blob(link.secret, link.tag, link.invite_hash, blob)
    found.verify_organiser(organiser, trust, now_s)
    return known_by(link, found)


def known_by(link: Link, found: Invite) -> Meeting:
    """Return the meeting of an invitation as its link opens it."""
    terms = found.terms
    start = terms.starts[0] if terms.starts else 0
    starts = terms.starts if len(terms.starts) > 1 else ()
    return Meeting(
        *(found.title, link.host, link.port, link.tag, link.secret, link.invite_hash[:HASH_BYTES]),
        starts_s=start,
        ends_s=start + terms.length_s if start else 0,
        starts=starts,
        every=_every(starts),
        guests=terms.guests,
        most=terms.most,
    )


def _every(starts: tuple[int, ...]) -> int:
    """Return how many weeks lie between two dates, 0 where they keep no rhythm that has a name; summer time moves an hour."""
    steps = {round((later - sooner) / _WEEK_S) for sooner, later in pairwise(starts)}
    every = steps.pop() if len(steps) == 1 else 0
    return every if every in _RHYTHMS else 0
