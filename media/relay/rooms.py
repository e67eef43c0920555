"""Rooms and their seats: who may send what to whom. No names, no content.

Two threads use these tables. Everything of a room changes under its lock; routes are tuples replaced whole.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from media import wire
from media.relay.limits import Bucket
from media.relay.ring import Ring

if TYPE_CHECKING:
    from media.relay.config import Caps
    from media.relay.fan import Fan
    from media.relay.outbox import Outbox

Address = tuple[str, int] | tuple[str, int, int, int]
MAX_EVICTED = 4096
MAX_ENDED = 4096
VOICE_BYTES_S, VOICE_BURST = 32_000, 64_000
SPEAKERS = 8
SPEAKER_STALE_MS = 400


class Routes:
    """Receivers of one stream by UDP and by TLS. *fan* is the UDP loop's, built when first used."""

    __slots__ = ("by_tls", "by_udp", "fan")

    def __init__(self, seats: list[Seat]) -> None:
        self.by_udp = tuple(seat.address for seat in seats if seat.address)
        self.by_tls = tuple(seat.outbox for seat in seats if not seat.address)
        self.fan: Fan | None = None


class Seat:
    """A connected slot. *hop* and *ticket* live as long as its control connection."""

    def __init__(self, room: Room, number: int, outbox: Outbox, slot_kbps: int) -> None:
        self.room = room
        self.number = number
        self.outbox = outbox
        self.ticket = os.urandom(wire.TICKET_BYTES)
        self.hop_key = os.urandom(32)
        self.hop = wire.Tagger(self.hop_key)
        self.address: Address | None = None
        self.wanted: frozenset[tuple[int, int]] = frozenset()
        self.routes = [Routes([])] * (wire.SCREEN + 1)
        self.ring = Ring()
        self.video_bucket = Bucket(slot_kbps * 125, 512 * 1024)
        self.voice_bucket = Bucket(VOICE_BYTES_S, VOICE_BURST)
        self.nack_bucket = Bucket(400, 400)
        self.forwarded = [0] * (wire.SCREEN + 1)
        self.nack_credit: dict[tuple[int, int], tuple[float, int]] = {}


class Room:
    """One meeting's table (slot -> slot_pk) and the seats that are connected now."""

    def __init__(self, room_id: bytes, admin_pk: bytes, caps: Caps) -> None:
        self.id = room_id
        self.admin_pk = admin_pk
        self.lock = threading.Lock()
        self.down_key = os.urandom(32)
        self.down = wire.Tagger(self.down_key)
        self.table: dict[int, bytes] = {}
        self.evicted: set[bytes] = set()
        self.seats: dict[int, Seat] = {}
        self.speakers: dict[int, float] = {}
        self.asked: dict[tuple[int, int, int], float] = {}
        self.idle_since_ms: float | None = None
        self._caps = caps

    def enter(self, number: int, slot_pk: bytes) -> bool:
        """Write a slot into the table; False when its key was evicted or the table is full."""
        if slot_pk in self.evicted or number == wire.EVERYONE:
            return False
        if number not in self.table and len(self.table) >= wire.MAX_SLOTS:
            return False
        self.table[number] = slot_pk
        return True

    def strike(self, number: int) -> None:
        """Take a slot out of the table for good."""
        slot_pk = self.table.pop(number, None)
        if slot_pk is not None and len(self.evicted) < MAX_EVICTED:
            self.evicted.add(slot_pk)

    def sit(self, number: int, outbox: Outbox) -> Seat | None:
        """Give the slot a seat; None when the room is full."""
        with self.lock:
            if number not in self.seats and len(self.seats) >= self._caps.slots_per_room:
                return None
            seat = self.seats[number] = Seat(self, number, outbox, self._caps.slot_kbps)
            self._route()
            return seat

    def rise(self, seat: Seat) -> None:
        """Take the seat away, unless another connection took the slot since."""
        with self.lock:
            if self.seats.get(seat.number) is seat:
                del self.seats[seat.number]
                self._route()

    def bind(self, seat: Seat, address: Address | None) -> None:
        """Send the seat's media to *address*, or over TLS."""
        with self.lock:
            seat.address = address
            self._route()

    def subscribe(self, seat: Seat, wanted: frozenset[tuple[int, int]]) -> None:
        """Set what the seat receives."""
        with self.lock:
            seat.wanted = wanted
            self._route()

    def wanted_of(self, number: int) -> bytes:
        """Give the video streams of *number* that anybody receives."""
        return bytes(
            stream
            for stream in wire.VIDEO
            if any((number, stream) in seat.wanted for seat in self.seats.values() if seat.number != number)
        )

    def _route(self) -> None:
        seats = tuple(self.seats.values())
        for sender in seats:
            others = [seat for seat in seats if seat is not sender]
            sender.routes = [Routes([]), Routes(others)]
            for stream in wire.VIDEO:
                wanted = (sender.number, stream)
                sender.routes.append(Routes([seat for seat in others if wanted in seat.wanted]))

    def may_speak(self, number: int, flags: int, now_ms: float) -> bool:
        """Tell whether a voice packet goes out: it says speech, and at most 7 others speak just now."""
        if not flags & wire.FLAG_VOICE:
            return False
        if number not in self.speakers and len(self.speakers) >= SPEAKERS:
            quietest = min(self.speakers, key=self.speakers.__getitem__)
            if now_ms - self.speakers[quietest] < SPEAKER_STALE_MS:
                return False
            del self.speakers[quietest]
        self.speakers[number] = now_ms
        return True


class Rooms:
    """All rooms, and whose UDP is whose."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self.by_id: dict[bytes, Room] = {}
        self.by_ticket: dict[bytes, Seat] = {}
        self.by_address: dict[Address, Seat] = {}
        self._ended: OrderedDict[bytes, None] = OrderedDict()

    def open(self, room_id: bytes, admin_pk: bytes) -> Room | None:
        """Open a room; None when the relay holds as many as it may."""
        if len(self.by_id) >= self._caps.rooms:
            return None
        self._ended.pop(room_id, None)
        room = self.by_id[room_id] = Room(room_id, admin_pk, self._caps)
        return room

    def end(self, room: Room) -> None:
        """Forget a room, and remember for a while that it ended."""
        self.by_id.pop(room.id, None)
        self._ended[room.id] = None
        if len(self._ended) > MAX_ENDED:
            self._ended.popitem(last=False)

    def has_ended(self, room_id: bytes) -> bool:
        """Tell whether a host ended that room."""
        return room_id in self._ended

    def sweep(self, now_ms: float) -> None:
        """Forget rooms that nobody was in for a while."""
        for room in list(self.by_id.values()):
            if room.idle_since_ms is not None and now_ms - room.idle_since_ms > self._caps.room_idle_s * 1000:
                del self.by_id[room.id]

    def announce(self, seat: Seat) -> None:
        """Let the seat's ticket count."""
        self.by_ticket[seat.ticket] = seat

    def withdraw(self, seat: Seat) -> None:
        """Its ticket and address count no more."""
        self.by_ticket.pop(seat.ticket, None)
        if seat.address and self.by_address.get(seat.address) is seat:
            del self.by_address[seat.address]

    def bind(self, seat: Seat, address: Address | None) -> None:
        """Give a seat its one address, or none."""
        if seat.address and self.by_address.get(seat.address) is seat:
            self.by_address.pop(seat.address, None)
        if address:
            self.by_address[address] = seat
        seat.room.bind(seat, address)
        if seat.ticket not in self.by_ticket:  # it left meanwhile
            self.withdraw(seat)
