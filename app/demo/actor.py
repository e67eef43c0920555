"""One simulated colleague: a whole participant with its own keys, who sends clips encoded beforehand."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.demo import clips, schedule
from app.demo.orders import CodeShown, Counted, Entered, Failed, Order, Sees
from app.demo.tally import Tally
from media import wire
from media.keys.invite import Link
from media.keys.sign import Signer
from media.room.plan import JoinPlan
from media.room.session import Session
from resources.demo.people import person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from app.demo.orders import Cast, Meeting, Part, Scene
    from media.room.shown import Code, MediaFrame, Person, Phase, Roster, Trouble

MICROPHONE, CAMERA, SCREEN = 1, 2, 4
"""State bits of a beat."""
LATE_S = 0.5


def now_us() -> int:
    """Return the capture clock: Unix microseconds."""
    return time.time_ns() // 1000


class Actor:
    """Joins, sends thumbnail, camera, screen and voice as wanted, receives everybody, and tells how it goes."""

    def __init__(self, part: Part, cast: Cast, tell: Callable[[Order], None]) -> None:
        self.name = person(part.key).name
        self._part, self._tell = part, tell
        self._folder = Path(cast.clips)
        self._signer = Signer(part.device_seed)
        self._session = session = Session(_plan(part, cast.meeting), self._sign)
        self._tally = Tally()
        self._wanted: set[int] = set()
        self._keys_wanted: set[int] = set()
        self._speaking = False
        self._sharing = False
        self._others = -1
        self._subscribed: set[tuple[int, int]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        session.phase.subscribe(self._on_phase)
        session.roster.subscribe(self._on_roster)
        session.code.subscribe(self._on_code)
        session.trouble.subscribe(self._on_trouble)
        session.frame.subscribe(self._on_frame)
        session.wanted.subscribe(self._on_wanted)
        session.key_wanted.subscribe(self._keys_wanted.add)

    # --- life ---

    async def enter(self) -> None:
        """Begin to join and to send."""
        await self._session.start()
        self._play(wire.THUMBNAIL, self._part.thumbnail)
        if self._part.filmed:
            self._play(wire.CAMERA, f"{self._part.key}.camera")

    def _play(self, stream: int, name: str) -> None:
        reel = clips.load(self._folder / name, clips.Reel)
        self._start(self._film(stream, reel.listening, reel.speaking))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    def scene(self, scene: Scene) -> None:
        """Play the scene: speak when it is one's turn, share if that is the part, count what comes."""
        speech = clips.load(self._folder / f"{self._part.key}.voice", clips.Speech)
        self._start(self._speak(speech, scene))
        self._start(self._count(scene))
        if self._part.shares:
            self._start(self._share(scene))

    async def _count(self, scene: Scene) -> None:
        await _until(scene.start_us)
        self._tally.open()
        if scene.seconds:
            await _until(scene.start_us + int(scene.seconds * 1e6))
            self._tally.close()

    def ask_code(self) -> None:
        """Begin a round of the call code, as the host."""
        if self._part.host:
            self._session.ask_code()

    def next_case(self) -> None:
        """Draw every key anew, as the host."""
        if self._part.host:
            self._session.rekey()

    def count(self) -> None:
        """Tell what was received."""
        names = {one.slot: one.name for one in self._session.people()}
        self._tell(Counted(name=self.name, streams=self._tally.counts(names), rekeys=self._session.rekeys))

    async def leave(self) -> None:
        """Stop sending and leave; the host ends the meeting."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.leave(end=self._part.host)

    # --- what the room says ---

    async def _sign(self, body: bytes) -> bytes:
        return self._signer.sign(body)

    def _on_phase(self, phase: Phase) -> None:
        if phase.phase == "in-call" and self._session.slot is not None:
            asyncio.get_running_loop().call_soon(self._session.set_state, self._state())
            self._tell(Entered(name=self.name, slot=self._session.slot))
        elif phase.phase == "ended" and phase.reason not in ("left", "ended"):
            self._tell(Failed(name=self.name, code=phase.reason))

    def _on_roster(self, roster: Roster) -> None:
        others = [one for one in roster.people if not one.me]
        live = sum(one.live for one in others)
        if live != self._others:
            self._others = live
            self._tell(Sees(name=self.name, others=live))
        wanted = set(_streams(others))
        if wanted != self._subscribed:
            self._subscribed = wanted
            self._session.subscribe(wanted)

    def _on_code(self, code: Code) -> None:
        if code.state == "ready":
            self._tell(CodeShown(name=self.name, digits=code.digits))

    def _on_trouble(self, trouble: Trouble) -> None:
        self._tell(Failed(name=self.name, code=trouble.code))

    def _on_wanted(self, streams: set[int]) -> None:
        self._keys_wanted |= streams - self._wanted
        self._wanted = streams

    def _on_frame(self, frame: MediaFrame) -> None:
        capture_us = int.from_bytes(frame.payload[:8], "big")
        self._tally.take(frame.slot, frame.stream, frame.flags, frame.frame, (now_us() - capture_us) / 1000)

    # --- what it sends ---

    def _state(self) -> int:
        return CAMERA | (MICROPHONE if self._speaking else 0) | (SCREEN if self._sharing else 0)

    async def _film(self, stream: int, listening: clips.Clip, speaking: clips.Clip) -> None:
        """Send pictures for as long as somebody wants them, from a key picture on whenever somebody needs one."""
        clip, at = listening, 0
        async for due_us in _pace(clip.fps):
            if stream not in self._wanted:
                continue
            now = speaking if self._speaking else listening
            if now is not clip:
                clip, at = now, 0
            elif stream in self._keys_wanted:
                at = clip.next_key(at)
            self._keys_wanted.discard(stream)
            picture = clip.pictures[at]
            payload = wire.pack_video(due_us, clip.width, clip.height, picture.data)
            self._session.send(stream, wire.FLAG_KEY if picture.key else 0, payload)
            at = (at + 1) % len(clip.pictures)

    async def _share(self, scene: Scene) -> None:
        await _until(scene.start_us + int(schedule.share_s(scene.seconds) * 1e6))
        clip = clips.load(self._folder / clips.SCAN_FILE, clips.Clip)
        self._sharing = True
        self._session.set_state(self._state())
        await self._film(wire.SCREEN, clip, clip)

    async def _speak(self, speech: clips.Speech, scene: Scene) -> None:
        for start_us, length_s in _turns(scene, self._part.turn):
            await _until(start_us)
            self._speaking = True
            self._session.set_state(self._state())
            await self._say(speech, start_us, length_s)
            self._speaking = False
            self._session.set_state(self._state())

    async def _say(self, speech: clips.Speech, start_us: int, length_s: float) -> None:
        count = min(len(speech.frames), int(length_s * 1000 / clips.VOICE_FRAME_MS))
        spoke = False
        for at in range(count):
            due_us = start_us + at * clips.VOICE_FRAME_MS * 1000
            if due_us > now_us():  # else it goes out at once: a turn of a busy loop takes longer than 20 ms
                await _until(due_us)
            active = speech.active[at]
            flags = (wire.FLAG_VOICE if active else 0) | (wire.FLAG_START if active and not spoke else 0)
            spoke = active
            self._session.send(wire.VOICE, flags, wire.pack_voice(due_us, speech.frames[at]))


def _plan(part: Part, meeting: Meeting) -> JoinPlan:
    link = Link.parse(meeting.link)
    return JoinPlan(
        relay_host=link.host,
        relay_port=link.port,
        relay_pin=meeting.relay_pin,
        tag=link.tag,
        certificate=part.certificate,
        trust=meeting.trust,
        secret=link.secret,
        invite_hash=link.invite_hash,
        invitation_secret=meeting.invitation_secret if part.host else b"",
        relay_key=meeting.relay_key,
        admit_certified=part.host,
    )


def _streams(others: list[Person]) -> Iterator[tuple[int, int]]:
    for one in others:
        yield one.slot, wire.THUMBNAIL
        if one.state & SCREEN:
            yield one.slot, wire.SCREEN


def _turns(scene: Scene, turn: int) -> Iterator[tuple[int, float]]:
    """Yield when speaker number *turn* speaks: once, or once a round without end."""
    round_s = scene.seconds or schedule.round_s(scene.speakers)
    mine = schedule.turns(scene.speakers, round_s)[turn]
    start_us = scene.start_us + int(mine.start_s * 1e6)
    yield start_us, mine.length_s
    while not scene.seconds:
        start_us += int(round_s * 1e6)
        yield start_us, mine.length_s


async def _until(at_us: int) -> None:
    await asyncio.sleep(max(0, at_us - now_us()) / 1e6)


async def _pace(fps: int) -> AsyncIterator[int]:
    """Yield *fps* times a second when that picture is due; what is more than half a second late is left out."""
    due_us = now_us()
    while True:
        yield due_us
        due_us += 1_000_000 // fps
        late_s = (now_us() - due_us) / 1e6
        if late_s > LATE_S:
            due_us = now_us()
        await _until(due_us)
