"""Reading an invitation link: what it names, or the code of the sentence that refuses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.errors import MediaError
from media.keys.invite import Link

if TYPE_CHECKING:
    from app.intents import JoinMeeting
    from app.session import Session
    from storage.identity import Relay

MAX_LINK = 2048


@dataclass(frozen=True)
class Invitation:
    """A link that was understood, and the relay that policy knows for it. `invitation_secret` is a host's, else empty."""

    link: Link = field(repr=False)
    relay: Relay
    title: str = ""
    invitation_secret: bytes = field(default=b"", repr=False)
    admit_certified: bool = False


class LinkRefusal(Exception):  # noqa: N818 -- says what happened, the page says what to do
    """The link cannot be used; `code` is link-empty, link-unreadable or relay-unknown, `name` what it named."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.name = name


def read_link(wanted: JoinMeeting, session: Session) -> Invitation:
    """Understand a link; raises LinkRefusal. Nothing is sent."""
    text = wanted.link.strip()
    if not text:
        raise LinkRefusal("link-empty")
    if len(text) > MAX_LINK:
        raise LinkRefusal("link-unreadable")
    try:
        link = Link.parse(text)
        relay = session.relay(link.host, link.port)
    except (MediaError, ValueError) as error:
        raise LinkRefusal("link-unreadable") from error
    if relay is None:
        raise LinkRefusal("relay-unknown", link.relay)
    known = session.meeting(link.tag)
    title = wanted.title or (known.title if known else "")
    secret = wanted.invitation_secret or (known.inv_sk if known else b"")
    return Invitation(link, relay, title, secret, wanted.admit_certified)
