"""Frames cut into tagged packets, and packets read back."""

from __future__ import annotations

from media import wire

Piece = tuple[int, int, int, int, int, int, bytes]
"""slot, stream, flags (end to end), frame, fragment, fragments, bytes."""


class Credentials:
    """What the relay handed over for this connection."""

    def __init__(self, admitted: wire.Admitted) -> None:
        self.slot = admitted.slot
        self.ticket = admitted.ticket
        self.hop = wire.Tagger(admitted.hop_key)
        self.down = wire.Tagger(admitted.down_key)
        self.port = admitted.udp_port


def split(
    credentials: Credentials, stream: int, flags: int, frame: int, data: bytes, only: tuple[int, ...] = ()
) -> list[bytes]:
    """Cut a frame into tagged packets; *only* these fragments when named."""
    count = max(1, -(-len(data) // wire.PIECE_BYTES))
    slot, tag, pack, size = credentials.slot, credentials.hop.tag, wire.HEADER.pack, wire.PIECE_BYTES
    packets = []
    for number in only or range(count):
        if number < count:
            head = pack(wire.VERSION, slot, stream, flags, frame, number, count)
            packets.append(head + data[number * size : (number + 1) * size] + tag(head))
    return packets


def read_packet(packet: memoryview | bytes, down: wire.Tagger) -> Piece | None:
    """Check a media packet from the relay; None when it is not sound."""
    end, head = len(packet) - wire.TAG_BYTES, wire.HEADER.size
    if not wire.MIN_PACKET <= len(packet) <= wire.MAX_DATAGRAM or not down.holds(packet[:head], packet[end:]):
        return None
    version, slot, stream, flags, frame, fragment, fragments = wire.HEADER.unpack_from(packet)
    if version != wire.VERSION or not wire.sound_piece(stream, fragment, fragments, end - head):
        return None
    return slot, stream, flags & wire.END_TO_END_FLAGS, frame, fragment, fragments, bytes(packet[head:end])
