"""What can be shared: the whole screen, one window, an image file.

X11 by x11grab. On Windows the screen comes from gdigrab; one window is not offered there, because gdigrab crops the
desktop and would show what lies over it. The Windows path is untested until it is run on Windows.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import av

from media.av import x11
from media.av.source import LOCAL_ONLY, Source, local_file
from media.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.container import InputContainer

    from media.av.source import Failed, Show

WINDOWS = sys.platform == "win32"
CAPTURE_FPS = 15
IMAGE_EVERY_S = 0.2
MOST_IMAGE_PIXELS = 64_000_000
_SCREEN = re.compile(
    r"(?P<display>[\w.:-]{1,64})\+(?P<x>\d{1,5}),(?P<y>\d{1,5}) (?P<width>\d{1,5})x(?P<height>\d{1,5})"
)


def screens() -> list[tuple[str, str]]:
    """Return (id, name) of the screens; an id is the display's name and geometry."""
    if WINDOWS:
        return [("desktop", "desktop")]
    size = x11.screen_size()
    if size is None:
        return []
    return [(f"{os.environ.get('DISPLAY', '')}+0,0 {size[0]}x{size[1]}", f"{size[0]} x {size[1]}")]


def windows() -> list[tuple[str, str]]:
    """Return (id, title) of the windows that can be shared."""
    return [] if WINDOWS else [(str(window.id), window.title) for window in x11.windows()]


def open_share(kind: str, target: str, show: Show, failed: Failed) -> Source:
    """Return a source for a `screen`, `window` or `image`; raise DeviceError `none` for any other kind."""
    kinds: dict[str, Callable[[str, Show, Failed], Source]] = {
        "screen": ScreenSource,
        "window": WindowSource,
        "image": ImageSource,
    }
    if kind not in kinds:
        raise DeviceError("none", kind)
    return kinds[kind](target, show, failed)


class ScreenSource(Source):
    """The whole screen at 15 pictures a second."""

    def frames(self) -> Iterator[av.VideoFrame]:
        """Yield the screen as it is."""
        with self._open() as container:
            yield from container.decode(video=0)

    def _open(self) -> InputContainer:
        rate = {"framerate": str(CAPTURE_FPS)}
        if WINDOWS:
            return av.open("desktop", format="gdigrab", options=rate)
        parts = _SCREEN.fullmatch(self.device)
        if parts is None:
            raise DeviceError("none", self.device)
        options = {
            **rate,
            "video_size": f"{parts['width']}x{parts['height']}",
            "grab_x": parts["x"],
            "grab_y": parts["y"],
        }
        return av.open(parts["display"], format="x11grab", options=options)


class WindowSource(Source):
    """One X11 window by id, followed through changes of its size; gone or hidden ends as `unplugged`."""

    def frames(self) -> Iterator[av.VideoFrame]:
        """Yield the window's own pixels, whatever lies over it."""
        if WINDOWS or not self.device.isdecimal() or len(self.device) > 10:
            raise DeviceError("none", self.device)
        window = int(self.device)
        if x11.window_size(window) is None:
            raise DeviceError("none", self.device)
        with x11.own_pixels(window):
            while (size := x11.window_size(window)) is not None and not self._stop.is_set():
                yield from self._while_sized(window, size)

    def _while_sized(self, window: int, size: tuple[int, int]) -> Iterator[av.VideoFrame]:
        options = {"framerate": str(CAPTURE_FPS), "window_id": str(window), "draw_mouse": "0"}
        try:
            with av.open(os.environ.get("DISPLAY", ""), format="x11grab", options=options) as container:
                for number, frame in enumerate(container.decode(video=0)):
                    yield frame
                    if number % CAPTURE_FPS == 0 and x11.window_size(window) != size:
                        return
        except av.FFmpegError:
            if self.wait(0.1) or x11.window_size(window) == size:
                raise


class ImageSource(Source):
    """An image file, repeated so that the encoder refines it and newcomers see it."""

    def frames(self) -> Iterator[av.VideoFrame]:
        """Yield the same picture five times a second; raise DeviceError `none` or `failed`."""
        path = local_file(self.device)
        with av.open(str(path), options=LOCAL_ONLY) as container:
            video = container.streams.video
            if not video or video[0].width * video[0].height > MOST_IMAGE_PIXELS:
                raise DeviceError("failed", self.device)
            frame = next(iter(container.decode(video[0])))
        while True:
            yield frame
            if self.wait(IMAGE_EVERY_S):
                return
