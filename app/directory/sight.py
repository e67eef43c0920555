"""The camera, until it sees a code: an engine of its own that never knows a key, and a reader that knows nothing at all. No Qt."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Protocol

from app.directory.comparing import FINAL, Verdict
from app.directory.readerpipe import MAX_HEIGHT, MAX_WIDTH, Broken, answered, ask
from app.papers import apart
from media.engine import messages as m
from media.engine.frames import Arena
from media.engine.supervise import Engine
from media.events import Event
from media.patience import within
from media.wire import CAMERA

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

LOOK_S = 120.0
"""How long a camera is held open for nothing."""
READ_S, EVERY_S = 3.0, 0.15
MAX_LIVES = 4
OWN_SLOT = 65_535
WHOLE, PREVIEW = 0, 1
WHOLE_SIZE = (1280, 720)
"""What is read: a code of 33 modules that fills a fifth of it is found."""


class Unseen(Exception):  # noqa: N818 -- the page says what to do
    """No code was seen. `code`: none, busy, denied, unplugged, failed (the camera), late, engine, reader."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Picture(Protocol):
    """A picture of the arena: BGRA rows of `stride` bytes."""

    @property
    def view(self) -> memoryview: ...  # noqa: D102
    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def height(self) -> int: ...  # noqa: D102
    @property
    def stride(self) -> int: ...  # noqa: D102


class Pictures(Protocol):
    """Where the engine puts pictures (`media.engine.frames.Arena`)."""

    def read(self, index: int, /) -> Picture | None: ...  # noqa: D102
    def still_valid(self, picture: Any, /) -> bool: ...  # noqa: D102
    def wipe(self) -> None: ...  # noqa: D102


class Eye(Protocol):
    """The engine as its supervisor shows it (`media.engine.supervise.Engine`)."""

    messages: Event[Any]
    died: Event[int]

    def start(self, arena: Any, /) -> None: ...  # noqa: D102
    def send(self, message: m.Message, /) -> None: ...  # noqa: D102
    def stop(self) -> None: ...  # noqa: D102


class Sight:
    """One look at a time. `fresh` (another picture for the eye) and `hinted` (a code that ends nothing) fire on any thread."""

    def __init__(
        self, make_eye: Callable[[], Eye] = Engine, make_pictures: Callable[[], Pictures] = Arena.create
    ) -> None:
        self.fresh: Event[None] = Event()
        self.hinted: Event[Verdict] = Event()
        self._make_eye, self._make_pictures = make_eye, make_pictures
        self._turn: asyncio.Lock | None = None
        self._pictures: Pictures | None = None
        self._eye: Eye | None = None
        self._size = (320, 200)

    def picture(self) -> Picture | None:
        """Return what the camera sees now, at the size that was asked for."""
        return self._pictures.read(PREVIEW) if self._pictures is not None and self._eye is not None else None

    def show(self, width: int, height: int) -> None:
        """Bring pictures of this size, device pixels, from now on."""
        self._size = (width, height)
        eye = self._eye
        if eye is not None:
            eye.send(self._tiles())

    async def look(self, device: str, judge: Callable[[str], Verdict]) -> Verdict:
        """Open the camera *device* until *judge* is certain of a code; give it back whatever happens. Raises Unseen."""
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:
            reader, eye = Reader(), self._make_eye()
            pictures = self._pictures = self._pictures or self._make_pictures()
            watch = _Watch(eye, self.fresh)
            try:
                await self._open(eye, pictures, device)
                async with asyncio.timeout(LOOK_S):
                    return await self._seen(watch, pictures, reader, judge)
            except TimeoutError as error:
                raise Unseen("late") from error
            finally:
                self._eye = None
                watch.leave()
                reader.close()
                await asyncio.to_thread(_end, eye, pictures)

    async def _open(self, eye: Eye, pictures: Pictures, device: str) -> None:
        try:
            await asyncio.to_thread(eye.start, pictures)
        except OSError as error:
            raise Unseen("engine") from error
        self._eye = eye
        eye.send(self._tiles())
        eye.send(m.Camera(on=True, device=device))

    def _tiles(self) -> m.Tiles:
        sizes = (WHOLE, *WHOLE_SIZE), (PREVIEW, *self._size)
        tiles = [
            m.Tile(
                index=index, slot=OWN_SLOT, stream=CAMERA, width=width, height=height, whole=index == WHOLE
            )
            for index, width, height in sizes
        ]
        return m.Tiles(tiles=tiles)

    async def _seen(
        self, watch: _Watch, pictures: Pictures, reader: Reader, judge: Callable[[str], Verdict]
    ) -> Verdict:
        while True:
            await watch.next()
            grey = luminance(pictures)
            text = await reader.read(*grey) if grey is not None else ""
            verdict = judge(text) if text else None
            if verdict is not None and verdict.kind in FINAL:
                return verdict
            if verdict is not None:
                self.hinted.fire(verdict)
            await asyncio.sleep(EVERY_S)


def _end(eye: Eye, pictures: Pictures) -> None:
    """End the engine, then forget what it saw."""
    eye.stop()
    pictures.wipe()


def luminance(pictures: Pictures) -> tuple[int, int, bytes] | None:
    """Return width, height and a byte a pixel (green) of the newest whole picture; columns at the right may be padding."""
    picture = pictures.read(WHOLE)
    if picture is None:
        return None
    width, odd = divmod(picture.stride, 4)
    rows = bytes(picture.view)
    if odd or width > MAX_WIDTH or picture.height > MAX_HEIGHT or not pictures.still_valid(picture):
        return None
    return width, picture.height, rows[1::4]


class _Watch:
    """What an engine says, heard on the loop."""

    def __init__(self, eye: Eye, fresh: Event[None]) -> None:
        self._loop, self._fresh = asyncio.get_running_loop(), fresh
        self._said = asyncio.Event()
        self._trouble = ""
        self._leave = (eye.messages.subscribe(self._heard), eye.died.subscribe(self._died))

    async def next(self) -> None:
        """Wait for another picture; raise Unseen when there will be none."""
        await self._said.wait()
        self._said.clear()
        if self._trouble:
            raise Unseen(self._trouble)

    def leave(self) -> None:
        """Hear nothing more."""
        for leave in self._leave:
            leave()

    def _heard(self, message: m.Message) -> None:
        if isinstance(message, m.DeviceState) and message.kind == "camera" and message.code:
            self._tell(message.code)
        elif isinstance(message, m.Fresh):
            if PREVIEW in message.boxes:
                self._fresh.fire(None)
            if WHOLE in message.boxes:
                self._tell("")

    def _died(self, _status: int) -> None:
        self._tell("engine")

    def _tell(self, trouble: str) -> None:
        self._trouble = self._trouble or trouble
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._said.set)


class Reader:
    """The process that decodes. A picture that brings it down, or takes it too long, ends it; another one goes on, a few times."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lives = 0
        self._guard = threading.Lock()

    async def read(self, width: int, height: int, rows: bytes) -> str:
        """Return the text of the code in a picture, empty for none or where the picture was too much. Raises Unseen."""
        work = asyncio.ensure_future(asyncio.to_thread(self._ask, width, height, rows))
        try:
            return await within(READ_S, asyncio.shield(work))
        except BaseException as error:
            self.close()
            await asyncio.gather(work, return_exceptions=True)
            if not isinstance(error, TimeoutError | OSError | ValueError | Broken):
                raise
            if self._lives >= MAX_LIVES:
                raise Unseen("reader") from error
            return ""

    def close(self) -> None:
        """End the process; from any thread."""
        with self._guard:
            process, self._process = self._process, None
        if process is not None:
            apart.end(process)

    def _ask(self, width: int, height: int, rows: bytes) -> str:
        with self._guard:
            if self._process is None:
                self._lives += 1
                self._process = apart.start("reader", "app.directory.reader")
            process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        ask(process.stdin, width, height, rows)
        return answered(process.stdout)
