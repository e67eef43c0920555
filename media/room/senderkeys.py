"""Sender keys (docs/protocol.md §6): one base a member and KID = n; ratcheted on adds, drawn anew when somebody goes."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from media.errors import TrustError
from media.keys import frames, seal
from media.room.controls import KEY, LETTERS
from media.wire import CONTROL

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE_BYTES = 32
SWITCH_MS = 500
PATIENCE_MS, CONTROL_PATIENCE_MS = 500, 3_000
"""How long a frame waits for its key: late sound is worthless, a late word is not."""
OLD_KEY_MS = 1_000
MAX_PENDING_BYTES = 2_000_000
MAX_PENDING = 1_000
MAX_STEPS = 64


class Step(NamedTuple):
    """What a link did to the bases."""

    n: int
    link_hash: bytes
    fresh: bool


def ratchet(base: bytes, call: bytes, step: Step) -> bytes:
    """Return the base after a link with adds only."""
    return seal.hkdf(base, ["CSL1/add", call, step.link_hash])


def key_info(call: bytes, step: Step, sender: bytes, recipient: bytes) -> list[object]:
    """Return the HPKE `info` of a KeyMsg."""
    return [LETTERS[KEY], call, step.n, step.link_hash, sender, recipient]


class OwnKey:
    """My base: ahead of what I seal with until the others have it."""

    def __init__(self, call: bytes, sealer: frames.Sealer) -> None:
        self._call, self._sealer = call, sealer
        self.step: Step | None = None
        self.base = b""
        self.rekeys = 0
        self._due_ms = 0
        self._missing: set[int] | None = None

    def enter(self, step: Step) -> None:
        """Draw the first base and seal with it at once: there is no older one."""
        self.step, self.base = step, os.urandom(BASE_BYTES)
        self._sealer.set_base(step.n, self.base)

    @property
    def switching(self) -> bool:
        """Whether I still seal under an older key, which newcomers lack."""
        return self._missing is not None

    def advance(self, now_ms: int, step: Step, others: Iterable[int], *, hurry: bool) -> None:
        """Follow a link; *others* are the slots that must acknowledge, *hurry* where nobody may be waited for."""
        self.base = os.urandom(BASE_BYTES) if step.fresh else ratchet(self.base, self._call, step)
        self.step = step
        self.rekeys += 1
        self._missing, self._due_ms = set(others), now_ms + (0 if hurry else SWITCH_MS)
        self._switch(now_ms)

    def acked(self, now_ms: int, slot: int, n: int) -> None:
        """*slot* holds my key of link *n*."""
        if self._missing is not None and self.step is not None and n == self.step.n:
            self._missing.discard(slot)
            self._switch(now_ms)

    def gone(self, slot: int) -> None:
        """Nobody waits for a member that went."""
        if self._missing is not None:
            self._missing.discard(slot)

    def tick(self, now_ms: int) -> None:
        """Switch when it is time."""
        if self._missing is not None:
            self._switch(now_ms)

    def _switch(self, now_ms: int) -> None:
        if self.step is not None and (not self._missing or now_ms >= self._due_ms):
            self._sealer.set_base(self.step.n, self.base)
            self._missing = None


class Held(NamedTuple):
    """A frame that waits for its key."""

    at_ms: int
    stream: int
    flags: int
    frame: int
    data: bytes
    arrival_us: int


def _patience_ms(held: Held) -> int:
    return CONTROL_PATIENCE_MS if held.stream == CONTROL else PATIENCE_MS


class PeerKey:
    """The bases of one member and the frames that wait for one."""

    def __init__(self, call: bytes, m: bytes, cs_pk: bytes) -> None:
        self._call = call
        self._opener = frames.Opener(call, m, cs_pk)
        self._steps: deque[Step] = deque(maxlen=MAX_STEPS)
        self._bases: dict[int, bytes] = {}
        self._using = -1
        self._drop: tuple[int, int] | None = None
        self._held: deque[Held] = deque()
        self._held_bytes = 0

    def has(self, n: int) -> bool:
        """Whether the base of link *n* is here."""
        return n in self._bases

    def holds(self, n: int, base: bytes) -> bool:
        """Whether exactly this base of link *n* is here: what was asked for may come twice."""
        return self._bases.get(n) == base

    def follow(self, step: Step) -> None:
        """Follow a link that was applied: with adds only, the base moves along by itself."""
        self._steps.append(step)
        before = self._bases.get(step.n - 1)
        if before is not None and not step.fresh:
            self._set(step.n, ratchet(before, self._call, step))

    def accept(self, n: int, base: bytes) -> None:
        """Take the base that the member sent for link *n*; a second one raises TrustError("replay")."""
        if n in self._bases:
            raise TrustError("replay", "a second key for one link")
        self._set(n, base)
        for step in self._steps:
            if step.n == n + 1 and not step.fresh and step.n not in self._bases:
                self._set(step.n, ratchet(self._bases[n], self._call, step))
                n = step.n

    def _set(self, n: int, base: bytes) -> None:
        self._opener.set_base(n, base)
        self._bases[n] = base

    def open(self, now_ms: int, stream: int, flags: int, frame: int, data: bytes) -> bytes:
        """Return a frame's payload; raises TrustError as `frames.Opener.open`."""
        payload = self._opener.open(stream, flags, frame, data)
        if len(self._bases) > 1:
            self._used(now_ms, frames.kid(data))
        return payload

    def _used(self, now_ms: int, n: int) -> None:
        """Let the old KID go 1 s after this sender first used a new one."""
        if n > self._using:
            self._using = n
            if any(kid < n for kid in self._bases):
                self._drop = now_ms + OLD_KEY_MS, n - 1

    def hold(self, now_ms: int, stream: int, flags: int, frame: int, data: bytes, arrival_us: int) -> bool:
        """Let a frame wait for its key; False when there is no room."""
        if self._held_bytes + len(data) > MAX_PENDING_BYTES or len(self._held) >= MAX_PENDING:
            return False
        self._held.append(Held(now_ms, stream, flags, frame, data, arrival_us))
        self._held_bytes += len(data)
        return True

    def release(self) -> list[Held]:
        """Return the frames that waited, to be tried again."""
        held, self._held, self._held_bytes = list(self._held), deque(), 0
        return held

    @property
    def keyed(self) -> bool:
        """Whether the member has sent a key at all."""
        return bool(self._bases)

    def tick(self, now_ms: int) -> int:
        """Drop old keys and frames that waited too long; return how many frames were given up."""
        if self._drop and now_ms >= self._drop[0]:
            self._opener.drop(self._drop[1])
            self._bases = {n: base for n, base in self._bases.items() if n > self._drop[1]}
            self._drop = None
        return self._give_up(now_ms) if self._held else 0

    def _give_up(self, now_ms: int) -> int:
        kept = [held for held in self._held if now_ms - held.at_ms <= _patience_ms(held)]
        given_up = len(self._held) - len(kept)
        self._held, self._held_bytes = deque(kept), sum(len(held.data) for held in kept)
        return given_up
