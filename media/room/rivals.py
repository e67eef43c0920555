"""Two calls in one room (docs/protocol.md §5): the one whose opener ranks best wins, the others knock there after 10 s."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from media.errors import TrustError
from media.keys import cbor
from media.room.knocker import HAIL, HERE, Standing, judge_answer
from media.room.messages import CALL, NONCE, PUBLIC, Hail

if TYPE_CHECKING:
    from media.room.ground import Ground

YIELD_MS = 10_000
FADES_MS = 6_000
PROBE_MS = 1_000
INSIDE = bytes(PUBLIC)
"""Stands for the knocker's relay key where a member of another call asks: the nonce alone makes the answer fresh."""


def here(ground: Ground, call: bytes) -> bytes:
    """Return what a host broadcasts with its beats, so that members of another call notice."""
    return ground.door_box(HERE, cbor.encode(["CSL1/here", call]))


class Rivals:
    """Watches for another call in the room and has its host prove it, freshly, before anything is believed."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._nonces = b"", b""
        self._next_probe_ms = 0
        self._better_since_ms: int | None = None
        self._seen_ms: int | None = None

    def hint(self, now_ms: int, data: bytes, mine: bytes) -> bytes:
        """Return the hail for a slot that claims to host another call, or b""; raises TrustError, ProtocolError."""
        (call,) = cbor.record(self._ground.door_text(data), "CSL1/here", (CALL,))
        if call == mine or now_ms < self._next_probe_ms:
            return b""
        self._next_probe_ms = now_ms + PROBE_MS
        self._nonces = self._nonces[1], os.urandom(NONCE)
        return self._ground.door_box(HAIL, Hail(self._nonces[1]).encode())

    def proven(self, now_ms: int, data: bytes, mine: Standing) -> Standing:
        """Judge what the other host answered; raises TrustError, ProtocolError."""
        standing, _ = judge_answer(self._ground, self._ground.door_text(data), INSIDE, self._nonces)
        if standing.call == mine.call:
            raise TrustError("call-refused", "the own call")
        if self._better_since_ms is None or not self.near(now_ms):
            self._better_since_ms = now_ms
        if standing.order > mine.order:
            self._better_since_ms = None
        self._seen_ms = now_ms
        return standing

    def near(self, now_ms: int) -> bool:
        """Whether another call was proven lately: its slots are no ghosts."""
        return self._seen_ms is not None and now_ms - self._seen_ms < FADES_MS

    def must_yield(self, now_ms: int) -> bool:
        """Whether a better call has stood for 10 s."""
        since = self._better_since_ms
        return since is not None and self.near(now_ms) and now_ms - since >= YIELD_MS
