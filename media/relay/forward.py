"""The way of a media packet through the relay: check, tag anew, find receivers, send, keep for a while.

Called from the UDP thread, and from the loop thread for media that came over TLS; a room's lock keeps the two apart.
"""

from __future__ import annotations

from hmac import compare_digest as same
from typing import TYPE_CHECKING, Protocol

from media import wire
from media.errors import ProtocolError
from media.relay.ring import marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from media.relay.counters import Counters
    from media.relay.rooms import Address, Routes, Seat

NACK_SHARE = 0.3
NACK_BURST = 48 * 1024
ASK_AGAIN_MS = 10.0
MAX_ASKED = 1024
_HEAD, _TAG, _unpack = wire.HEADER.size, wire.TAG_BYTES, wire.HEADER.unpack


class Sender(Protocol):
    """Writes trains of packets to UDP addresses."""

    def send(self, train: memoryview, segment: int, routes: Routes) -> None:
        """Send to all of *routes* that are reached by UDP; *train* is writable memory."""

    def send_one(self, datagram: bytes, address: Address) -> None:
        """Send one datagram."""


class Forwarder:
    """Stateless but for its counters: rooms and seats hold the state."""

    def __init__(self, counters: Counters, sender: Sender) -> None:
        self._counters = counters
        self._sender = sender

    def train(self, seat: Seat, train: memoryview, segment: int, now_ms: float) -> None:
        """Forward packets of *segment* bytes each (the last may be shorter). *train* is written to: tags change in place."""
        room = seat.room
        with room.lock:
            if room.seats.get(seat.number) is not seat:
                return
            data = bytes(train)
            begin, stream, flags = 0, -1, 0
            for start, its_stream, its_flags in self._admit(seat, train, data, segment):
                if its_stream != stream:
                    self._run(seat, stream, flags, train[begin:start], data[begin:start], segment, now_ms)
                    begin, stream, flags = start, its_stream, its_flags
            self._run(seat, stream, flags, train[begin:], data[begin:], segment, now_ms)

    def _admit(
        self, seat: Seat, train: memoryview, data: bytes, segment: int
    ) -> Iterator[tuple[int, int, int]]:
        """Check each packet, put the room's tag in the place of the hop's; (start, stream, flags), stream -1 when refused.

        One function on purpose: calls per packet were a third of its cost.
        """
        hop, down, number = seat.hop.fresh, seat.room.down.fresh, seat.number
        length = len(data)
        for start in range(0, length, segment):
            head = data[start : start + _HEAD]
            end = start + segment - _TAG if start + segment <= length else length - _TAG
            size = end - start - _HEAD
            if not 0 < size <= wire.PIECE_BYTES:
                self._counters.datagrams_refused += 1
                yield start, -1, 0
                continue
            version, slot, stream, flags, _, fragment, fragments = _unpack(head)
            keyed = hop()
            keyed.update(head)
            if (
                not same(keyed.digest(), data[end : end + _TAG])
                or version != wire.VERSION
                or slot != number
                or not wire.sound_piece(stream, fragment, fragments, size)
            ):
                self._counters.datagrams_refused += 1
                yield start, -1, 0
            elif flags & wire.FLAG_RETRANSMIT and seat.ring.holds(stream, head):
                yield start, -1, 0
            else:
                keyed = down()
                keyed.update(head)
                train[end : end + _TAG] = keyed.digest()
                yield start, stream, flags

    def _run(
        self, seat: Seat, stream: int, flags: int, run: memoryview, data: bytes, segment: int, now_ms: float
    ) -> None:
        """Forward neighbouring packets of one stream: *run* under the room's tag, *data* as it came."""
        size = len(data)
        if stream < 0 or not size:
            return
        counters, room, packets = self._counters, seat.room, -(-size // segment)
        counters.packets_in += packets
        counters.bytes_in += size
        if stream == wire.VOICE:
            if not room.may_speak(seat.number, flags, now_ms):
                counters.voice_withheld += 1
                return
            allowed = seat.voice_bucket.take(size, now_ms)
        else:
            allowed = seat.video_bucket.take(size, now_ms)
        if not allowed:
            counters.packets_over_rate += packets
            return
        seat.forwarded[stream] += size
        seat.ring.put(now_ms, stream, data, segment)
        self._out(seat.routes[stream], run, segment, voice=stream == wire.VOICE)

    def _out(self, routes: Routes, run: memoryview, segment: int, *, voice: bool) -> None:
        if routes.by_udp:
            self._sender.send(run, segment, routes)
        for start in range(0, len(run) if routes.by_tls else 0, segment):
            packet = bytes(run[start : start + segment])
            self._counters.packets_out += len(routes.by_tls)
            self._counters.bytes_out += len(routes.by_tls) * len(packet)
            for outbox in routes.by_tls:
                outbox.media(packet, voice=voice)

    # --- asked again ---

    def nack(self, asker: Seat, data: bytes, now_ms: float) -> None:
        """Answer from the sender's ring, or ask the sender; `ProtocolError` when the request is not sound."""
        nack = wire.Nack.unpack(data, asker.hop)
        room = asker.room
        if nack.asker != asker.number:
            raise ProtocolError("request of another slot")
        if not asker.nack_bucket.take(1, now_ms):
            return
        self._counters.nacks += 1
        with room.lock:
            sender = room.seats.get(nack.slot)
            heard = nack.stream == wire.VOICE or (nack.slot, nack.stream) in asker.wanted
            if sender is None or sender is asker or not heard:
                return
            total, held = sender.ring.find(nack.stream, nack.frame)
            wanted = nack.fragments or tuple(range(total))
            self._again(asker, sender, nack.stream, [held[number] for number in wanted if number in held])
            absent = tuple(number for number in wanted if number not in held)
            if absent or not total:
                self._upstream(sender, nack._replace(fragments=absent), now_ms)

    def _again(self, asker: Seat, sender: Seat, stream: int, packets: list[bytes]) -> None:
        """Send packets again to one receiver, within 30 % of what the stream carries."""
        key = (sender.number, stream)
        carried = sender.forwarded[stream]
        credit, seen = asker.nack_credit.get(key, (NACK_BURST, carried))
        credit = min(NACK_BURST, credit + NACK_SHARE * max(0, carried - seen))
        for packet in packets:
            if credit < len(packet):
                break
            credit -= len(packet)
            self._counters.nack_packets += 1
            self._one(asker, marked(packet, asker.room.down), voice=stream == wire.VOICE)
        if len(asker.nack_credit) > wire.MAX_SUBSCRIPTIONS:
            asker.nack_credit.clear()
        asker.nack_credit[key] = (credit, carried)

    def _one(self, receiver: Seat, packet: bytes, *, voice: bool) -> None:
        if receiver.address:
            self._sender.send_one(packet, receiver.address)
        else:
            receiver.outbox.media(packet, voice=voice)

    def _upstream(self, sender: Seat, nack: wire.Nack, now_ms: float) -> None:
        """Ask the sender for what was lost before it came here, once per 10 ms for all who miss it."""
        asked = sender.room.asked
        key = (nack.slot, nack.stream, nack.frame)
        if sender.address is None or now_ms - asked.get(key, -ASK_AGAIN_MS) < ASK_AGAIN_MS:
            return
        if len(asked) >= MAX_ASKED:
            asked.clear()
        asked[key] = now_ms
        self._counters.nacks_upstream += 1
        self._sender.send_one(nack._replace(asker=nack.slot).pack(sender.hop), sender.address)
