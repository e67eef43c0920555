"""A `Call` on a real link: asyncio, timers, and the events that engine and simulated colleagues listen to."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from media.errors import LinkLost, LinkRefused, MediaError, ProtocolError, TrustError
from media.events import Event
from media.keys import invite
from media.keys.sign import Signer
from media.link import Admission, Host, Link, RelayAddress, get_blob
from media.room import effects as fx
from media.room.call import Call
from media.room.ears import Ears
from media.room.ground import Ground
from media.room.shown import (
    Admitted,
    ChatLine,
    Code,
    HostAsked,
    Lobby,
    MediaFrame,
    Person,
    Phase,
    Pointed,
    Roster,
    Trouble,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from media.room.plan import JoinPlan

TICK_S = 0.1
RETRY_S = 0.5
TOLD_AGAIN = ("in-call", "reconnecting")
"""Phases that are told again when the line changes."""

log = logging.getLogger(__name__)


def now_ms() -> int:
    """Return milliseconds of the monotonic clock."""
    return time.monotonic_ns() // 1_000_000


class Session:
    """One participant of one meeting, on the running loop.

    *sign* signs with the device key a body whose use is CSL1/genesis or CSL1/join; it returns b"" to refuse.
    Events fire on the loop: `phase`, `roster`, `lobby`, `chat_line`, `pointed`, `code`, `trouble` as in `media.room.shown`; `frame` an
    opened frame; `lost` (slot, stream, frame) given up by the link; `wanted` the own video streams anybody receives;
    `key_wanted` a stream that needs a key frame.
    """

    def __init__(self, plan: JoinPlan, sign: Callable[[bytes], Awaitable[bytes]]) -> None:
        self.phase: Event[Phase] = Event()
        self.roster: Event[Roster] = Event()
        self.lobby: Event[Lobby] = Event()
        self.chat_line: Event[ChatLine] = Event()
        self.pointed: Event[Pointed] = Event()
        self.code: Event[Code] = Event()
        self.asked: Event[HostAsked] = Event()
        self.admitted: Event[Admitted] = Event()
        self.trouble: Event[Trouble] = Event()
        self.frame: Event[MediaFrame] = Event()
        self.lost: Event[tuple[int, int, int]] = Event()
        self.wanted: Event[set[int]] = Event()
        self.key_wanted: Event[int] = Event()
        self._plan, self._sign = plan, sign
        self._phase = Phase("connecting")
        self._call: Call | None = None
        self._link: Link | None = None
        self._subscribed: set[tuple[int, int]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None
        self._tries = 0
        self._left = asyncio.Event()
        self.address = RelayAddress(
            plan.relay_host, plan.relay_port, plan.relay_pin, plan.relay_ca, plan.force_tls
        )

    # --- life ---

    async def start(self) -> None:
        """Begin to join; returns at once, `phase` tells the rest."""
        self.phase.fire(Phase("connecting"))
        self._ticker = asyncio.create_task(self._run())

    async def leave(self, end: bool = False) -> None:
        """Leave the meeting; *end* closes it for all (host). Returns when the link is closed."""
        if self._call:
            self._feed(fx.Leave(end))
        else:
            self.phase.fire(Phase("ended", "left"))
        self._left.set()
        if self._ticker:
            self._ticker.cancel()
            await asyncio.wait({self._ticker})
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=3)

    async def _run(self) -> None:
        ground = await self._ground()
        if ground is None:
            return
        self._call = Call(ground)
        self._feed(fx.Start())
        while not self._call.ended:
            await asyncio.sleep(TICK_S)
            self._feed(fx.Tick())
            if self._phase.phase in TOLD_AGAIN and self._phase != self._now(self._phase):
                self._one(self._phase)

    async def _ground(self) -> Ground | None:
        """Fetch and judge the invitation; None after telling why not."""
        plan, cut_off = self._plan, Phase("connecting", "unreachable")
        while True:
            try:
                blob = await get_blob(self.address, plan.tag)
                return Ground.of(plan, *invite.open_blob(plan.secret, plan.tag, plan.invite_hash, blob))
            except LinkLost:
                if self._phase != cut_off:
                    self._phase = cut_off
                    self.phase.fire(cut_off)
                await asyncio.sleep(RETRY_S)
            except (LinkRefused, TrustError) as error:
                self.phase.fire(Phase("ended", error.code))
                return None
            except ProtocolError:
                self.phase.fire(Phase("ended", "link-unknown"))
                return None

    # --- what is known ---

    @property
    def slot(self) -> int | None:
        """The own slot in the call, None outside."""
        return self._call.slot if self._call else None

    @property
    def rekeys(self) -> int:
        """How many times the own sender key changed since the join."""
        return self._call.rekeys if self._call else 0

    @property
    def transport(self) -> str:
        """One of "udp", "tls" or "" while down."""
        return self._link.transport if self._link else ""

    @property
    def rtt_ms(self) -> float:
        """Round trip to the relay; 0 while unknown."""
        return self._link.rtt_ms if self._link else 0.0

    def people(self) -> list[Person]:
        """Return the members, in order of slot."""
        return self._call.people(now_ms()) if self._call else []

    # --- what the user does ---

    def send(self, stream: int, flags: int, payload: bytes) -> None:
        """Seal and send a media frame; dropped outside a call."""
        sealed = self._call.seal(stream, flags, payload) if self._call and not self._call.ended else None
        if sealed and self._link:
            self._link.send_frame(stream, flags, *sealed)

    def subscribe(self, wanted: set[tuple[int, int]]) -> None:
        """Receive these (slot, stream) video streams and no others."""
        self._subscribed = set(wanted)
        if self._call:
            self._call.expect(now_ms(), self._subscribed)
        if self._link and self._link.slot is not None:
            self._link.subscribe(self._subscribed)

    def request_key(self, slot: int, stream: int) -> None:
        """Ask for a key frame."""
        if self._link:
            self._link.request_key(slot, stream)

    def admit(self, knock: int) -> None:
        """Let a waiting person in (host)."""
        self._feed(fx.Admit(knock))

    def refuse(self, knock: int) -> None:
        """Turn a waiting person away (host)."""
        self._feed(fx.Refuse(knock))

    def remove(self, member: bytes) -> None:
        """Remove a member at once (host)."""
        self._feed(fx.Remove(member))

    def handover(self, member: bytes) -> None:
        """Give the pen to a certified member (host)."""
        self._feed(fx.Handover(member))

    def lock(self, locked: bool) -> None:
        """Accept no more newcomers, or again (host)."""
        self._feed(fx.Lock(locked))

    def rekey(self) -> None:
        """Draw every key anew (host): at each case of a RCP."""
        self._feed(fx.Rekey())

    def chat(self, text: str) -> None:
        """Say *text* to all."""
        self._feed(fx.Say(text))

    def point(self, sharer: int, x: int, y: int) -> None:
        """Point at a place of what *sharer* shares; 0xFFFF is its whole width or height."""
        self._feed(fx.Point(sharer, x, y))

    def ask_code(self) -> None:
        """Begin a round of the call code."""
        self._feed(fx.AskCode())

    def set_state(self, bits: int) -> None:
        """Tell the others: 1 microphone, 2 camera, 4 screen."""
        self._feed(fx.SetState(bits))

    def raise_hand(self, raised: bool) -> None:
        """Raise or lower the own hand."""
        self._feed(fx.RaiseHand(raised))

    def ask_mute(self, member: bytes = b"") -> None:
        """Ask a member, all others where empty, to switch the microphone off (host)."""
        self._feed(fx.AskMute(member))

    def give_floor(self, member: bytes) -> None:
        """Take the raised hand of a member down: it is its turn (host)."""
        self._feed(fx.GiveFloor(member))

    # --- between call and link ---

    def _now(self, phase: Phase) -> Phase:
        """Return *phase* with how the line stands: over what, or at which attempt to have it again."""
        again = phase.phase == "reconnecting"
        tries = self._tries + (self._link.tries if self._link else 0) if again else 0
        return replace(phase, transport=self.transport, attempt=tries)

    def _feed(self, event: fx.CallEvent) -> None:
        call = self._call
        if call is None or call.ended:
            return
        try:
            effects = call.feed(now_ms(), event)
        except MediaError as error:
            self._fail(call, error)
        else:
            self._do(effects)

    def _fail(self, call: Call, error: MediaError) -> None:
        """Stop where going on would be guessing: no frame leaves, and it is said."""
        log.error("a call ends: %s", type(error).__name__)
        call.ended = True
        self._hang_up()
        self._one(Phase("ended", "internal"))

    def _do(self, effects: list[fx.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, MediaFrame):
                self.frame.fire(effect)
            else:
                self._one(effect)

    def _one(self, effect: fx.Effect) -> None:  # noqa: C901, PLR0912 -- one line an effect
        link = self._link
        match effect:
            case Phase():
                self._tries = self._tries if effect.phase == "reconnecting" else 0
                self._phase = self._now(effect)
                self.phase.fire(self._phase)
            case Roster():
                self.roster.fire(effect)
            case Lobby():
                self.lobby.fire(effect)
            case ChatLine():
                self.chat_line.fire(effect)
            case Pointed():
                self.pointed.fire(effect)
            case Code():
                self.code.fire(effect)
            case HostAsked():
                self.asked.fire(effect)
            case Admitted():
                self.admitted.fire(effect)
            case Trouble():
                self.trouble.fire(effect)
            case MediaFrame():
                self.frame.fire(effect)
            case fx.Sign(request, body):
                self._spawn(self._signed(request, body))
            case fx.Dial():
                self._dial(effect)
            case fx.HangUp():
                self._hang_up()
            case _ if link is None:
                return
            case fx.SendControl(data, to):
                link.send_control(data, to)
            case fx.Knock(data):
                link.knock(data)
            case fx.AnswerKnock(knock, data):
                link.answer(knock, data)
            case fx.AdmitKnock(knock, slot):
                link.admit(knock, slot)
            case fx.RefuseKnock(knock):
                link.refuse(knock)
            case fx.Evict(slot):
                link.evict(slot)
            case fx.CloseRoom():
                link.close_room()
            case fx.BecomeHost(admin, slot):
                link.become_host(self._host(admin, slot, fresh=False))
            case _:
                assert_never(effect)

    async def _signed(self, request: int, body: bytes) -> None:
        self._feed(fx.Signed(request, await self._sign(body)))

    def _spawn(self, coroutine: Awaitable[None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _dial(self, dial: fx.Dial) -> None:
        self._hang_up()
        assert self._call is not None
        room = self._call.door
        host = self._host(dial.admin, dial.slot, fresh=dial.fresh) if dial.admin else None
        admission = Admission(room.public, room.sign, dial.slot_key.public, dial.slot_key.sign, host)
        handler = Ears(self)
        self._link = handler.link = Link(self.address, admission, handler)
        self._spawn(self._link.start())

    def _host(self, admin: Signer, slot: int, *, fresh: bool) -> Host:
        relay = Signer(self._plan.relay_key)
        return Host(admin.public, admin.sign, relay.public, relay.sign, slot, self._table, fresh)

    def _table(self) -> dict[int, bytes]:
        return self._call.table() if self._call else {}

    def _hang_up(self) -> None:
        link, self._link = self._link, None
        if link:
            self._tries += link.tries
            self._spawn(link.close())

    def heard(self, link: Link | None, event: fx.CallEvent) -> None:
        """Take what a link says, if it is the present one."""
        if link is self._link:
            if isinstance(event, fx.Up) and event.slot is not None and link and self._subscribed:
                link.subscribe(self._subscribed)
            self._feed(event)

    def frame_came(
        self, link: Link | None, slot: int, stream: int, flags: int, frame: int, data: bytes, arrival_us: int
    ) -> None:
        """Take a frame from the present link."""
        if self._call and link is not None and link is self._link:
            self._do(self._call.frame(now_ms(), slot, stream, flags, frame, data, arrival_us))
