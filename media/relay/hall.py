"""What connected clients do to rooms: come in, knock, admit, leave, talk, subscribe. Loop thread only."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from media import wire
from media.errors import LinkRefused, ProtocolError
from media.relay.limits import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.relay.blobs import Blobs
    from media.relay.config import Config
    from media.relay.counters import Counters
    from media.relay.mail import Mail
    from media.relay.rooms import Room, Rooms, Seat
    from media.relay.session import Session
    from media.relay.udp import UdpLoop

KEY_REQUEST_S = 1.0
CLOCK_ERROR_S = 86_400
KNOCKS_S, KNOCKS_BURST = 20, 200
"""Of one room, whoever knocks: what a host must read at most."""
T = TypeVar("T")


class Door:
    """One knocker at a room's door."""

    def __init__(self, number: int, slot_pk: bytes) -> None:
        self.number = number
        self.slot_pk = slot_pk
        self.heard = False


class Presence:
    """Who of a room is connected: sessions by slot, admins, knockers, and what senders were told."""

    def __init__(self) -> None:
        self.members: dict[int, Session] = {}
        self.admins: set[Session] = set()
        self.knockers: dict[int, Session] = {}
        self.known: set[int] = set()
        self.told_wanted: dict[int, bytes] = {}
        self.key_asked: dict[tuple[int, int], float] = {}
        self.key_pending: set[tuple[int, int]] = set()
        self.next_knock = 1
        self.knock_bucket = Bucket(KNOCKS_S, KNOCKS_BURST)


class Hall:
    """All sessions and rooms of one relay."""

    def __init__(
        self,
        config: Config,
        cert_hash: bytes,
        counters: Counters,
        rooms: Rooms,
        blobs: Blobs,
        mail: Mail,
        udp: UdpLoop,
    ) -> None:
        self.cert_hash = cert_hash
        self.counters = counters
        self.rooms = rooms
        self.blobs = blobs
        self.mail = mail
        self._organisation_keys = config.organisation_keys
        self._caps = config.caps
        self._udp = udp
        self._udp_port = max(0, config.public_udp_port or udp.port)
        self._presences: dict[bytes, Presence] = {}
        self._disk = ThreadPoolExecutor(1, "disk")

    def valid_keys(self) -> frozenset[bytes]:
        """Give the organisations' relay keys that have not expired."""
        now_s = time.time() - CLOCK_ERROR_S
        return frozenset(key for key, not_after in self._organisation_keys.items() if now_s <= not_after)

    def measured(self) -> wire.Measured:
        """Tell a stranger that its bytes came, and how to try whether UDP passes."""
        return wire.Measured(self._udp_port, self._udp.trial.ticket(time.monotonic()))

    async def blob(self, call: Callable[..., T], *arguments: bytes) -> T:
        """Run a blob operation on the disk's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._disk, call, *arguments)

    def close(self) -> None:
        """Wait for the disk."""
        self._disk.shutdown()

    # --- coming in ---

    def open(self, session: Session, message: wire.Open, *, allowed: bool) -> None:
        """Let a host open the room, or come back to it, with its table."""
        room = self.rooms.by_id.get(message.room_id)
        if not allowed or (room and room.admin_pk != message.admin_pk):
            raise LinkRefused("not-allowed")
        if room and message.fresh and session.room is not room:
            raise LinkRefused("room-open")
        if room is None:
            room = self.rooms.open(message.room_id, message.admin_pk)
            if room is None:
                raise LinkRefused("busy")
            self.counters.rooms_opened += 1
            self._presences[room.id] = Presence()
        for number, slot_pk in message.table:
            self._enter(room, number, slot_pk)
        if room.table.get(message.slot) != dict(message.table)[message.slot]:
            raise LinkRefused("removed")
        seat = session.seat
        if (
            seat and session.room is room and seat.number == message.slot
        ):  # a member becomes host where it sits
            self._presences[room.id].admins.add(session)
            session.say(self._admitted(seat, admin=True))
            return
        self._seat(session, room, message.slot, admin=True)

    def _admitted(self, seat: Seat, *, admin: bool) -> wire.Admitted:
        keys = (seat.ticket, seat.hop_key, seat.room.down_key)
        return wire.Admitted(seat.number, int(admin), *keys, self._udp_port)

    def _enter(self, room: Room, number: int, slot_pk: bytes) -> bool:
        """Write a slot; whoever held that number with another key is out."""
        before = room.table.get(number)
        if before == slot_pk:
            return True
        if not room.enter(number, slot_pk):
            return False
        holder = self._presences[room.id].members.get(number)
        if before is not None and holder:
            holder.refuse("replaced")
        return True

    def slot_key(self, room_id: bytes, slot: int) -> bytes:
        """Give the key that must prove *slot*; refuses where there is none."""
        room = self.rooms.by_id.get(room_id)
        if room is None:
            raise LinkRefused("ended" if self.rooms.has_ended(room_id) else "no-room")
        if slot not in room.table:
            raise LinkRefused("removed")
        return room.table[slot]

    def resume(self, session: Session, message: wire.Resume, *, allowed: bool) -> None:
        """Let a member take its slot again."""
        if not allowed:
            raise LinkRefused("not-allowed")
        self._seat(session, self.rooms.by_id[message.room_id], message.slot, admin=False)

    def _seat(self, session: Session, room: Room, number: int, *, admin: bool) -> None:
        """Seat a session; an older connection of the same slot gives way."""
        presence = self._presences[room.id]
        before = presence.members.get(number)
        if before and before is not session:
            before.refuse("replaced")
        if session.seat:
            self.leave(session)
        seat = room.sit(number, session.outbox)
        if seat is None:
            raise LinkRefused("full")
        session.room, session.seat, session.door = room, seat, None
        presence.members[number] = session
        if admin:
            presence.admins.add(session)
        room.idle_since_ms = None
        self.rooms.announce(seat)
        session.say(self._admitted(seat, admin=admin))
        if number in presence.known:
            self._tell(presence, wire.Back(number), but=number)
        presence.known.add(number)
        presence.told_wanted.pop(number, None)
        self._tell_wanted(room)

    # --- the door ---

    def knock(self, session: Session, message: wire.Knock, *, allowed: bool) -> None:
        """Let somebody stand at the door."""
        if not allowed:
            raise LinkRefused("not-allowed")
        room = self.rooms.by_id.get(message.room_id)
        if room is None:
            raise LinkRefused("ended" if self.rooms.has_ended(message.room_id) else "no-room")
        presence = self._presences[room.id]
        if message.slot_pk in room.evicted:
            raise LinkRefused("removed")
        if len(presence.knockers) >= self._caps.waiting_per_room:
            raise LinkRefused("full")
        self.counters.knocks += 1
        session.room, session.door = room, Door(presence.next_knock, message.slot_pk)
        presence.knockers[presence.next_knock] = session
        presence.next_knock += 1
        session.say(wire.Waiting())

    def pass_knock(self, session: Session, data: bytes) -> None:
        """Hand a knocker's words to the admins."""
        if session.room is None or session.door is None:
            raise ProtocolError("message out of turn")
        presence = self._presences[session.room.id]
        if not presence.admins:
            raise LinkRefused("no-host")
        if not presence.knock_bucket.take(1, time.monotonic() * 1000):
            raise LinkRefused("busy")
        session.door.heard = True
        text = wire.Knocked(session.door.number, session.door.slot_pk, data)
        for admin in presence.admins:
            admin.say(text)

    def administer(self, session: Session, message: wire.Message) -> None:
        """Do what an admin asks."""
        room = session.room
        if room is None or session not in self._presences[room.id].admins:
            raise LinkRefused("not-allowed")
        presence = self._presences[room.id]
        match message:
            case wire.Answer(knock, data) if knock in presence.knockers:
                presence.knockers[knock].say(wire.Answered(data))
            case wire.Admit(knock, slot) if knock in presence.knockers:
                self._let_in(room, presence.knockers[knock], slot)
            case wire.Refuse(knock) if knock in presence.knockers:
                presence.knockers[knock].refuse("refused")
            case wire.Evict(slot):
                self._evict(room, slot)
            case wire.CloseRoom():
                self._end(room)

    def _let_in(self, room: Room, knocker: Session, slot: int) -> None:
        door = knocker.door
        if door is None:
            return
        self._leave_door(knocker)
        if not self._enter(room, slot, door.slot_pk):
            knocker.refuse("full")
            return
        try:
            self._seat(knocker, room, slot, admin=False)
        except LinkRefused as refusal:
            knocker.refuse(refusal.code)

    def _evict(self, room: Room, slot: int) -> None:
        room.strike(slot)
        presence = self._presences[room.id]
        presence.known.discard(slot)
        member = presence.members.get(slot)
        if member:
            member.refuse("removed")

    def _end(self, room: Room) -> None:
        presence = self._presences[room.id]
        for session in [*presence.members.values(), *presence.knockers.values()]:
            session.refuse("ended")
        self.rooms.end(room)
        self._presences.pop(room.id, None)

    # --- leaving ---

    def leave(self, session: Session) -> None:
        """Forget a session's seat and door; may be called twice."""
        room, seat = session.room, session.seat
        self._leave_door(session)
        if room is None or seat is None:
            return
        session.seat = None
        self.rooms.withdraw(seat)
        room.rise(seat)
        presence = self._presences.get(room.id)
        if presence is None:
            return
        presence.admins.discard(session)
        if presence.members.get(seat.number) is session:
            del presence.members[seat.number]
            self._tell(presence, wire.Gone(seat.number), but=seat.number)
        if not presence.members:
            room.idle_since_ms = time.monotonic() * 1000
        self._tell_wanted(room)

    def _leave_door(self, session: Session) -> None:
        door, session.door = session.door, None
        if door is None or session.room is None:
            return
        presence = self._presences.get(session.room.id)
        if presence and presence.knockers.pop(door.number, None) and door.heard:
            for admin in presence.admins:
                admin.say(wire.KnockGone(door.number))

    def sweep(self) -> None:
        """Forget rooms that nobody was in for a while, and mail and invitations that have expired."""
        if self.mail.sweep(time.monotonic()):
            self._disk.submit(self.blobs.sweep)
        self.rooms.sweep(time.monotonic() * 1000)
        for room_id in [room_id for room_id in self._presences if room_id not in self.rooms.by_id]:
            for session in list(self._presences[room_id].knockers.values()):
                session.refuse("no-host")
            del self._presences[room_id]

    # --- in the room ---

    def _tell(self, presence: Presence, message: wire.Message, *, but: int) -> None:
        data = message.encode()
        for number, session in presence.members.items():
            if number != but:
                session.outbox.control(data)

    def control(self, seat: Seat, to: int, data: bytes) -> None:
        """Pass sealed control bytes to one slot or to all others."""
        presence = self._presences[seat.room.id]
        message = wire.Control(seat.number, data)
        if to == wire.EVERYONE:
            self._tell(presence, message, but=seat.number)
        elif to in presence.members and to != seat.number:
            presence.members[to].say(message)

    def media(self, seat: Seat, data: bytes, now_ms: float) -> None:
        """Take media or a NACK that came over TLS."""
        if data[0] == wire.NACK:
            self._udp.forwarder.nack(seat, data, now_ms)
        else:
            self._udp.forwarder.train(seat, memoryview(bytearray(data)), len(data), now_ms)

    def subscribe(self, seat: Seat, rows: list[tuple[int, int]]) -> None:
        """Set what a seat receives; a stream it did not receive before needs a key frame."""
        wanted = frozenset(rows)
        if any(stream not in wire.VIDEO for _, stream in wanted):
            raise ProtocolError("not a video stream")
        new = wanted - seat.wanted
        seat.room.subscribe(seat, wanted)
        self._tell_wanted(seat.room)
        for slot, stream in new:
            self.request_key(seat, slot, stream)

    def _tell_wanted(self, room: Room) -> None:
        """Tell senders which of their streams are received, where that changed."""
        presence = self._presences.get(room.id)
        if presence is None:
            return
        for number, session in presence.members.items():
            wanted = room.wanted_of(number)
            if presence.told_wanted.get(number) != wanted:
                presence.told_wanted[number] = wanted
                session.say(wire.Wanted(wanted))

    def request_key(self, seat: Seat, slot: int, stream: int) -> None:
        """Ask a sender for a key frame: at once, or when a second has passed since the last time."""
        presence = self._presences[seat.room.id]
        if stream not in wire.VIDEO or slot not in presence.members:
            return
        if (slot, stream) in presence.key_pending:
            return
        loop = asyncio.get_running_loop()
        due = presence.key_asked.get((slot, stream), -KEY_REQUEST_S) + KEY_REQUEST_S
        if loop.time() >= due:
            self._ask_key(presence, slot, stream)
        else:
            presence.key_pending.add((slot, stream))
            loop.call_at(due, self._ask_key, presence, slot, stream)

    def _ask_key(self, presence: Presence, slot: int, stream: int) -> None:
        presence.key_pending.discard((slot, stream))
        presence.key_asked[slot, stream] = asyncio.get_running_loop().time()
        session = presence.members.get(slot)
        if session:
            session.say(wire.KeyWanted(stream))

    def gauges(self) -> dict[str, int]:
        """Give present figures."""
        presences = self._presences.values()
        return {
            "rooms": len(presences),
            "slots": sum(len(presence.members) for presence in presences),
            "waiting": sum(len(presence.knockers) for presence in presences),
            **self.mail.gauges(),
        }
