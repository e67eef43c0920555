"""The own certificate, renewed without anybody's click: asked for from day 60, taken from the directory once it stands there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from app import trust
from media.errors import MediaError
from media.keys.certs import DeviceKeys
from media.mail import convs
from media.mail.feeds import Answered, Request
from media.mail.types import Type
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.post.desk import Desk
    from app.post.told import Told
    from app.post.writing import Writer

LOOK_S = 900.0
AGAIN_MS = 20 * 3_600_000
"""How long an issuer is given before it is asked once more."""
log = logging.getLogger(__name__)


class Renewal:
    """Asks the organisation's issuers for a newer certificate for the keys that are there. *look*: at the directory."""

    def __init__(self, desk: Desk, writer: Writer, look: Callable[[], None]) -> None:
        self._desk, self._writer, self._look = desk, writer, look
        self._asked_ms = -AGAIN_MS
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Ask when it is time to, until cancelled."""
        while True:
            try:
                await self._step()
            except (MediaError, StorageError) as error:
                log.warning("the certificate's renewal was not asked for: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self.wake.wait()
            self.wake.clear()

    async def _step(self) -> None:
        desk, now_ms = self._desk, self._desk.now_ms()
        own = desk.book.own
        if (
            own.role == trust.ISSUER
            or not trust.due(own, now_ms // 1000)
            or now_ms - self._asked_ms < AGAIN_MS
        ):
            return
        issuers = desk.book.having(trust.ISSUER)
        kept = await asyncio.wrap_future(desk.vault.identity.device())
        if not issuers or kept is None or desk.book.over or desk.book.revoked:
            return
        keys = DeviceKeys.from_seeds(own.device_id, kept.ed25519_seed, kept.mldsa_seed)
        body = Request(await asyncio.to_thread(keys.request, own.name, own.role, own.specialty)).encode()
        for one in issuers:
            conv, device = convs.direct(own.user, one.user), (one.device_id,)
            draft = await asyncio.to_thread(
                self._writer.draft, Type.REQUEST, conv, (one.user,), body, devices=device
            )
            await desk.write(lambda rows, said=draft: self._writer.post(rows, said))  # type: ignore[misc]
        self._asked_ms = now_ms
        desk.wake.set()

    async def answered(self, told: Told) -> None:
        """Take it that an issuer answered: the certificate stands in the directory, and is believed there only."""
        if isinstance(told.body, Answered):
            if told.body.code:
                log.warning("the certificate was not renewed: the organisation refused it")
            self._look()
