"""Telling the organisation's issuers that two people's numbers were not the same (docs/protocol.md §16). No Qt."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from app.trust import ISSUER, readable
from media.mail import convs
from media.mail.feeds import Differed
from media.mail.types import Type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.directory.service import Directory

log = logging.getLogger(__name__)


class Office(Protocol):
    """What is asked of the post office (app.post.office.Post)."""

    async def say(  # noqa: D102 -- the office says it
        self, type_: Type, conv: bytes, recipients: Iterable[bytes], body: bytes, /
    ) -> bytes: ...


class Reporting:
    """Ties the directory to the post office, from the start of the program on."""

    def __init__(self, directory: Directory, post: Office) -> None:
        self._directory, self._post = directory, post
        directory.differed = self.report

    async def report(self, user: bytes) -> None:
        """Put a signed word into the outbox, for each issuer; the decision stands whether that can be done or not."""
        session = self._directory.session
        if session is None:
            return
        trust = session.trust
        living = (one for one in readable(trust.certificates) if one.hash not in trust.revoked)
        try:
            for issuer in sorted({one.user for one in living if one.role == ISSUER}):
                conv = convs.direct(session.user, issuer)
                await self._post.say(Type.DIFFERED, conv, (issuer,), Differed(user).encode())
        except Exception as error:  # noqa: BLE001 -- a closed office has its own word for it
            log.warning("the organisation was not told that codes differed: %s", type(error).__name__)
