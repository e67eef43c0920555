"""What a member says in a call (docs/protocol.md §5-§7), and all that it knows. No I/O; time is passed in."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from media import wire
from media.errors import TrustError
from media.keys import frames
from media.room import controls as say
from media.room import effects as fx
from media.room.callcode import CodeRounds
from media.room.liveness import BEAT_MS, Pulse, Receipts
from media.room.messages import digest
from media.room.people import Hands, Strangers, Troubles, Turns, person, turn_of
from media.room.rivals import Rivals, here
from media.room.senderkeys import OwnKey, PeerKey, Step, key_info
from media.room.shown import ChatLine, Code, HostAsked, Person
from media.room.shown import Lobby as LobbyShown
from media.room.shown import Roster as RosterShown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from media.room.callcode import Step as CodeStep
    from media.room.ground import Ground
    from media.room.knocker import Entry
    from media.room.pen import Pen
    from media.room.roster import Seat

ASK_MS = 500
MAX_ASKS = 10
"""Answers to one member's questions a second."""
HEARD_MS = BEAT_MS + 300
"""Within this time of a join everybody has said a beat."""
MAX_ORDERS = 4
"""What the host may ask for in a second: a flood would leave nobody the word."""
POINT_MS, MAX_POINTS = 50, 25
"""How often a pointer moves at most: what I send, and how many of one member's moves a second I take."""
FRAME_HEAD = LETTER_HEAD = Struct("!BBI")
"""What precedes a frame (kind, flags, number) and a letter (kind, kind of letter, n) of stream 0."""


class Outcome(NamedTuple):
    """How it ended: "ended", "rejoin", or "lost" (the host is); and the reason that is shown."""

    kind: str
    reason: str


class Speaker:
    """One life of one member in one call: its state, and its voice. `out` is what the caller shall do."""

    def __init__(self, now_ms: int, ground: Ground, entry: Entry) -> None:
        self._ground, self.standing, self.keys = ground, entry.standing, entry.keys
        self.roster = entry.roster
        self.call, self.m = entry.standing.call, digest(entry.obj)
        seat = self.roster.find(self.m)
        if seat is None:
            raise TrustError("ghost", "a roster without me")
        self.slot = seat.slot
        self.out: list[fx.Effect] = []
        self.outcome: Outcome | None = None
        self.pen: Pen | None = None
        self.admin_seed = entry.admin_seed
        self._sealer = frames.Sealer(self.call, self.m, self.keys.cs)
        self.own = OwnKey(self.call, self._sealer)
        self._first_n, self._entered_ms = self.roster.n, now_ms
        self._steps = {self.roster.n: Step(self.roster.n, self.roster.link_hash, fresh=True)}
        self._peers: dict[int, PeerKey] = {}
        self._pulse = Pulse()
        self._receipts = Receipts()
        self._code = CodeRounds(self.call, self.slot, self.m)
        self._hands = Hands()
        self._raise_ms: int | None = None
        self._strangers = Strangers()
        self._troubles = Troubles()
        self._rivals = Rivals(ground)
        self._letters: list[tuple[int, int, int, bytes]] = []
        self._wanted: set[bytes] = set()
        self._asked_ms: dict[int, int] = {}
        self._asks = Turns(MAX_ASKS)
        self._orders = Turns(MAX_ORDERS)
        self._points = Turns(MAX_POINTS)
        self._pointed_ms: int | None = None
        self._vouched_ms: dict[int, int] = {}
        self._gone_ms: dict[int, int] = {}
        self._met_ms: dict[int, int] = {}
        self._sent: dict[int, int] = {}
        self._unsaid: list[say.Control] = []
        self._next_beat_ms = self._next_show_ms = now_ms
        self.up_ms: int | None = now_ms
        self._ack_ms: int | None = None
        self._link_ms = now_ms
        self._ahead_ms: int | None = None
        self._shown: RosterShown | None = None

    # --- what is known ---

    @property
    def is_host(self) -> bool:
        """Whether I hold the pen."""
        return self.roster.host == self.m

    @property
    def at(self) -> tuple[int, bytes]:
        """Number and hash of the newest link."""
        return self.roster.n, self.roster.link_hash

    def people(self, now_ms: int) -> list[Person]:
        """Return all members as shown, by slot."""
        keys = {slot: seat.verdict.ed25519_pk for slot, seat in self.roster.seats.items() if seat.verdict}
        order = self._hands.order(keys)
        return [
            person(
                seat,
                self._hands.get(slot),
                order.get(slot, 0),
                live=slot == self.slot or self._pulse.live(slot, now_ms),
                host=seat.m == self.roster.host,
                me=slot == self.slot,
            )
            for slot, seat in sorted(self.roster.seats.items())
        ]

    def _name(self, slot: int) -> str:
        seat = self.roster.seats.get(slot)
        return seat.verdict.name if seat and seat.verdict else ""

    def _others(self) -> list[Seat]:
        return [seat for seat in self.roster.seats.values() if seat.known and seat.slot != self.slot]

    def table(self) -> dict[int, bytes]:
        """Slot -> slot_pk of all whose keys are known: what the relay is told when the room opens again."""
        return {slot: seat.slot_pk for slot, seat in self.roster.seats.items() if seat.known}

    def _trouble(self, now_ms: int, code: str, slot: int = -1) -> None:
        self.out += self._troubles.tell(now_ms, code, slot, self._name(slot))

    def _end(self, kind: str, reason: str) -> None:
        if self.outcome is None:
            self.outcome = Outcome(kind, reason)

    def show(self, now_ms: int) -> None:
        """Show the roster when it looks different from before."""
        shown = RosterShown(self.roster.n, self.people(now_ms), self.roster.locked)
        if shown != self._shown:
            self._shown = shown
            self.out.append(shown)

    def show_lobby(self) -> None:
        """Show who waits (host)."""
        if self.pen:
            self.out.append(LobbyShown(self.pen.lobby.shown()))

    # --- saying ---

    def tell(self, control: say.Control, to: int = fx.EVERYONE) -> None:
        """Seal a control message and send it."""
        self._say_payload(control.encode(), to)

    def tell_all(self, control: say.Control) -> None:
        """Say what newcomers must hear too: after the switch to the key that they have."""
        if self.own.switching:
            self._unsaid.append(control)
        else:
            self.tell(control)

    def say_held(self) -> None:
        """Say what waited for the switch."""
        if self._unsaid and not self.own.switching:
            unsaid, self._unsaid = self._unsaid, []
            for control in unsaid:
                self.tell(control)

    def _say_payload(self, payload: bytes, to: int = fx.EVERYONE) -> None:
        frame, data = self._sealer.seal(wire.CONTROL, 0, payload)
        self.out.append(fx.SendControl(FRAME_HEAD.pack(say.FRAME, 0, frame) + data, to))

    def seal(self, stream: int, flags: int, payload: bytes) -> tuple[int, bytes]:
        """Seal a media frame; beats will say that it was sent (voice: where the flag says speech)."""
        frame, data = self._sealer.seal(stream, flags, payload)
        if stream != wire.VOICE or flags & wire.FLAG_VOICE:
            self._sent[stream] = frame
        return frame, data

    def _letter(self, kind: int, seat: Seat, text: bytes) -> None:
        info: list[object] = [say.LETTERS[kind], self.call, self.m, seat.m]
        n = 0
        if kind == say.KEY and self.own.step:
            n, info = self.own.step.n, key_info(self.call, self.own.step, self.m, seat.m)
        box = say.seal_letter(self.keys.cs, seat.kx_pk, info, text)
        self.out.append(fx.SendControl(LETTER_HEAD.pack(say.LETTER, kind, n) + box, seat.slot))

    def _ask(self, now_ms: int, seat: Seat, ask: say.Ask) -> None:
        if seat.known and now_ms - self._asked_ms.get(seat.slot, -ASK_MS) >= ASK_MS:
            self._asked_ms[seat.slot] = now_ms
            self._letter(say.ASK, seat, ask.encode())

    def _say_beat(self, now_ms: int) -> None:
        self._next_beat_ms = now_ms + BEAT_MS
        counter, heard = self._pulse.beat(now_ms)
        rows = say.pack_rows(say.HEARD, heard), say.pack_rows(say.SENT, sorted(self._sent.items()))
        self.tell(say.Beat(*self.at, counter, *rows, self._hands.get(self.slot)))
        if self.pen:
            self.out.append(fx.SendControl(bytes((say.DOOR,)) + here(self._ground, self.call)))

    def back(self, now_ms: int) -> None:
        """Go on after the link was lost: say a beat at the next tick."""
        self.up_ms, self._next_beat_ms = now_ms, now_ms

    # --- what the user does ---

    def chat(self, text: str) -> None:
        """Say a line to all; it is shown here too."""
        self.tell_all(say.Chat(text))
        self.out.append(ChatLine(self.slot, self._name(self.slot), text, self._ground.wall_s() * 1000))

    def point(self, now_ms: int, point: say.Point) -> None:
        """Point at something that is shared; moves that come too soon are left out."""
        if self._pointed_ms is None or now_ms - self._pointed_ms >= POINT_MS:
            self._pointed_ms = now_ms
            self.tell(point)

    def ask_code(self, now_ms: int) -> None:
        """Begin a round of the call code."""
        self._say_code(self._code.ask(now_ms, *self.at, self.roster.members()))

    def _say_code(self, steps: Iterable[CodeStep]) -> None:
        for step in steps:
            if isinstance(step, Code):
                self.out.append(step)
            else:
                self.tell_all(step)

    def set_state(self, now_ms: int, state: int) -> None:
        """Tell the others the own state at once."""
        if self._hands.set(self.slot, state):
            self._say_beat(now_ms)
            self.show(now_ms)

    def set_bits(self, now_ms: int, bits: int) -> None:
        """Microphone, camera, screen."""
        self.set_state(now_ms, self._hands.get(self.slot) & ~7 | bits & 7)

    @property
    def hand(self) -> tuple[bool, int]:
        """Whether the own hand is up or about to be, and its turn: 0 where it has none."""
        turn = turn_of(self._hands.get(self.slot))
        return bool(turn) or self._raise_ms is not None, turn

    def raise_hand(self, now_ms: int, *, up: bool, turn: int = 0) -> None:
        """Lower the own hand, or raise it: as *turn* where it was up before, after all others where that is 0.

        A newcomer waits for everybody's first beat: it cannot stand behind hands that it has not heard of.
        """
        heard_ms, alone = self._entered_ms + HEARD_MS, len(self.roster.seats) == 1
        wait = up and not (turn or self.hand[1] or alone) and now_ms < heard_ms
        self._raise_ms = heard_ms if wait else None
        if wait:
            return
        self.set_state(now_ms, self._hands.raised(self.slot, up=up, turn=turn))

    def give(self, now_ms: int, order: say.Floor, host: str) -> None:
        """Take a hand down; where it is mine, *host* gave me the floor, and all hear that I know."""
        if not self._hands.give(order.slot, order.turn):
            return
        if order.slot == self.slot:
            self._hands.set(self.slot, self._hands.get(self.slot))
            self._say_beat(now_ms)
            self.out += [HostAsked("floor", host)] if host else []
        self.show(now_ms)

    def expect(self, now_ms: int, wanted: set[tuple[int, int]]) -> None:
        """Remember the video that we subscribe to."""
        self._receipts.expect(wanted, now_ms)
