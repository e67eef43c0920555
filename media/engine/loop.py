"""The engine's loop: what the window says goes to the meeting, the devices and the wall, and what happens goes back."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from media.engine import messages as m
from media.engine.chime import Chime
from media.engine.devices import Equipment
from media.engine.meeting import Meeting
from media.engine.outgoing import Outgoing
from media.engine.tally import Tally
from media.engine.voices import Voices
from media.engine.wall import OWN_SLOT, Boxes, Wall

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import av

    from media.engine.frames import Arena
    from media.room.shown import MediaFrame

FRESH_S = 1 / 60
TICK_S = 0.1
TICKS_A_SECOND = 10
log = logging.getLogger(__name__)


class Conductor:
    """One engine life, on the running loop. *say* speaks to the window and never waits."""

    def __init__(self, arena: Arena, say: Callable[[m.Message], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._say = say
        self._tally = Tally()
        self._voices = Voices(self._tally)
        self._meeting = Meeting(say, self._tally, self)
        self._out = Outgoing(self._send)
        self._freshness = Freshness(self._later, say)
        self._boxes = Boxes(arena, self._freshness.add)
        self._wall = Wall(
            self._boxes,
            self._tally,
            self._voices,
            self._meeting.subscribe,
            self._meeting.request_key,
            self._later,
        )
        self._chime = Chime(self._voices.pull)
        self._equipment = Equipment(self._out, self._chime.pull, say, self._preview, self._meeting.set_state)
        self._members: dict[int, bytes] = {}
        self._told = m.Speaking(slots=[], level=0.0)
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._ticker = self._loop.create_task(self._tick())

    # --- what the window says ---

    def hear(self, message: m.ToEngine) -> None:
        """Do what the window says; on the loop."""
        match message:
            case m.Join():
                self._begin(self._join(message))
            case m.Leave():
                self._begin(self._in_turn(self._meeting.leave(end=message.end)))
            case m.Signed():
                self._meeting.signed(message)
            case m.Tiles():
                self._wall.show(message.tiles)
            case m.Ceiling():
                self._ceiling(message)
            case m.TestSpeaker():
                self._chime.ring()
            case m.AskFigures():
                self._say(self._figures())
            case m.Microphone() | m.Speaker() | m.Camera() | m.Share() | m.ListDevices():
                self._begin(self._device(message))
            case _:
                self._meeting.act(message)

    async def close(self) -> None:
        """Leave the meeting and give everything back."""
        self._ticker.cancel()
        await self._in_turn(self._meeting.leave())
        await self._equipment.close()
        self._wall.close()

    async def _join(self, join: m.Join) -> None:
        await self._in_turn(self._meeting.join(join))
        if not self._equipment.speaker_chosen:
            await self._equipment.speaker("")

    async def _in_turn(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._turn:
            await work

    async def _device(self, message: m.ToEngine) -> None:
        match message:
            case m.Microphone(on=on, device=device):
                await self._equipment.microphone(on=on, device=device)
            case m.Speaker(device=device):
                await self._equipment.speaker(device)
            case m.Camera(on=on, device=device):
                await self._equipment.camera(on=on, device=device)
            case m.Share(kind=kind, target=target):
                await self._equipment.share(kind, target)
            case _:
                self._say(await self._equipment.list())

    def _ceiling(self, ceiling: m.Ceiling) -> None:
        self._out.up_kbps = max(0, ceiling.up_kbps)
        self._out.share_out()
        self._wall.down_kbps = max(0, ceiling.down_kbps)
        self._wall.refresh()

    def _figures(self) -> m.Figures:
        now_ms = time.monotonic() * 1000
        return m.Figures(
            streams=self._tally.figures(self._meeting.names),
            rekeys=self._meeting.rekeys,
            rtt_ms=round(self._meeting.rtt_ms, 2),
            up_kbps=self._tally.up.kbps(now_ms),
            down_kbps=self._tally.down.kbps(now_ms),
            jitter_ms=round(self._voices.jitter_ms, 1),
            sacrificed=[*(["received"] if self._wall.left_out else []), *self._out.sacrificed],
        )

    # --- what the meeting brings ---

    def on_voice(self, frame: MediaFrame, now_ms: float) -> None:
        """Hear somebody."""
        self._voices.put(frame, now_ms)

    def on_video(self, frame: MediaFrame, now_ms: float) -> None:
        """See somebody."""
        self._wall.frame(frame, now_ms)

    def on_lost(self, slot: int, stream: int) -> None:
        """Count a frame that will never come."""
        self._wall.lost(slot, stream)

    def on_wanted(self, streams: set[int]) -> None:
        """Encode what is received by somebody."""
        self._out.want(streams)

    def on_key_wanted(self, stream: int) -> None:
        """Give a newcomer a start."""
        self._out.want_key(stream)

    def on_members(self, members: dict[int, bytes]) -> None:
        """Forget the decoders and voices of those who left: a slot may be somebody else's in a new call."""
        gone = {slot for slot, member in self._members.items() if members.get(slot) != member}
        self._members = members
        if gone:
            self._voices.forget(gone)
            self._wall.forget(gone)

    def on_in_call(self) -> None:
        """Tell the others what is on."""
        self._meeting.set_state(self._equipment.state)

    def on_ended(self) -> None:
        """Look and listen no more: nobody shall wonder why the camera's light is still on."""
        self._begin(self._equipment.rest())

    # --- from the devices' threads ---

    def _send(self, stream: int, flags: int, payload: bytes) -> None:
        self._later(self._meeting.send, stream, flags, payload)

    def _preview(self, stream: int, frame: av.VideoFrame) -> None:
        self._boxes.paint((OWN_SLOT, stream), frame)

    def _later(self, call: Callable[..., object], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    # --- time ---

    async def _tick(self) -> None:
        for turn in range(1 << 62):
            await asyncio.sleep(TICK_S)
            self._tell_speaking()
            if turn % TICKS_A_SECOND == 0:
                self._equipment.watch()
                self._wall.refresh()

    def _tell_speaking(self) -> None:
        loud = self._voices.speaking(time.monotonic() * 1000)
        own, slot = self._out.voice, self._meeting.slot
        if own.active and slot is not None:
            loud.append((slot, own.level))
        loud.sort(key=lambda one: -one[1])
        told = m.Speaking(slots=[slot for slot, _ in loud], level=round(own.level, 3))
        if told != self._told:
            self._told = told
            self._say(told)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            # the type only: a text may hold a path, and a path a patient's name
            log.error("the engine could not do what was asked: %s", type(task.exception()).__name__)


class Freshness:
    """Collects boxes with new pictures and tells the window of them at most 60 times a second."""

    def __init__(self, later: Callable[..., None], say: Callable[[m.Message], None]) -> None:
        self._later, self._say = later, say
        self._lock = threading.Lock()
        self._boxes: set[int] = set()
        self._told_s = 0.0

    def add(self, index: int) -> None:
        """Note a new picture; on any thread."""
        with self._lock:
            first = not self._boxes
            self._boxes.add(index)
        if first:
            self._later(self._plan)

    def _plan(self) -> None:
        wait_s = self._told_s + FRESH_S - time.monotonic()
        if wait_s > 0:
            asyncio.get_running_loop().call_later(wait_s, self._tell)
        else:
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            boxes, self._boxes = sorted(self._boxes), set()
        self._told_s = time.monotonic()
        self._say(m.Fresh(boxes=boxes))
