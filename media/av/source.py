"""What every picture source shares: a capture thread, a newest-wins box, and errors as codes."""

from __future__ import annotations

import errno
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import av

from media.av.newest import Newest
from media.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Show = Callable[[av.VideoFrame, int], None]
    Failed = Callable[[DeviceError], None]

LOCAL_ONLY = {"protocol_whitelist": "file"}
"""A playlist given as a camera or image must not make this process fetch anything."""


def now_us() -> int:
    """Return the capture clock of every payload: Unix microseconds."""
    return time.time_ns() // 1000


def error_code(error: BaseException, *, running: bool = False) -> str:
    """Return the DeviceError code for an error of FFmpeg or the system."""
    number = getattr(error, "errno", None)
    if number in {errno.EBUSY, errno.EAGAIN}:
        return "busy"
    if number in {errno.EACCES, errno.EPERM} and not running:
        return "denied"
    if running:
        return "unplugged"
    return "none" if number in {errno.ENOENT, errno.ENODEV, errno.ENXIO} else "failed"


class Steady:
    """What never goes silent: pictures fail by an error, and a clock cannot be unplugged."""

    def stalled(self, now_ms: float) -> bool:  # noqa: ARG002 -- the same at all times
        """Return False."""
        return False

    def revive(self) -> bool:
        """Return False."""
        return False


class Source(Steady):
    """Runs `frames` on one thread and *show* on another, with the newest frame; *failed* is called at most once.

    *show* gets (frame, capture time in Unix microseconds). `frames` is written by each kind of source.
    """

    def __init__(self, device: str, show: Show, failed: Failed) -> None:
        self.device = device
        self._show = show
        self._failed = failed
        self._box: Newest[tuple[av.VideoFrame, int]] = Newest()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._capture, name="capture", daemon=True),
            threading.Thread(target=self._work, name="encode", daemon=True),
        ]

    def frames(self) -> Iterator[av.VideoFrame]:
        """Yield pictures as they are captured; raise DeviceError or an error of FFmpeg."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin; returns at once, failures come by *failed*."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End both threads and give the device back (waits up to 2 s for a hanging driver)."""
        self._stop.set()
        self._box.close()
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(2)

    def wait(self, seconds: float) -> bool:
        """Sleep inside `frames`; True when the source was closed meanwhile."""
        return self._stop.wait(seconds)

    def _capture(self) -> None:
        running = False
        try:
            for frame in self.frames():
                if self._stop.is_set():
                    return
                running = True
                self._box.put((frame, now_us()))
            if not self._stop.is_set():
                self._fail(DeviceError("unplugged", self.device))
        except DeviceError as error:
            self._fail(error)
        except (av.FFmpegError, OSError, ValueError) as error:
            self._fail(DeviceError(error_code(error, running=running), self.device))

    def _fail(self, error: DeviceError) -> None:
        if not self._stop.is_set():
            self._failed(error)

    def _work(self) -> None:
        try:
            while (taken := self._box.take()) is not None:
                self._show(*taken)
        except (av.FFmpegError, ValueError):
            self._fail(DeviceError("failed", self.device))


class FileVideo(Source):
    """A video file looped at its own frame rate, as a camera. *device* is `file:PATH`."""

    def frames(self) -> Iterator[av.VideoFrame]:
        """Yield the pictures, paced; raise DeviceError `none` or `failed`."""
        path = local_file(self.device)
        while not self._stop.is_set():
            shown = 0
            for frame in self._paced(path):
                shown += 1
                yield frame
            if not shown:
                raise DeviceError("failed", self.device)

    def _paced(self, path: Path) -> Iterator[av.VideoFrame]:
        begun = time.monotonic()
        with av.open(str(path), options=LOCAL_ONLY) as container:
            if not container.streams.video:
                raise DeviceError("failed", self.device)
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            each_s = 1 / float(stream.average_rate or 30)
            for number, frame in enumerate(container.decode(stream)):
                yield frame
                if self.wait(max(0.0, begun + (number + 1) * each_s - time.monotonic())):
                    return


def local_file(device: str) -> Path:
    """Return the path of `file:PATH` (or a bare path); raise DeviceError `none` when there is no such file."""
    path = Path(device.removeprefix("file:"))
    if not path.is_file():
        raise DeviceError("none", device)
    return path
