"""The organisation's directory over the relay (docs/protocol.md §16): what the issuer laid out is looked at, what it says is heard."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from app import trust
from app.post.laying import fetch
from media.errors import LinkLost, LinkRefused, MediaError, TrustError
from media.keys.cards import tag_of
from media.keys.directory import MAX_BUNDLE
from media.keys.issuers import Issuer
from media.mail.desks import Newer
from media.mail.notice import Notice
from media.patience import within
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.post.desk import Desk
    from app.post.told import Told
    from media.link.mailbox import Mailbox

LOOK_S, LEAST_S = 600.0, 2.0
"""How often the notice is looked at without being asked, and at most."""
SOON_S = (15.0, 60.0)
"""After a line was made it is looked at once, and again so much later: a relay that lost it, or an issuer that has just begun, is behind."""
log = logging.getLogger(__name__)


class Following:
    """Keeps the vault's directory up with the issuer's. *changed* is awaited after each change, *refused* hears of forks."""

    def __init__(
        self, desk: Desk, changed: Callable[[], Awaitable[None]], refused: Callable[[str], None]
    ) -> None:
        self._desk, self._changed, self._refused = desk, changed, refused
        self._said: Newer | None = None
        self._one = asyncio.Lock()
        self._looked_s = -LEAST_S
        self._soon: list[float] = []
        self.wake = asyncio.Event()

    def begin(self) -> None:
        """Look now: there is a line."""
        self._soon = list(SOON_S)
        self.wake.set()

    async def heard(self, told: Told) -> None:
        """Take it that an issuer said that the directory is another; it is fetched apart, not before the next block."""
        if isinstance(told.body, Newer):
            self._said = told.body
            self.wake.set()

    async def run(self) -> None:
        """Look whenever there is a reason to, until cancelled."""
        while True:
            try:
                await within(self._soon[0] if self._soon else LOOK_S, self.wake.wait())
            except TimeoutError:
                self._soon = self._soon[1:]
            self.wake.clear()
            await self.look()
            await asyncio.sleep(LEAST_S)

    async def look(self) -> None:
        """Take what is new now; what cannot be had or believed is left alone, and a fork is told."""
        line = self._desk.line
        if line is None:
            return
        async with self._one:
            try:
                if await self._take(line):
                    await self._changed()
            except TrustError as error:
                log.error("the directory at the relay was refused: %s", error.code)  # noqa: TRY400 -- the code says all
                self._refused(error.code)
            except (LinkLost, LinkRefused, MediaError, StorageError) as error:
                log.warning("the directory was not fetched: %s", type(error).__name__)

    async def _take(self, line: Mailbox) -> bool:
        said, self._said = self._said, None
        if said is not None and said.height > self._desk.book.head[0]:
            await trust.take(
                self._desk.vault, self._org, await fetch(line, said.file, MAX_BUNDLE), self._now_s
            )
            return True
        now_s = asyncio.get_running_loop().time()
        if now_s - self._looked_s < LEAST_S:
            self.wake.set()
            return False
        self._looked_s = now_s
        notice = await self._notice(line)
        if notice is None:
            return False
        bring = lambda: fetch(line, notice.file, MAX_BUNDLE)  # noqa: E731 -- one use, one line
        return await trust.hear(self._desk.vault, self._org, notice.head, bring, self._now_s)

    async def _notice(self, line: Mailbox) -> Notice | None:
        """Return what lies under the newest issuing key that laid out anything."""
        for key in self._keys():
            card = await line.card(tag_of(key))
            if card is not None:
                return Notice.open(self._desk.session.relay_key, card)
        return None

    def _keys(self) -> list[bytes]:
        issuers: list[Issuer] = []
        for signed in self._desk.session.trust.issuers:
            with contextlib.suppress(MediaError):
                issuers.append(Issuer.parse(signed))
        own = (one for one in issuers if one.org == self._org)
        return [one.public.ed25519 for one in sorted(own, key=lambda one: one.serial, reverse=True)]

    @property
    def _org(self) -> bytes:
        return self._desk.book.own.org

    @property
    def _now_s(self) -> int:
        return self._desk.now_ms() // 1000
