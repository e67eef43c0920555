"""Cameras by PyAV: v4l2 on Linux, dshow on Windows, and `file:PATH`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.device

from media.av.source import FileVideo, Source
from media.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer

    from media.av.source import Failed, Show

WINDOWS = sys.platform == "win32"
WISHES: tuple[dict[str, str], ...] = (
    {"video_size": "1280x720", "framerate": "30", "input_format": "mjpeg"},
    {"video_size": "1280x720", "framerate": "30"},
    {},
)
"""Tried in order; 720p30 is mostly offered as Motion JPEG."""


def cameras() -> list[tuple[str, str]]:
    """Return (id, name) of the cameras of this machine."""
    if WINDOWS:
        found = av.device.enumerate_input_devices("dshow")
        return [(one.name, one.description or one.name) for one in found if "video" in one.media_types]
    if not list(Path("/dev").glob("video*")):
        return []
    return [(one.name, one.description or one.name) for one in av.device.enumerate_input_devices("v4l2")]


def open_camera(device: str, show: Show, failed: Failed) -> Source:
    """Return a source for *device*: an id of `cameras`, `file:PATH`, or empty for the first camera."""
    return (
        FileVideo(device, show, failed) if device.startswith("file:") else CameraSource(device, show, failed)
    )


class CameraSource(Source):
    """A real camera. The Windows path (dshow) is untested until it is run on Windows."""

    def frames(self) -> Iterator[av.VideoFrame]:
        """Yield pictures as the camera gives them."""
        with self._open() as container:
            yield from container.decode(video=0)

    def _open(self) -> InputContainer:
        device = self.device or next((one for one, _ in cameras()), "")
        if not device or not (WINDOWS or Path(device).exists()):
            raise DeviceError("none", self.device)
        for wish in WISHES[:-1]:
            try:
                return _open(device, wish)
            except (av.ArgumentError, av.InvalidDataError, ValueError):
                continue
        return _open(device, WISHES[-1])


def _open(device: str, wish: dict[str, str]) -> InputContainer:
    if WINDOWS:
        options = {name: value for name, value in wish.items() if name != "input_format"}
        return av.open(f"video={device}", format="dshow", options=options)
    return av.open(device, format="v4l2", options=wish)
