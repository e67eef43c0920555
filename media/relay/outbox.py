"""What waits to be sent on one WebSocket: control before voice before video, each bounded."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.relay.counters import Counters

MAX_CONTROL_BYTES = 4 << 20
MAX_VOICE_PACKETS = 50
MAX_VIDEO_PACKETS = 430
"""512 kB at most."""


class Outbox:
    """Filled from both threads, emptied by the connection's writer.

    *wake* must be callable from any thread. A consumer too slow for control is given up (`overflowed`); of voice the oldest
    gives way; video that piled up is dropped whole, because it is late by then.
    """

    def __init__(self, wake: Callable[[], object], counters: Counters) -> None:
        self._wake = wake
        self._counters = counters
        self._control: deque[bytes] = deque()
        self._control_bytes = 0
        self._voice: deque[bytes] = deque(maxlen=MAX_VOICE_PACKETS)
        self._video: deque[bytes] = deque()
        self._asleep = True
        self.overflowed = False

    def control(self, data: bytes) -> None:
        """Queue an encoded control message (loop thread only)."""
        self._control.append(data)
        self._control_bytes += len(data)
        if self._control_bytes > MAX_CONTROL_BYTES:
            self.overflowed = True
            self._control.clear()
        self._rouse()

    def media(self, packet: bytes, *, voice: bool) -> None:
        """Queue a packet."""
        if voice:
            self._counters.media_dropped_slow += len(self._voice) == MAX_VOICE_PACKETS
            self._voice.append(packet)
        else:
            if len(self._video) >= MAX_VIDEO_PACKETS:
                self._counters.media_dropped_slow += len(self._video)
                self._video.clear()
            self._video.append(packet)
        self._rouse()

    def _rouse(self) -> None:
        if self._asleep:
            self._asleep = False
            self._wake()

    def sleep(self) -> None:
        """Ask to be woken at the next message; take once more before waiting, as one may have just come."""
        self._asleep = True

    def take(self) -> bytes | None:
        """Next message, or None."""
        try:
            if self._control:
                data = self._control.popleft()
                self._control_bytes -= len(data)
                return data
            if self._voice:
                return self._voice.popleft()
            return self._video.popleft()
        except IndexError:  # empty, or the other thread dropped it just now
            return None
