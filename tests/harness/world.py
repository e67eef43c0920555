"""Several real `Call`s joined by an in-memory relay that may lie, under a virtual clock.

A rule sees each packet before it is delivered and returns what is delivered instead: [] drops, two replay, `later` delays.
The relay itself is honest; `world.relay` has what a dishonest one can do besides (admit slots, forget evictions, …).
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from media import wire
from media.keys.terms import NO_TERMS
from media.room import effects as fx
from media.room.call import Call
from media.room.ground import Ground
from media.room.shown import (
    Admitted,
    ChatLine,
    Code,
    HostAsked,
    Lobby,
    MediaFrame,
    Phase,
    Pointed,
    Roster,
    Trouble,
)
from tests.harness.hospital import NOW_S, Appointment, Device

if TYPE_CHECKING:
    from media.keys.terms import Terms

TICK_MS, HOP_MS = 100, 5
FRAME = "frame"


@dataclass(frozen=True)
class Packet:
    """What the relay is about to hand to `to`: an event of the call, or the arguments of a media frame."""

    by: Participant | None
    to: Participant
    event: object
    delay_ms: int = HOP_MS

    def later(self, ms: int) -> Packet:
        return replace(self, delay_ms=self.delay_ms + ms)

    @property
    def control(self) -> bool:
        return isinstance(self.event, fx.Control)

    @property
    def media(self) -> bool:
        return isinstance(self.event, tuple)


@dataclass
class Connection:
    """One life of a participant at the relay."""

    who: Participant
    slot_pk: bytes
    slot: int | None = None
    admin: bool = False
    knock: int | None = None


@dataclass
class Relay:
    """One room."""

    open: bool = False
    up: bool = True
    slots: dict[int, Connection | None] = field(default_factory=dict)
    keys: dict[int, bytes] = field(default_factory=dict)
    doors: dict[int, Connection] = field(default_factory=dict)
    rules: list = field(default_factory=list)
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))
    obeys_evictions: bool = True


class Participant:
    """A device in the meeting and all that was shown to it."""

    def __init__(self, world: World, device: Device, name: str, **plan: object) -> None:
        self.world, self.device, self.name, self.plan = world, device, name, plan
        self.troubles: list[Trouble] = []
        self.phases: list[Phase] = []
        self.chat: list[ChatLine] = []
        self.codes: list[Code] = []
        self.asked: list[HostAsked] = []
        self.admitted: list[Admitted] = []
        self.pointed: list[Pointed] = []
        self.frames: list[MediaFrame] = []
        self.lobby = Lobby([])
        self.roster = Roster(-1, [])
        self.connection: Connection | None = None
        self.restart()

    def restart(self) -> None:
        """Start over with nothing but the device key, as after an engine's crash."""
        world = self.world
        meeting = world.appointment
        ground = Ground.of(
            meeting.plan(self.device, **self.plan),
            meeting.invite,
            meeting.organiser.certificate,
            lambda: NOW_S,
        )
        world.hang_up(self)
        self.call = Call(ground)
        self.phases.append(Phase("connecting"))
        self.alive = True
        world.feed(self, fx.Start())

    # --- what a test asks ---

    @property
    def phase(self) -> Phase:
        return self.phases[-1]

    @property
    def inside(self) -> bool:
        return self.phases[-1:] != [] and self.phase.phase == "in-call"

    def told(self, code: str) -> bool:
        return any(trouble.code == code for trouble in self.troubles)

    def names(self) -> list[str]:
        return sorted(person.name for person in self.roster.people)

    def sees_live(self, other: Participant) -> bool:
        return any(person.live for person in self.roster.people if person.slot == other.call.slot)

    def heard(self, payload: bytes) -> bool:
        return any(frame.payload == payload for frame in self.frames)

    @property
    def meeting(self):
        return self.call._meeting

    @property
    def member(self) -> bytes:
        return self.meeting.m if self.meeting else b""

    # --- what a test does ---

    def do(self, event: object) -> None:
        self.world.feed(self, event)

    def send(self, payload: bytes, stream: int = wire.VOICE, flags: int = wire.FLAG_VOICE) -> bool:
        """Send a media frame to all; False when nothing may be sent."""
        sealed = self.call.seal(stream, flags, payload)
        if sealed:
            self.world.media(self, stream, flags, *sealed)
        return sealed is not None


class World:
    """The clock, the relay and the people; `run` lets time pass."""

    def __init__(self, hosts: list[Device], terms: Terms = NO_TERMS) -> None:
        self.appointment = Appointment(hosts, terms=terms)
        self.now_ms = 1_000
        self.relay = Relay()
        self.people: list[Participant] = []
        self._queue: list[tuple[int, int, Participant, Connection | None, object]] = []
        self._order = itertools.count()
        self._next_tick_ms = self.now_ms

    def join(self, device: Device, name: str = "", **plan: object) -> Participant:
        who = Participant(self, device, name or device.name, **plan)
        self.people.append(who)
        return who

    def rule(self, rule: object) -> object:
        """Let the relay apply *rule* to every packet: a function from a packet to the packets delivered instead."""
        self.relay.rules.append(rule)
        return rule

    def obey(self) -> None:
        """Let the relay be honest again."""
        self.relay.rules.clear()

    # --- time ---

    def run(self, ms: int) -> None:
        """Let *ms* pass: deliveries in order, a tick every 100 ms."""
        until = self.now_ms + ms
        while True:
            due = self._queue[0][0] if self._queue else until + 1
            at = min(due, self._next_tick_ms)
            if at > until:
                break
            self.now_ms = max(self.now_ms, at)
            if due <= self._next_tick_ms:
                self._deliver()
            else:
                self._next_tick_ms += TICK_MS
                for who in self.people:
                    if who.alive:
                        self.feed(who, fx.Tick())
        self.now_ms = until

    def until(self, condition: object, ms: int = 10_000) -> None:
        """Let time pass until *condition()* holds; fail after *ms*."""
        end = self.now_ms + ms
        while not condition():
            assert self.now_ms < end, "it did not happen in time"
            self.run(TICK_MS)

    def _deliver(self) -> None:
        _, _, who, connection, event = heapq.heappop(self._queue)
        if not who.alive or who.connection is not connection or not self.relay.up:
            return
        if isinstance(event, tuple):
            self._act(who, who.call.frame(self.now_ms, *event))
        else:
            self.feed(who, event)

    def post(self, by: Participant | None, to: Participant, event: object) -> None:
        """Hand *event* to *to*, through the rules."""
        packets = [Packet(by, to, event)]
        for rule in self.relay.rules:
            packets = [after for packet in packets for after in rule(packet)]
        for packet in packets:
            at = self.now_ms + packet.delay_ms
            entry = at, next(self._order), packet.to, packet.to.connection, packet.event
            heapq.heappush(self._queue, entry)

    def feed(self, who: Participant, event: object) -> None:
        self._act(who, who.call.feed(self.now_ms, event))

    # --- the relay ---

    def media(self, by: Participant, stream: int, flags: int, frame: int, data: bytes) -> None:
        slot = by.connection.slot if by.connection else None
        if slot is not None and self.relay.up:
            for to in self._inside(by):
                self.post(by, to, (slot, stream, flags, frame, data, 0))

    def _inside(self, by: Participant) -> list[Participant]:
        return [c.who for c in self.relay.slots.values() if c and c.who is not by]

    def _act(self, who: Participant, effects: list) -> None:  # noqa: C901, PLR0912 -- one line an effect
        for effect in effects:
            match effect:
                case Phase():
                    who.phases.append(effect)
                case Trouble():
                    who.troubles.append(effect)
                case ChatLine():
                    who.chat.append(effect)
                case Code():
                    who.codes.append(effect)
                case HostAsked():
                    who.asked.append(effect)
                case Admitted():
                    who.admitted.append(effect)
                case Pointed():
                    who.pointed.append(effect)
                case MediaFrame():
                    who.frames.append(effect)
                case Lobby():
                    who.lobby = effect
                case Roster():
                    who.roster = effect
                case fx.Sign(request, body):
                    self.feed(who, fx.Signed(request, who.device.signer.sign(body)))
                case fx.HangUp():
                    self.hang_up(who)
                case fx.Dial():
                    self._dial(who, effect)
                case _ if who.connection and self.relay.up:
                    self._relay(who, who.connection, effect)

    def hang_up(self, who: Participant) -> None:
        connection, who.connection = who.connection, None
        if connection is None:
            return
        if connection.slot is not None and self.relay.slots.get(connection.slot) is connection:
            self.relay.slots[connection.slot] = None
        if connection.knock is not None:
            self._knock_gone(connection.knock)

    def _dial(self, who: Participant, dial: fx.Dial) -> None:
        self.hang_up(who)
        relay = self.relay
        connection = who.connection = Connection(who, dial.slot_key.public)
        if dial.admin is None and not relay.open:
            self.post(None, who, fx.Refused("no-room"))
        elif dial.admin is None:
            connection.knock = next(relay.numbers)
            relay.doors[connection.knock] = connection
            self.post(None, who, fx.Up(None))
        elif dial.fresh and relay.open:
            self.post(None, who, fx.Refused("room-open"))
        else:
            self._open(connection, dial.slot)

    def _open(self, connection: Connection, slot: int, *, again: bool = False) -> None:
        relay = self.relay
        relay.open, connection.admin, connection.slot = True, True, slot
        relay.keys |= connection.who.call.table()
        relay.slots[slot] = connection
        self.post(None, connection.who, fx.Up(slot, again))

    def admins(self) -> list[Connection]:
        return [c for c in self.relay.slots.values() if c and c.admin]

    def _knock_gone(self, knock: int) -> None:
        self.relay.doors.pop(knock, None)
        for admin in self.admins():
            self.post(None, admin.who, fx.KnockGone(knock))

    def _relay(self, who: Participant, connection: Connection, effect: object) -> None:  # noqa: C901, PLR0912
        relay = self.relay
        match effect:
            case fx.SendControl(data, to) if connection.slot is not None:
                for other in self._inside(who):
                    if to in (fx.EVERYONE, other.connection.slot):
                        self.post(who, other, fx.Control(connection.slot, data))
            case fx.Knock() if not self.admins():
                self.post(None, who, fx.Refused("no-host"))
            case fx.Knock(data):
                for admin in self.admins():
                    self.post(who, admin.who, fx.Knocked(connection.knock, connection.slot_pk, data))
            case fx.BecomeHost(_, slot):
                self._open(connection, slot, again=True)
            case _ if not connection.admin:
                return
            case fx.AnswerKnock(knock, data) if knock in relay.doors:
                self.post(who, relay.doors[knock].who, fx.Answered(data))
            case fx.AdmitKnock(knock, slot) if knock in relay.doors:
                self.admit(relay.doors.pop(knock), slot)
            case fx.RefuseKnock(knock) if knock in relay.doors:
                self.post(who, relay.doors.pop(knock).who, fx.Refused("refused"))
            case fx.Evict(slot) if relay.obeys_evictions:
                self.evict(slot)
            case fx.CloseRoom():
                for other in self._inside(who):
                    self.post(who, other, fx.Refused("ended"))
                relay.open, relay.slots = False, {}

    def admit(self, connection: Connection, slot: int) -> None:
        """Give a connection a slot: the honest relay does so for an admin only."""
        self.relay.slots[slot], self.relay.keys[slot] = connection, connection.slot_pk
        connection.slot, connection.knock = slot, None
        self.post(None, connection.who, fx.Up(slot))

    def evict(self, slot: int) -> None:
        connection = self.relay.slots.pop(slot, None)
        self.relay.keys.pop(slot, None)
        if connection:
            self.post(None, connection.who, fx.Refused("removed"))

    def crash_relay(self, ms: int) -> None:
        """Kill the relay for *ms*; it comes back with nothing, hosts open again, the others resume their slots."""
        relay = self.relay
        standing = [c for c in relay.slots.values() if c]
        relay.up = False
        for connection in standing:
            self.feed(connection.who, fx.Down("lost"))
        self.run(ms)
        relay.up = True
        for connection in sorted(standing, key=lambda c: not c.admin):
            if connection.who.connection is connection:
                self.post(None, connection.who, fx.Up(connection.slot, True))

    # --- short cuts of tests ---

    def gather(self, *devices: Device, **plan: object) -> list[Participant]:
        """Bring these devices into one call: the first one is the host, and lets everybody in."""
        host = self.join(devices[0], admit_certified=True)
        self.until(lambda: host.inside)
        people = [host, *(self.join(device, **plan) for device in devices[1:])]
        self.until(lambda: all(who.inside and len(who.roster.people) == len(people) for who in people))
        self.run(2_500)
        return people
