"""What this machine sends: voice, two camera layers, the share. Encoded on the devices' threads, sent on the loop."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from media.av.encode import CAMERA_LAYER, SCREEN_LAYER, THUMBNAIL_LAYER, Layer, VideoEncoder
from media.av.opus import OpusEncoder
from media.av.pace import Pacer
from media.av.rate import SCREEN_FPS_MOST, split
from media.av.vad import Vad
from media.wire import (
    CAMERA,
    FLAG_KEY,
    FLAG_START,
    FLAG_VOICE,
    SCREEN,
    THUMBNAIL,
    VOICE,
    pack_video,
    pack_voice,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import av

    from media.av.encode import Encoded

    Send = Callable[[int, int, bytes], None]
    """(stream, flags, payload); called on a device's thread."""

KEY_EVERY_US = 1_000_000
BACKLOG_MS = 400.0
SPARE_KBPS = 100


class VideoOut:
    """One outgoing video stream. `feed` is called on its source's thread; `aim` and `want_key` only take note."""

    def __init__(self, stream: int, layer: Layer, send: Send) -> None:
        self.stream = stream
        self._layer, self._send = layer, send
        self._lock = threading.Lock()
        self._encoder = VideoEncoder(layer)
        self._pacer = Pacer(layer.kbps + SPARE_KBPS)
        self._kbps, self._fps = self._wish = layer.kbps, layer.fps
        self._key = True
        self._keyed_us = 0
        self._due_us = 0

    def aim(self, kbps: int, fps: int | None = None) -> None:
        """Send at *kbps* and *fps* from the next picture on; 0 kb/s stops the stream until it is wanted again."""
        self._wish = (kbps, fps or self._layer.fps)

    def want_key(self) -> None:
        """Send a key frame soon; at most one a second."""
        self._key = True

    def feed(self, frame: av.VideoFrame, capture_us: int) -> None:
        """Encode and send *frame* when it is this stream's turn."""
        with self._lock:
            self._obey()
            coded = self._encode(frame, capture_us) if self._turn(capture_us) else None
        if coded is not None:
            payload = pack_video(capture_us, coded.width, coded.height, coded.data)
            self._send(self.stream, FLAG_KEY if coded.key else 0, payload)

    def _obey(self) -> None:
        """Take over what was aimed at: on this thread, so that the loop never waits for an encoder."""
        if self._wish == (self._kbps, self._fps):
            return
        was, (self._kbps, self._fps) = self._kbps, self._wish
        if self._kbps:
            self._key = self._key or not was
            self._encoder.set_rate(self._kbps, self._fps)
            self._pacer.kbps = self._kbps + SPARE_KBPS

    def _encode(self, frame: av.VideoFrame, capture_us: int) -> Encoded | None:
        key = self._key and not 0 <= capture_us - self._keyed_us < KEY_EVERY_US
        if key:
            self._key, self._keyed_us = False, capture_us
        coded = self._encoder.encode(frame, key=key)
        if coded is not None:
            self._pacer.plan([len(coded.data)], capture_us / 1000)
        return coded

    def _turn(self, capture_us: int) -> bool:
        """Tell whether the stream is wanted, its rate allows a picture, and the ones before have left.

        Turns keep to a schedule, so that a picture that comes late does not cost the next one its turn.
        """
        if capture_us < self._due_us - KEY_EVERY_US:  # the clock was set back
            self._due_us, self._pacer = 0, Pacer(self._pacer.kbps)
        if not self._kbps or self._pacer.backlog_ms(capture_us / 1000) > BACKLOG_MS:
            return False
        each_us = 1_000_000 // self._fps
        if capture_us < self._due_us - each_us // 4:
            return False
        self._due_us = (self._due_us if capture_us - self._due_us < each_us else capture_us) + each_us
        return True


class VoiceOut:
    """The own voice: 20 ms at a time, every frame sent, flagged when it holds speech."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._encoder, self._vad = OpusEncoder(), Vad()
        self.level = 0.0
        self.active = False

    def hear(self, sound: bytes, capture_us: int) -> None:
        """Encode and send 20 ms; on the microphone's thread."""
        heard = self._vad.hear(sound)
        self.level, self.active = heard.level, heard.active
        flags = (FLAG_VOICE if heard.active else 0) | (FLAG_START if heard.start else 0)
        self._send(VOICE, flags, pack_voice(capture_us, self._encoder.encode(sound)))

    def silent(self) -> None:
        """Hear that the microphone is off."""
        self.level, self.active, self._vad = 0.0, False, Vad()


class Outgoing:
    """All outgoing streams, and how a ceiling is shared among those that somebody receives."""

    def __init__(self, send: Send) -> None:
        self.up_kbps = 0
        self.voice = VoiceOut(send)
        self.videos = {
            THUMBNAIL: VideoOut(THUMBNAIL, THUMBNAIL_LAYER, send),
            CAMERA: VideoOut(CAMERA, CAMERA_LAYER, send),
            SCREEN: VideoOut(SCREEN, SCREEN_LAYER, send),
        }
        self._wanted: set[int] = set()
        self.camera_on = self.screen_on = False
        self.share_out()

    def want(self, streams: set[int]) -> None:
        """Encode these streams only."""
        self._wanted = streams
        self.share_out()

    def want_key(self, stream: int) -> None:
        """Send a key frame of *stream*."""
        if stream in self.videos:
            self.videos[stream].want_key()

    def share_out(self) -> None:
        """Share the ceiling anew, after any change of what flows."""
        flowing = ({THUMBNAIL, CAMERA} if self.camera_on else set()) | ({SCREEN} if self.screen_on else set())
        shares = self._shares = split(self.up_kbps, self._wanted & flowing)
        self.videos[THUMBNAIL].aim(shares.thumbnail)
        self.videos[CAMERA].aim(shares.camera)
        self.videos[SCREEN].aim(shares.screen, shares.screen_fps)

    @property
    def sacrificed(self) -> list[str]:
        """Return what the ceiling costs now, as in `Figures`."""
        faces = self._wanted & {THUMBNAIL, CAMERA} if self.camera_on else set()
        cut = {stream for stream in faces if not self._shares.of(stream)}
        codes = (["face"] if cut == faces else ["camera"]) if cut else []
        imaging = SCREEN in self._wanted and self.screen_on and self._shares.screen_fps < SCREEN_FPS_MOST
        return [*codes, *(["imaging"] if imaging else [])]

    def camera(self, frame: av.VideoFrame, capture_us: int) -> None:
        """Take a camera picture; on the camera's thread."""
        self.videos[CAMERA].feed(frame, capture_us)
        self.videos[THUMBNAIL].feed(frame, capture_us)

    def screen(self, frame: av.VideoFrame, capture_us: int) -> None:
        """Take a picture of the share; on its thread."""
        self.videos[SCREEN].feed(frame, capture_us)
