"""The own pre-keys: a new one a day, the private halves of the last fifteen, and the card that says the newest.

A clock that runs ahead makes no card of a day that nobody else has seen yet, and drops no key that is still written to.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from app.post.desk import DAY_MS
from media.keys.cards import Card, due, outlived
from media.keys.seal import KEY_BYTES, XWing
from storage.messages.posting import PreKey

if TYPE_CHECKING:
    from app.post.desk import Desk


class PreKeys:
    """What this desk can open, by number."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: list[PreKey] = []
        self.keys: dict[int, XWing] = {}

    async def card(self, contact_queue: bytes) -> Card:
        """Return the card of today, signed now; a new pre-key is on disk before anybody hears of it."""
        desk = self._desk
        if not self._kept:
            await self._read()
        newest = max(self._kept, key=lambda one: one.number, default=PreKey(0, b""))
        if not newest.seed or due(newest.made_ms // DAY_MS, desk.sure_ms // DAY_MS):
            newest = await self._make(newest.number + 1)
        key = self.keys[newest.number]
        day = newest.made_ms // DAY_MS
        return Card.make(
            desk.session.cert_hash, newest.number, key.public, contact_queue, day, desk.session.sign
        )

    async def _make(self, number: int) -> PreKey:
        now_ms = self._desk.sure_ms
        made = PreKey(number, os.urandom(KEY_BYTES), now_ms)
        await self._desk.write(lambda rows: rows.prekeys.add(number, made.seed, now_ms))
        await self._read()
        gone = outlived(((one.number, one.superseded_ms) for one in self._kept), now_ms)
        if gone:
            await self._desk.write(lambda rows: rows.prekeys.drop(gone))
            await self._read()
        return made

    async def _read(self) -> None:
        self._kept = list(await self._desk.read(lambda rows: rows.prekeys.all()))
        self.keys = {one.number: self.keys.get(one.number) or XWing.from_seed(one.seed) for one in self._kept}
