"""`Call`: one participant's way through a meeting, from the door to the end. No I/O: events in, effects out, time passed in.

connecting -> (open the room | stand at the door) -> in the call -> ended; whoever loses the host, a link or its sleep goes
back to the door with fresh keys (docs/protocol.md §5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.errors import ProtocolError, TrustError
from media.keys.sign import Signer, signed
from media.room import effects as fx
from media.room.knocker import ANSWER, REFUSED, WELCOME, Entry, Knocker
from media.room.lobby import refusal_reason
from media.room.meeting import Meeting
from media.room.memory import Memory
from media.room.opening import Opening
from media.room.people import Troubles
from media.room.shown import Phase

if TYPE_CHECKING:
    from media.room.ground import Ground
    from media.room.shown import Person

LOOK_MS = 1_500
"""How long a successor listens at the door before it opens."""
ALONE_MS = 14_000
"""How long a host listens where the room stands open but nobody answers: longer than a successor needs."""
RANK_MS = 4_000
REDIAL_MS = 1_000
ADMIT_MS = 5_000
"""How long the relay may take to let in whom the host welcomed."""
SLEPT_MS = 10_000
NO_ROOM, ROOM_OPEN = "no-room", "room-open"
LATER = frozenset({NO_ROOM, "no-host", "busy", "full"})
"""Refusals of the relay after which one knocks again."""
FINAL = frozenset({"removed", "ended"})


class Call:
    """The whole of one participant; `feed` everything, do what it returns."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._out: list[fx.Effect] = []
        self._memory = Memory.fresh(ground)
        self._knocker: Knocker | None = None
        self._opening: Opening | None = None
        self._entry: Entry | None = None
        self._meeting: Meeting | None = None
        self._troubles = Troubles()
        self._door_ms = self._last_ms = self._entry_ms = 0
        self._at_door = self._no_room = self._cut = False
        self._redial_ms: int | None = None
        self._request = 0
        self._phase = Phase("connecting")
        self._expected: set[tuple[int, int]] = set()
        self._bits, self._hand, self._turn = 0, bool(ground.plan.turn), ground.plan.turn
        self.ended = False

    # --- what is known ---

    @property
    def door(self) -> Signer:
        """The key of the relay room of this date."""
        return self._ground.room.signer

    @property
    def slot(self) -> int | None:
        """The own slot, None outside a call."""
        return self._meeting.slot if self._meeting else None

    @property
    def rekeys(self) -> int:
        """How often the own sender key changed since the join."""
        return self._meeting.own.rekeys if self._meeting else 0

    def people(self, now_ms: int) -> list[Person]:
        """Return the members, by slot."""
        return self._meeting.people(now_ms) if self._meeting else []

    def table(self) -> dict[int, bytes]:
        """Slot -> slot_pk, for a host that opens the relay room (again)."""
        if self._meeting:
            return self._meeting.table()
        return {self._opening.slot: self._opening.keys.slot.public} if self._opening else {}

    # --- media, without detours ---

    def seal(self, stream: int, flags: int, payload: bytes) -> tuple[int, bytes] | None:
        """Return frame number and sealed bytes of a media frame; None where nothing may be sent."""
        return self._meeting.seal(stream, flags, payload) if self._meeting else None

    def frame(
        self, now_ms: int, slot: int, stream: int, flags: int, frame: int, data: bytes, arrival_us: int
    ) -> list[fx.Effect]:
        """Open a media frame from the relay; usually returns one `MediaFrame`."""
        meeting = self._meeting
        if meeting is None:
            return []
        meeting.frame(now_ms, slot, stream, flags, frame, data, arrival_us)
        out, meeting.out = meeting.out, []
        return out

    def expect(self, now_ms: int, wanted: set[tuple[int, int]]) -> None:
        """Remember the video streams that we subscribe to."""
        self._expected = wanted
        if self._meeting:
            self._meeting.expect(now_ms, wanted)

    # --- everything else ---

    def feed(self, now_ms: int, event: fx.CallEvent) -> list[fx.Effect]:
        """Take *event*; return what to do, in order."""
        if not self.ended:
            self._event(now_ms, event)
            self._settle(now_ms)
        out, self._out = self._out, []
        return out

    def _event(self, now_ms: int, event: fx.CallEvent) -> None:  # noqa: C901 -- one line each
        match event:
            case fx.Start():
                self._start(now_ms)
            case fx.Tick():
                self._tick(now_ms)
            case fx.Up(slot, reconnected):
                self._up(now_ms, slot, reconnected=reconnected)
            case fx.Down(reason):
                self._down()
                self._say_phase(
                    "reconnecting" if self._meeting or self._memory.devices else "connecting", reason
                )
            case fx.Refused(code):
                self._refused(now_ms, code)
            case fx.Answered(data):
                self._answered(now_ms, data)
            case fx.Signed(request, signature):
                self._signed(now_ms, request, signature)
            case fx.Leave(end):
                self._leave(now_ms, end=end)
            case fx.SetState() | fx.RaiseHand():
                self._keep_state(now_ms, event)
            case _ if self._meeting:
                self._meeting.take(now_ms, event)

    def _keep_state(self, now_ms: int, event: fx.SetState | fx.RaiseHand) -> None:
        """Keep what the user switched on: the next life in the call says it again."""
        if isinstance(event, fx.SetState):
            self._bits = event.bits
        else:
            self._hand = event.raised
            self._turn = self._turn if event.raised else 0
        if self._meeting:
            self._tell_state(now_ms, self._meeting)

    def _tell_state(self, now_ms: int, meeting: Meeting) -> None:
        meeting.set_bits(now_ms, self._bits)
        meeting.raise_hand(now_ms, up=self._hand, turn=self._turn)

    def _settle(self, now_ms: int) -> None:
        """Collect what the meeting wants done, and leave it where it ended."""
        meeting = self._meeting
        if meeting is None:
            return
        self._out += meeting.out
        meeting.out = []
        self._hand, self._turn = meeting.hand
        if meeting.outcome is None:
            if self._phase.phase == "in-call" and self._phase.is_host != meeting.is_host:
                self._say_phase("in-call")
            return
        kind, reason = meeting.outcome
        self._meeting = None
        if kind == "ended":
            self._finish(reason)
            return
        self._memory.keep(self._ground, meeting, lost=kind == "lost")
        self._go_to_door(now_ms, reason)

    def _say_phase(self, phase: str, reason: str = "") -> None:
        host = bool(self._meeting and self._meeting.is_host)
        said = Phase(phase, reason, host, self._ground.invite.title)
        if said != self._phase:
            self._phase = said
            self._out.append(said)

    def _trouble(self, now_ms: int, code: str) -> None:
        self._out += self._troubles.tell(now_ms, code, -1, "")

    def _finish(self, reason: str) -> None:
        self._meeting = self._knocker = self._opening = None
        self.ended = True
        self._out.append(fx.HangUp())
        self._say_phase("ended", reason)

    # --- opening a call ---

    def _start(self, now_ms: int) -> None:
        self._last_ms = now_ms
        old = self._ground.trust.directory_state(self._ground.wall_s())
        if old:
            self._trouble(now_ms, "directory-old")
        if self._memory.rank(self._ground) == 0:
            self._open(now_ms, fresh=True)
        else:
            self._go_to_door(now_ms, "")

    def _may_open(self, now_ms: int) -> bool:
        rank = self._memory.rank(self._ground)
        if rank is None or self._cut or self._opening or (self._knocker and self._knocker.answered):
            return False
        if self._no_room and rank == 0 and not self._memory.devices:
            return True
        listen = LOOK_MS if self._no_room or self._memory.lost_user else ALONE_MS
        return now_ms - self._door_ms >= listen + RANK_MS * rank

    def _open(self, now_ms: int, *, fresh: bool) -> None:
        self._opening = Opening.draw(self._ground, self._memory.parent, fresh=fresh)
        self._sign(self._opening.genesis.encode())
        self._door_ms = now_ms

    def _sign(self, body: bytes) -> None:
        self._request += 1
        self._out.append(fx.Sign(self._request, body))

    def _signed(self, now_ms: int, request: int, signature: bytes) -> None:
        if request != self._request:
            return
        if not signature:
            self._finish("not-allowed")
        elif self._opening:
            opening = self._opening
            opening.obj = signed(opening.genesis.encode(), signature)
            self._knocker = None
            admin = Signer(self._memory.admin_seed)
            self._out.append(fx.Dial(opening.keys.slot, admin, opening.slot, opening.fresh))
        elif self._knocker and self._at_door:
            self._out.append(fx.Knock(self._knocker.signed(signature)))
            self._say_waiting(now_ms)

    def _opened(self, now_ms: int, opening: Opening) -> None:
        """Hold the pen: the relay let me open the room."""
        entry = opening.entry(self._ground, self._memory.admin_seed)
        self._opening = None
        self._enter(now_ms, entry)
        if self._meeting:
            self._meeting.hold_pen(self._memory.devices)
            self._meeting.back(now_ms)

    # --- the door ---

    def _go_to_door(self, now_ms: int, reason: str) -> None:
        self._opening = self._entry = None
        self._knocker = Knocker(self._ground, now_ms)
        self._door_ms, self._at_door, self._no_room, self._redial_ms = now_ms, False, False, None
        self._cut = False
        self._say_phase("reconnecting" if self._memory.devices else "connecting", reason)
        self._out.append(fx.Dial(self._knocker.slot_key))

    def _down(self) -> None:
        self._at_door, self._cut = False, True
        if self._meeting:
            self._meeting.up_ms = None

    def _up(self, now_ms: int, slot: int | None, *, reconnected: bool) -> None:
        if slot is None:
            self._door_ms = now_ms if self._cut else self._door_ms
            self._at_door, self._no_room, self._cut, self._entry = True, False, False, None
            if self._knocker:
                self._knocker.begin(now_ms)
            self._knock(now_ms)
        elif self._opening:
            self._opened(now_ms, self._opening)
        elif self._entry:
            entry, self._entry = self._entry, None
            self._enter(now_ms, entry)
        elif self._meeting and reconnected:
            self._meeting.back(now_ms)
            self._say_phase("in-call")

    def _enter(self, now_ms: int, entry: Entry) -> None:
        self._knocker, self._at_door = None, False
        self._meeting = Meeting(now_ms, self._ground, entry)
        self._meeting.expect(now_ms, self._expected)
        self._tell_state(now_ms, self._meeting)
        self._meeting.show(now_ms)
        self._say_phase("in-call")

    def _refused(self, now_ms: int, code: str) -> None:
        if self._opening:
            self._opening = None
            if code == ROOM_OPEN:
                self._go_to_door(now_ms, "")
                return
        if code in LATER and self._knocker:
            self._no_room, self._at_door, self._redial_ms = code == NO_ROOM, False, now_ms + REDIAL_MS
            reason = code if code == "full" else "no-host"
            self._say_phase("reconnecting" if self._memory.devices else "waiting", reason)
        elif self._meeting and code not in FINAL:
            self._memory.keep(self._ground, self._meeting, lost=False)
            self._meeting = None
            self._go_to_door(now_ms, code)
        else:
            self._finish(code)

    def _answered(self, now_ms: int, data: bytes) -> None:
        knocker = self._knocker
        if knocker is None or not data:
            return
        try:
            if data[0] == ANSWER:
                knocker.answer(now_ms, data)
                self._knock(now_ms)
            elif data[0] == WELCOME:
                self._entry, self._entry_ms = knocker.welcome(data), now_ms
            elif data[0] == REFUSED:
                self._finish(refusal_reason(self._ground.door_text(data)))
        except TrustError as error:
            self._trouble(now_ms, error.code if error.code.startswith("certificate") else "call-refused")
        except ProtocolError:
            self._trouble(now_ms, "control-broken")

    def _knock(self, now_ms: int) -> None:
        if self._knocker is None or not self._at_door or self._entry:
            return
        said, body = self._knocker.tick(now_ms)
        self._out += [fx.Knock(one) for one in said]
        if body:
            self._sign(body)
        self._say_waiting(now_ms)

    def _say_waiting(self, now_ms: int) -> None:
        if self._knocker is None:
            return
        silent = not self._knocker.answered and now_ms - self._door_ms > LOOK_MS
        phase = "reconnecting" if self._memory.devices else "waiting"
        self._say_phase(phase, "no-host" if silent else "")

    def _leave(self, now_ms: int, *, end: bool) -> None:
        if self._meeting:
            self._meeting.leave(now_ms, end=end)
        else:
            self._finish("left")

    # --- time ---

    def _tick(self, now_ms: int) -> None:
        slept, self._last_ms = now_ms - self._last_ms > SLEPT_MS, now_ms
        if self._meeting and slept:
            self._memory.keep(self._ground, self._meeting, lost=False)
            self._meeting = None
            self._go_to_door(now_ms, "")
        elif self._meeting:
            self._meeting.tick(now_ms)
        elif self._knocker:
            self._door_tick(now_ms)

    def _door_tick(self, now_ms: int) -> None:
        if self._entry and now_ms - self._entry_ms > ADMIT_MS:
            self._go_to_door(now_ms, "")
        elif self._may_open(now_ms):
            self._open(now_ms, fresh=self._no_room)
        elif self._redial_ms is not None and now_ms >= self._redial_ms and self._knocker:
            self._redial_ms = None
            self._out.append(fx.Dial(self._knocker.slot_key))
        else:
            self._knock(now_ms)
