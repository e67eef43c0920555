"""The meeting behind the pipe: a `Session`, its events told to the window, the device key asked for there."""

from __future__ import annotations

import asyncio
import time
from dataclasses import fields, is_dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from media.engine import messages as m
from media.patience import within
from media.room.plan import JoinPlan
from media.room.session import Session
from media.wire import VOICE

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.engine.tally import Tally
    from media.room import shown

SIGN_S = 120.0
"""A smart card wants its code typed."""


class Ears(Protocol):
    """Who takes what the meeting brings; called on the loop."""

    def on_voice(self, frame: shown.MediaFrame, now_ms: float) -> None:
        """Take a voice frame."""

    def on_video(self, frame: shown.MediaFrame, now_ms: float) -> None:
        """Take a video frame."""

    def on_lost(self, slot: int, stream: int) -> None:
        """Hear that a frame will never come."""

    def on_wanted(self, streams: set[int]) -> None:
        """Hear which own streams somebody receives."""

    def on_key_wanted(self, stream: int) -> None:
        """Hear that somebody needs a key frame."""

    def on_members(self, members: dict[int, bytes]) -> None:
        """Hear who is in the call: member ids by slot."""

    def on_in_call(self) -> None:
        """Hear that the call begins or goes on."""

    def on_ended(self) -> None:
        """Hear that the meeting is over."""


class Meeting:
    """At most one session at a time."""

    def __init__(self, say: Callable[[m.Message], None], tally: Tally, ears: Ears) -> None:
        self._say, self._tally, self._ears = say, tally, ears
        self._session: Session | None = None
        self._signing: dict[int, asyncio.Future[bytes]] = {}
        self._requests = 0
        self._subscribed: set[tuple[int, int]] = set()
        self.names: dict[int, str] = {}

    @property
    def slot(self) -> int | None:
        """The own slot, None outside a call."""
        return self._session.slot if self._session else None

    @property
    def rekeys(self) -> int:
        """How often the own key changed since the join."""
        return self._session.rekeys if self._session else 0

    @property
    def rtt_ms(self) -> float:
        """Round trip to the relay, 0 while unknown."""
        return self._session.rtt_ms if self._session else 0.0

    async def join(self, join: m.Join) -> None:
        """Enter a meeting, leaving the one before."""
        await self.leave()
        session = self._session = Session(JoinPlan.of(join), self._sign)
        for event in (
            session.roster,
            session.lobby,
            session.chat_line,
            session.pointed,
            session.code,
            session.trouble,
        ):
            event.subscribe(self._tell)
        session.asked.subscribe(self._tell)
        session.admitted.subscribe(self._tell)
        session.phase.subscribe(partial(self._phase, session))
        session.roster.subscribe(self._roster)
        session.frame.subscribe(self._frame)
        session.lost.subscribe(lambda lost: self._ears.on_lost(lost[0], lost[1]))
        session.wanted.subscribe(self._ears.on_wanted)
        session.key_wanted.subscribe(self._ears.on_key_wanted)
        session.subscribe(self._subscribed)
        await session.start()

    async def leave(self, *, end: bool = False) -> None:
        """Leave, if there is a meeting; *end* closes it for all."""
        session, self._session = self._session, None
        if session:
            await session.leave(end)

    def signed(self, answer: m.Signed) -> None:
        """Take the window's answer to a `SignPlease`."""
        waiting = self._signing.pop(answer.request, None)
        if waiting and not waiting.done():
            waiting.set_result(answer.signature)

    def act(self, message: m.ToEngine) -> None:
        """Do in the room what the user asked for."""
        session = self._session
        if session is None:
            return
        match message:
            case m.Chat(text=text):
                session.chat(text)
            case m.Point(sharer=sharer, x=x, y=y):
                session.point(sharer, x, y)
            case m.AskCode():
                session.ask_code()
            case m.RaiseHand(raised=raised):
                session.raise_hand(raised)
            case _:
                _as_host(session, message)

    # --- media ---

    def send(self, stream: int, flags: int, payload: bytes) -> None:
        """Send a frame; outside a call it is dropped."""
        if self._session and self._session.slot is not None:
            self._tally.up.add(len(payload), _now_ms())
            self._session.send(stream, flags, payload)

    def subscribe(self, wanted: set[tuple[int, int]]) -> None:
        """Receive these video streams only."""
        self._subscribed = wanted
        if self._session:
            self._session.subscribe(wanted)

    def request_key(self, slot: int, stream: int) -> None:
        """Ask for a key frame."""
        if self._session:
            self._session.request_key(slot, stream)

    def set_state(self, bits: int) -> None:
        """Tell the others what is on."""
        if self._session:
            self._session.set_state(bits)

    # --- what the session says ---

    def _tell(self, said: Any) -> None:
        self._say(_translated(said))

    def _phase(self, session: Session, phase: shown.Phase) -> None:
        self._tell(phase)
        if phase.phase == "in-call":
            self._ears.on_in_call()
        elif phase.phase == "ended":
            self._session = None if self._session is session else self._session
            self._ears.on_ended()

    def _roster(self, roster: shown.Roster) -> None:
        self.names.update((person.slot, person.name) for person in roster.people)
        self._ears.on_members({person.slot: person.member for person in roster.people})

    def _frame(self, frame: shown.MediaFrame) -> None:
        now_ms = _now_ms()
        self._tally.received(frame.slot, frame.stream, len(frame.payload), now_ms)
        if frame.stream == VOICE:
            self._ears.on_voice(frame, now_ms)
        else:
            self._ears.on_video(frame, now_ms)

    async def _sign(self, body: bytes) -> bytes:
        self._requests += 1
        request = self._requests
        waiting = self._signing[request] = asyncio.get_running_loop().create_future()
        self._say(m.SignPlease(request=request, body=body))
        try:
            return await within(SIGN_S, waiting)
        except TimeoutError:
            return b""
        finally:
            self._signing.pop(request, None)


def _as_host(session: Session, message: m.ToEngine) -> None:
    match message:
        case m.Admit(knock=knock):
            session.admit(knock)
        case m.Refuse(knock=knock):
            session.refuse(knock)
        case m.Remove(member=member):
            session.remove(member)
        case m.Handover(member=member):
            session.handover(member)
        case m.LockRoom(locked=locked):
            session.lock(locked)
        case m.AskMute(member=member):
            session.ask_mute(member)
        case m.GiveFloor(member=member):
            session.give_floor(member)
        case _:
            raise AssertionError(type(message).__name__)


def _now_ms() -> float:
    return time.monotonic() * 1000


def _translated(said: Any) -> Any:
    """Return the pipe's message for a record of `media.room.shown`: same name, same fields."""
    if isinstance(said, list):
        return [_translated(one) for one in said]
    if is_dataclass(said):
        kind = getattr(m, type(said).__name__)
        return kind(**{one.name: _translated(getattr(said, one.name)) for one in fields(said)})
    return said
