"""The last 500 ms of what one slot sent, 512 kB at most, to answer NACKs: ciphertext only."""

from __future__ import annotations

from collections import deque
from struct import Struct

from media import wire

RING_MS = 500
RING_BYTES = 512 * 1024
_PLACE = Struct("!IHH")
_PLACE_AT = 5
"""Offset of frame, fragment, fragments in the header."""


class Ring:
    """Trains as they came, under the sender's tag: (time, stream, bytes, size of each packet)."""

    def __init__(self) -> None:
        self._trains: deque[tuple[float, int, bytes, int]] = deque()
        self.bytes = 0

    def put(self, now_ms: float, stream: int, train: bytes, segment: int) -> None:
        """Keep a train; the oldest give way."""
        trains = self._trains
        trains.append((now_ms, stream, train, segment))
        self.bytes += len(train)
        while self.bytes > RING_BYTES or now_ms - trains[0][0] > RING_MS:
            self.bytes -= len(trains.popleft()[2])

    def find(self, stream: int, frame: int) -> tuple[int, dict[int, bytes]]:
        """(fragments of the frame, those held); (0, {}) when none is."""
        total, held = 0, {}
        for _, its_stream, train, segment in self._trains:
            if its_stream != stream:
                continue
            for start in range(0, len(train), segment):
                number, fragment, fragments = _PLACE.unpack_from(train, start + _PLACE_AT)
                if number == frame:
                    total = fragments
                    held[fragment] = train[start : start + segment]
        return total, held

    def holds(self, stream: int, packet: bytes | memoryview) -> bool:
        """Tell whether that packet (by its header) was forwarded already."""
        frame, fragment, _ = _PLACE.unpack_from(packet, _PLACE_AT)
        return fragment in self.find(stream, frame)[1]


def marked(packet: bytes, down: wire.Tagger) -> bytes:
    """Give the packet as a retransmission: the hop's flag set, tagged anew."""
    head = bytearray(packet[: wire.HEADER.size])
    head[4] |= wire.FLAG_RETRANSMIT
    return bytes(head) + packet[wire.HEADER.size : -wire.TAG_BYTES] + down.tag(head)
