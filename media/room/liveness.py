"""Who is live, and whose frames do not arrive (docs/protocol.md §5): counters echoed, frames said against frames seen."""

from __future__ import annotations

from collections import deque

BEAT_MS = 2_000
LIVE_MS = 6_000
KEPT = 16
MIN_SAID = 5
"""Frames that a beat must announce before their absence is told: a pause is not a loss."""


class Pulse:
    """My counters and the echoes of the others. A member is live while it echoes what I sent less than 6 s ago."""

    def __init__(self) -> None:
        self.counter = 0
        self._sent: deque[tuple[int, int]] = deque(maxlen=KEPT)
        self._heard: dict[int, int] = {}
        self._echoed_ms: dict[int, int] = {}

    def beat(self, now_ms: int) -> tuple[int, tuple[tuple[int, int], ...]]:
        """Return my next counter and the last counter heard of each slot."""
        self.counter += 1
        self._sent.append((self.counter, now_ms))
        return self.counter, tuple(sorted(self._heard.items()))

    def enter(self, slot: int, now_ms: int) -> None:
        """Take a new member for live until it had time to answer."""
        self._echoed_ms[slot] = now_ms

    def leave(self, slot: int) -> None:
        """Forget a member."""
        self._heard.pop(slot, None)
        self._echoed_ms.pop(slot, None)

    def hear(self, slot: int, counter: int, echo: int) -> None:
        """Take a beat of *slot*: its *counter*, and the last of mine that it heard (0 = none)."""
        self._heard[slot] = max(counter, self._heard.get(slot, 0))
        for sent, at_ms in self._sent:
            if sent == echo and at_ms > self._echoed_ms.get(slot, at_ms):
                self._echoed_ms[slot] = at_ms

    def silence_ms(self, slot: int, now_ms: int) -> int:
        """Time since the newest of my counters that *slot* has echoed."""
        return now_ms - self._echoed_ms.get(slot, now_ms - 10 * LIVE_MS)

    def live(self, slot: int, now_ms: int) -> bool:
        """Whether *slot* is live."""
        return self.silence_ms(slot, now_ms) < LIVE_MS


class Receipts:
    """Compares the last frames that a member says with those that came: "son/image non reçu".

    A stream is missing when a whole beat's worth of frames was announced and a beat later none of them, and none after
    them, has come. Single losses are the link's business.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[int, int], tuple[int, int]] = {}
        self._seen: dict[tuple[int, int], int] = {}
        self._expected: dict[tuple[int, int], int] = {}

    def expect(self, wanted: set[tuple[int, int]], now_ms: int) -> None:
        """Remember the video streams that we subscribe to from now on."""
        self._expected = {key: self._expected.get(key, now_ms) for key in wanted}

    def saw(self, slot: int, stream: int, frame: int) -> None:
        """Take note of a frame that came."""
        key = slot, stream
        if frame > self._seen.get(key, -1):
            self._seen[key] = frame

    def said(self, slot: int, stream: int, frame: int) -> bool:
        """Take what a beat says of a stream; True when the stream before it did not arrive at all."""
        key = slot, stream
        before, last = self._said.get(key, (frame, frame))
        self._said[key] = last, frame
        return last - before >= MIN_SAID and self._seen.get(key, -1) <= before

    def expected(self, slot: int, stream: int, now_ms: int) -> bool:
        """Whether frames of a video stream should be coming for some time already."""
        since = self._expected.get((slot, stream))
        return since is not None and now_ms - since > 3 * BEAT_MS

    def leave(self, slot: int) -> None:
        """Forget a member."""
        for kept in (self._said, self._seen):
            for key in [key for key in kept if key[0] == slot]:
                kept.pop(key)
