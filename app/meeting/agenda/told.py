"""A meeting that somebody called by message, judged before it stands in the agenda (docs/protocol.md §11). No Qt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.meeting.agenda.received import known_by
from app.trust import judge_of, readable
from media.errors import MediaError, ProtocolError, TrustError
from media.keys.invite import HASH_BYTES, Invite, Link
from media.keys.sign import Signer
from media.mail.calls import Hosting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.session import Session
    from media.keys.certs import Verdict
    from media.keys.sign import HybridPublic
    from media.mail.calls import Convened
    from storage.meetings import Meeting


def told_meeting(said: Convened, by: Verdict, session: Session, now_s: int) -> Meeting:
    """Return the meeting that *by* calls *session*'s user to; some milliseconds of verifying.

    Raises TrustError("invite-forged") where it is not the author's own invitation, or the key not that of a host's room;
    ProtocolError for dates that the invitation does not have. That it is still to come is for whoever opens it.
    """
    found = Invite.parse(said.invite)
    if (found.org, found.organiser) != (by.org, by.user) or not _signed(found, by, session, now_s):
        raise TrustError("invite-forged")
    if any(number >= len(found.terms.starts) for number in said.off) or (
        said.off and len(found.terms.starts) < 2
    ):
        raise ProtocolError("a date that the invitation does not have")
    link = Link(found.relay, said.tag, said.secret, found.hash[:HASH_BYTES])
    own = by.user == session.user
    return replace(
        known_by(link, found),
        uid=said.uid,
        sequence=said.sequence,
        cancelled=said.cancelled,
        off=said.off,
        hosts=found.hosts,
        host=session.user in found.hosts,
        inv_sk=_key(said, found, session.user),
        organiser=b"" if own else by.user,
        invite=said.invite if own else b"",
    )


def _key(said: Convened, found: Invite, user: bytes) -> bytes:
    if not isinstance(said, Hosting):
        return b""
    if user not in found.hosts or Signer(said.inv_sk).public != found.inv_pk:
        raise TrustError("invite-forged")
    return said.inv_sk


def _signed(found: Invite, by: Verdict, session: Session, now_s: int) -> bool:
    """Tell whether a living device of its author signed the invitation: the one that speaks, or else another."""
    for public in (by.public, *_others(by, session, now_s)):
        try:
            found.verify(public)
        except TrustError:
            continue
        return True
    return False


def _others(by: Verdict, session: Session, now_s: int) -> Iterator[HybridPublic]:
    anchor = session.trust
    trust = judge_of(anchor)
    for one in readable((session.certificate, *anchor.certificates)):
        if (one.org, one.user) == (by.org, by.user):
            try:
                yield trust.judge(one.signed, now_s).public
            except MediaError:
                continue
