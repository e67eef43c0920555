"""H.264 encoding: a 720p camera layer, a 180p thumbnail layer, and the screen.

x264 runs without look-ahead and within a video buffer verifier, because only then does its bit rate change on a
live encoder without a key frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.video.frame import PictureType

from media.av.scale import Scaler

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

KEY_EVERY_S = 10


@dataclass(frozen=True)
class Layer:
    """One encoding of one source: the largest picture (pixels), its rate, and the size of its rate buffer."""

    width: int
    height: int
    fps: int
    kbps: int
    preset: str
    buffer_s: float


CAMERA_LAYER = Layer(1280, 720, 30, 1500, "superfast", 0.25)
THUMBNAIL_LAYER = Layer(320, 180, 15, 150, "superfast", 0.5)
SCREEN_LAYER = Layer(1920, 1080, 15, 3000, "ultrafast", 2.0)


@dataclass(frozen=True)
class Encoded:
    """One coded picture: Annex B bytes, its size in pixels, and whether a decoder may start here."""

    data: bytes
    width: int
    height: int
    key: bool


class VideoEncoder:
    """Encodes pictures of any size and format into one layer, keeping their aspect; one thread at a time."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self._scaler = Scaler(layer.width, layer.height, "yuv420p", "inside")
        self._codec: VideoCodecContext | None = None
        self._bit_rate = layer.kbps * 1000
        self._pts = 0

    def set_rate(self, kbps: int, fps: int | None = None) -> None:
        """Aim at *kbps* from the next picture on; *fps* is the rate really fed when below the layer's."""
        scale = self.layer.fps / fps if fps else 1.0
        self._bit_rate = min(int(kbps * 1000 * scale), self.layer.kbps * 1000)
        if self._codec is not None:
            self._codec.bit_rate = self._bit_rate

    def encode(self, frame: av.VideoFrame, *, key: bool = False) -> Encoded | None:
        """Encode one picture; *key* forces a key frame. None when the encoder gave nothing back."""
        picture = self._scaler.scale(frame)
        codec = self._codec
        if codec is None or (codec.width, codec.height) != (picture.width, picture.height):
            codec = self._codec = self._open(picture.width, picture.height)
        picture.pts, picture.time_base = self._pts, codec.time_base
        picture.pict_type = PictureType.I if key else PictureType.NONE
        self._pts += 1
        packets = codec.encode(picture)
        if not packets:
            return None
        data = b"".join(bytes(packet) for packet in packets)
        return Encoded(data, picture.width, picture.height, any(packet.is_keyframe for packet in packets))

    def _open(self, width: int, height: int) -> VideoCodecContext:
        layer = self.layer
        codec = av.CodecContext.create("libx264", "w")
        codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
        codec.time_base, codec.framerate = Fraction(1, layer.fps), Fraction(layer.fps)
        codec.bit_rate, codec.gop_size, codec.thread_count = self._bit_rate, layer.fps * KEY_EVERY_S, 1
        codec.options = {
            "preset": layer.preset,
            "tune": "zerolatency",
            "maxrate": str(layer.kbps * 1000),
            "bufsize": str(int(layer.kbps * 1000 * layer.buffer_s)),
            "forced-idr": "1",
            "sc_threshold": "0",  # key frames come when asked for, not at each cut
        }
        return codec
