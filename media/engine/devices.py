"""Devices of this machine, switched by the window; one that fails is said, and the meeting goes on without it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from media.av.audio import microphones, open_microphone, open_speaker, speakers
from media.av.camera import cameras, open_camera
from media.av.screen import open_share, screens, windows
from media.engine.messages import Device, Devices, DeviceState
from media.errors import DeviceError
from media.wire import CAMERA, SCREEN

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import av

    from media.av.source import Failed, Show, Source
    from media.engine.messages import Message
    from media.engine.outgoing import Outgoing

T = TypeVar("T")
STATE_BITS = {"microphone": 1, "camera": 2, "screen": 4}


class Stoppable(Protocol):
    """A camera, share, microphone or speaker that runs."""

    def close(self) -> None:
        """Give the device back; may take a while."""

    def stalled(self, now_ms: float) -> bool:
        """Tell whether it went silent."""

    def revive(self) -> bool:
        """Start it again; False once it is gone (unplugged). May take a while."""


@dataclass(frozen=True)
class Running:
    """A device and the number of its life, so that a late failure does not end the next one."""

    device: Stoppable
    life: int


class Equipment:
    """Camera, microphone, speaker and share. All methods are called on the loop; opening and closing run beside it.

    *say* speaks to the window, *preview* gets (stream, picture) on a device's thread, *changed* the state bits of beats.
    """

    def __init__(
        self,
        out: Outgoing,
        pull: Callable[[], bytes],
        say: Callable[[Message], None],
        preview: Callable[[int, av.VideoFrame], None],
        changed: Callable[[int], None],
    ) -> None:
        self._out, self._pull, self._say = out, pull, say
        self._preview, self._changed = preview, changed
        self._loop = asyncio.get_running_loop()
        self._running: dict[str, Running] = {}
        self._lives = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._locks = {kind: asyncio.Lock() for kind in ("camera", "microphone", "speaker", "screen")}
        self.speaker_chosen = False

    @property
    def state(self) -> int:
        """State bits as in beats: 1 microphone, 2 camera, 4 screen."""
        return sum(bit for kind, bit in STATE_BITS.items() if kind in self._running)

    async def camera(self, *, on: bool, device: str = "") -> None:
        """Switch the camera; it is on once it gave a picture."""
        await self._switch("camera", partial(self._open_camera, device) if on else None)

    async def share(self, kind: str, target: str) -> None:
        """Share a screen, window or image; `stop` ends."""
        await self._switch("screen", None if kind == "stop" else partial(self._open_share, kind, target))

    async def microphone(self, *, on: bool, device: str = "") -> None:
        """Switch the microphone."""
        await self._switch("microphone", partial(self._open_microphone, device) if on else None)

    async def speaker(self, device: str) -> None:
        """Choose the speaker; where it fails, the mix goes nowhere."""
        self.speaker_chosen = True
        await self._switch("speaker", partial(self._open_speaker, device))

    def watch(self) -> None:
        """Notice sound devices that went silent, once in a while: they run again, or were pulled out."""
        for kind, running in self._running.items():
            if _silent(running):
                self._begin(self._revive(kind, running))

    async def list(self) -> Devices:
        """Ask the system what there is."""
        listings = (cameras, microphones, speakers, screens, windows)
        found = [_described(await self._beside(listing)) for listing in listings]
        return Devices(
            **{listing.__name__: devices for listing, devices in zip(listings, found, strict=True)}
        )

    async def rest(self) -> None:
        """Give camera, microphone and share back; each is said to be off."""
        for kind in STATE_BITS:
            await self._switch(kind, None)

    async def close(self) -> None:
        """Give every device back."""
        await self.rest()
        await self._switch("speaker", None)

    # --- opening: raise DeviceError, or fail later ---

    def _open_camera(self, device: str, life: int) -> Stoppable:
        return self._start(open_camera(device, *self._shower("camera", self._out.camera, CAMERA, life)))

    def _open_share(self, what: str, target: str, life: int) -> Stoppable:
        return self._start(open_share(what, target, *self._shower("screen", self._out.screen, SCREEN, life)))

    def _open_microphone(self, device: str, life: int) -> Stoppable:
        microphone = open_microphone(
            device, self._out.voice.hear, partial(self._fail_later, "microphone", life)
        )
        self._later(self._say, DeviceState(kind="microphone", on=True))
        return microphone

    def _open_speaker(self, device: str, life: int) -> Stoppable:  # noqa: ARG002 -- a speaker fails by stalling
        speaker = open_speaker(device, self._pull)
        self._later(self._say, DeviceState(kind="speaker", on=True))
        return speaker

    def _start(self, source: Source) -> Stoppable:
        source.start()
        return source

    def _shower(self, kind: str, feed: Show, stream: int, life: int) -> tuple[Show, Failed]:
        """Return what a picture source calls: for each picture, and when it fails."""
        unsaid = [DeviceState(kind=kind, on=True)]

        def show(frame: av.VideoFrame, capture_us: int) -> None:
            if unsaid:
                self._later(self._say, unsaid.pop())
            feed(frame, capture_us)
            self._preview(stream, frame)

        return show, partial(self._fail_later, kind, life)

    # --- one device of a kind at a time ---

    async def _switch(self, kind: str, opening: Callable[[int], Stoppable] | None) -> None:
        async with self._locks[kind]:
            await self._stop(kind)
            if opening is None:
                self._say(DeviceState(kind=kind, on=False))
            else:
                await self._open(kind, opening)
            self._flowing()

    async def _open(self, kind: str, opening: Callable[[int], Stoppable]) -> None:
        self._lives += 1
        life = self._lives
        try:
            self._running[kind] = Running(await self._beside(partial(opening, life)), life)
        except DeviceError as error:
            self._failed(kind, error)

    async def _stop(self, kind: str) -> None:
        running = self._running.pop(kind, None)
        if running:
            await self._beside(running.device.close)

    def _failed(self, kind: str, error: DeviceError) -> None:
        self._say(DeviceState(kind=kind, on=False, code=error.code))
        if kind == "speaker":  # the others' voices are still mixed, for levels and figures
            self._running[kind] = Running(open_speaker("none", self._pull), 0)

    def _fail_later(self, kind: str, life: int, error: DeviceError) -> None:
        self._later(self._failing, kind, life, error)

    def _failing(self, kind: str, life: int, error: DeviceError) -> None:
        self._begin(self._give_up(kind, life, error))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _give_up(self, kind: str, life: int, error: DeviceError) -> None:
        async with self._locks[kind]:
            running = self._running.get(kind)
            if running and running.life == life:
                await self._end(kind, error)

    async def _revive(self, kind: str, running: Running) -> None:
        async with self._locks[kind]:
            if self._running.get(kind) is not running or not _silent(running):
                return  # switched meanwhile, or awake again
            if not await self._beside(running.device.revive):
                await self._end(kind, DeviceError("unplugged"))

    async def _end(self, kind: str, error: DeviceError) -> None:
        await self._stop(kind)
        self._failed(kind, error)
        self._flowing()

    def _flowing(self) -> None:
        if "microphone" not in self._running:
            self._out.voice.silent()
        self._out.camera_on, self._out.screen_on = "camera" in self._running, "screen" in self._running
        self._out.share_out()
        self._changed(self.state)

    def _later(self, call: Callable[..., object], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    async def _beside(self, work: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(None, work)


def _silent(running: Running) -> bool:
    return running.device.stalled(time.monotonic() * 1000)


def _described(found: list[tuple[str, str]]) -> list[Device]:
    return [Device(id=one, name=name, default=number == 0) for number, (one, name) in enumerate(found)]
