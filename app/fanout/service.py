"""What gateways hand on to this desk, and its documents for the record: open from unlock to lock, over the window's post office. No Qt.

Until it is open, or while the patients are closed, what gateways send waits at the relay.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app import trust
from app.config import CARE_UNITS
from app.fanout.desk import Following, Gateway
from app.fanout.outgoing import NotSent, Outgoing
from app.fanout.wire import PostWire
from app.interop.state import Reception
from app.post.office import Closed
from media.events import Event
from media.mail.types import Type
from storage.errors import Locked

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.config import Config
    from app.jobs import Job, Start
    from app.post.book import Book
    from app.post.office import Post
    from app.post.told import Told
    from storage.outgoing import Leaving
    from storage.vault import Vault

ROLE = "gateway"
log = logging.getLogger(__name__)


class Handed:
    """Follows the care units of the settings. `changed` and `left` (documents) fire on the loop's thread; *start* runs it."""

    def __init__(self, start: Start, post: Post, config: Config, now_ms: Callable[[], int]) -> None:
        self._start, self._post, self._config, self._now_ms = start, post, config, now_ms
        self._of: tuple[Vault, tuple[str, ...]] | None = None
        self._following: Following | None = None
        self._outgoing: Outgoing | None = None
        self._jobs: tuple[Job, ...] = ()
        self._known: tuple[Book | None, tuple[Gateway, ...]] = (None, ())
        self.changed: Event[Reception] = Event()
        self.left: Event[Leaving] = Event()
        for kind in (Type.BATCH, Type.SNAPSHOT, Type.ALIVE):
            post.hear(kind, self._take)
        post.hear(Type.OUTGOING_ACK, self._acknowledged)

    def open(self, vault: Vault) -> None:
        """Follow with this vault and the settings of now; a damaged vault takes nothing."""
        units = self._config.get(CARE_UNITS)
        if self._of == (vault, units) or vault.read_only:
            return
        self.close()
        self._of = (vault, units)
        wire = PostWire(self._post)
        self._following = Following(vault, wire, units, self.gateways, self._now_ms)
        self._following.changed.subscribe(self.changed.fire)
        self._outgoing = Outgoing(vault, wire, self.gateways, self._now_ms)
        self._outgoing.changed.subscribe(self.left.fire)
        self._jobs = (
            self._start(self._following.run(), _ended, _failed),
            self._start(self._mend(self._outgoing), _ended, _not_mended),
        )

    def close(self) -> None:
        """Take nothing more."""
        self._of = self._following = self._outgoing = None
        self._known = (None, ())
        for job in self._jobs:
            job.cancel()
        self._jobs = ()
        self.changed.fire(Reception())

    @property
    def outgoing(self) -> Outgoing:
        """Documents for the record; raises NotSent("no-gateway") while nothing is open."""
        if self._outgoing is None:
            raise NotSent("no-gateway")
        return self._outgoing

    def gateways(self) -> tuple[Gateway, ...]:
        """Return the gateways of the own organisation that count now."""
        try:
            desk = self._post.desk
        except Closed:
            return ()
        if self._known[0] is not desk.book:
            trusted = trust.readable(desk.session.trust.certificates)
            users = {one.user for one in trusted if one.role == ROLE and one.org == desk.book.own.org}
            found = [one for user in users for one in desk.book.living(user) if one.role == ROLE]
            made = sorted((one.user, one.device_id) for one in found)
            self._known = (desk.book, tuple(Gateway(*one) for one in made))
        return self._known[1]

    async def _mend(self, outgoing: Outgoing) -> None:
        await self._post.opened.wait()
        await outgoing.mend()

    async def _take(self, told: Told) -> None:
        if self._following is None:
            raise Locked
        await self._following.take(told)

    async def _acknowledged(self, told: Told) -> None:
        if self._outgoing is None:
            raise Locked
        await self._outgoing.take(told)


def _ended(_nothing: None) -> None:
    """Nothing to do: it ends when it is closed."""


def _failed(error: Exception) -> None:
    log.error("care units are not followed: %s", type(error).__name__)


def _not_mended(error: Exception) -> None:
    log.warning("documents that were cut off stay for now: %s", type(error).__name__)
