"""H.264 decoding, one decoder a stream: one thread, no delay, and a key frame asked for after any error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
from av.codec.context import Flags

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

MAX_PIXELS = 1920 * 1200
LEAST_SIDE = 16


class VideoDecoder:
    """Decodes Annex B pictures of 16 x 16 to 1920 x 1200 (in area); one thread at a time.

    `needs_key` says that nothing can be shown before the next key frame: at the start, after `lost`, and after
    bytes that are no picture.
    """

    def __init__(self) -> None:
        self.needs_key = True
        self._codec = _open()

    def lost(self) -> None:
        """Note that a frame will never come: what follows leans on it."""
        self.needs_key = True

    def decode(self, data: bytes, *, key: bool) -> av.VideoFrame | None:
        """Decode one frame; None when it cannot be shown (then look at `needs_key`)."""
        if self.needs_key and not key:
            return None
        frames = self._try(data)
        if not frames or not _showable(frames[-1]):
            self._codec, self.needs_key = _open(), True
            return None
        self.needs_key = False
        return frames[-1]

    def _try(self, data: bytes) -> list[av.VideoFrame]:
        if not data:
            return []  # FFmpeg would take it for the end of the stream
        try:
            return self._codec.decode(av.Packet(data))
        except (av.FFmpegError, ValueError):
            return []


def _showable(frame: av.VideoFrame) -> bool:
    return min(frame.width, frame.height) >= LEAST_SIDE and frame.width * frame.height <= MAX_PIXELS


def _open() -> VideoCodecContext:
    codec = av.CodecContext.create("h264", "r")
    codec.thread_count = 1
    codec.flags |= Flags.low_delay
    codec.options = {"max_pixels": str(1920 * 1216)}  # coded height is a multiple of 16
    return codec
