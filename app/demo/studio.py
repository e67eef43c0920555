"""`python -m app.demo.studio FOLDER NAME…`: draws, speaks and encodes what is missing, outside of any call."""

from __future__ import annotations

import math
import sys
import wave
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import av

from app.demo import clips, paint, voices
from media.av.encode import CAMERA_LAYER, SCREEN_LAYER, THUMBNAIL_LAYER, Layer, VideoEncoder
from media.av.opus import PCM_BYTES, RATE, OpusEncoder
from media.av.vad import Vad
from resources.demo import scans
from resources.demo.people import ME, Person, person

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTENING_S = 6
KEY_EVERY_S = 2
DOCTOR_LOOP_S = 15
SCAN_FPS, SCAN_STEP = 5, 2
LAYERS = {
    "camera": CAMERA_LAYER,
    "thumbnail": replace(THUMBNAIL_LAYER, kbps=100),
    "thumbnail10": replace(THUMBNAIL_LAYER, fps=10, kbps=70),
}
"""A head before a still wall needs no more, and most thumbnails then fit one packet."""
SCAN_LAYER = Layer(1280, 720, SCAN_FPS, 900, SCREEN_LAYER.preset, SCREEN_LAYER.buffer_s)


def main() -> None:
    """Make the named files in the folder; each appears whole or not at all."""
    folder, wanted = Path(sys.argv[1]), sys.argv[2:]
    app = paint.begin()
    for name in wanted:
        make(folder, name)
    del app


def make(folder: Path, name: str) -> None:
    """Make one file by its name (see `clips.names`)."""
    if name == clips.CAMERA_FILE:
        _film(folder / name)
    elif name == clips.MICROPHONE_FILE:
        _record(folder / name)
    elif name == clips.SCAN_FILE:
        clips.save(folder / name, scroll())
    elif name == clips.SCAN_IMAGE:
        paint.save(scans.ct_image(), folder / name)
    else:
        key, kind = name.rsplit(".", 1)
        who = person(key)
        clips.save(folder / name, speech(who) if kind == "voice" else reel(who, LAYERS[kind]))


def speech(who: Person) -> clips.Speech:
    """Encode the voice of *who*, with what a microphone's voice detector says of each frame."""
    pcm, encoder, vad = voices.speech(who), OpusEncoder(), Vad()
    chunks = [pcm[at : at + PCM_BYTES] for at in range(0, len(pcm) - PCM_BYTES + 1, PCM_BYTES)]
    return clips.Speech([encoder.encode(one) for one in chunks], [vad.hear(one).active for one in chunks])


def reel(who: Person, layer: Layer) -> clips.Reel:
    """Draw and encode *who*, silent and speaking."""
    sitter = paint.Sitter(who.key, layer.width, layer.height)
    silent = [0.0] * (LISTENING_S * layer.fps)
    mouths = voices.openness(voices.speech(who), layer.fps)
    return clips.Reel(_clip(who, sitter, layer, silent), _clip(who, sitter, layer, mouths))


def _clip(who: Person, sitter: paint.Sitter, layer: Layer, mouths: list[float]) -> clips.Clip:
    encoder, coded = VideoEncoder(layer), []
    for at, picture in enumerate(_pictures(who, sitter, layer, mouths)):
        one = encoder.encode(_frame(picture, layer), key=at % (KEY_EVERY_S * layer.fps) == 0)
        if one is not None:
            coded.append(clips.Picture(one.data, one.key))
    return clips.Clip(layer.width, layer.height, layer.fps, coded)


def _pictures(who: Person, sitter: paint.Sitter, layer: Layer, mouths: list[float]) -> Iterator[bytes]:
    for at, mouth in enumerate(mouths):
        yield sitter.pose(mouth, *_bearing(who, at / layer.fps))


def _bearing(who: Person, t: float) -> tuple[float, float]:
    """Return (blink, sway) at second *t*: the same after `LISTENING_S`, so that a loop does not jump."""
    turn, start = 2 * math.pi / LISTENING_S, sum(who.key.encode()) % 60 / 10
    sway = 0.6 * math.sin(turn * (t + start)) + 0.35 * math.sin(2 * turn * t + start)
    blink = max(0.0, 1 - abs((t + start) % 3 - 0.2) / 0.12)
    return blink, sway


def _frame(picture: bytes, layer: Layer) -> av.VideoFrame:
    frame = av.VideoFrame(layer.width, layer.height, "bgra")
    frame.planes[0].update(picture)
    return frame


def scroll() -> clips.Clip:
    """Draw and encode the scan being scrolled down and up again."""
    slices = [*range(scans.SLICES), *range(scans.SLICES - 2, 0, -1)]
    encoder, coded = VideoEncoder(SCAN_LAYER), []
    for at, number in enumerate(slices):
        picture = paint.still(scans.ct_image(number), SCAN_LAYER.width, SCAN_LAYER.height)
        for repeat in range(SCAN_STEP):
            key = (at * SCAN_STEP + repeat) % (KEY_EVERY_S * SCAN_FPS) == 0
            one = encoder.encode(_frame(picture, SCAN_LAYER), key=key)
            if one is not None:
                coded.append(clips.Picture(one.data, one.key))
    return clips.Clip(SCAN_LAYER.width, SCAN_LAYER.height, SCAN_FPS, coded)


def _film(path: Path) -> None:
    """Film the doctor: she speaks, then listens, as long as her sound lasts."""
    layer = CAMERA_LAYER
    sitter = paint.Sitter(ME.key, layer.width, layer.height)
    mouths = voices.openness(voices.speech(ME), layer.fps)
    mouths += [0.0] * (DOCTOR_LOOP_S * layer.fps - len(mouths))
    partial = path.with_name("partial-" + path.name)
    with av.open(str(partial), "w") as film:
        stream = film.add_stream("libx264", layer.fps, {"preset": layer.preset, "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = layer.width, layer.height, "yuv420p"
        for picture in _pictures(ME, sitter, layer, mouths):
            film.mux(stream.encode(_frame(picture, layer)))
        film.mux(stream.encode(None))
    partial.replace(path)


def _record(path: Path) -> None:
    """Record the doctor's words, and then silence."""
    pcm = voices.speech(ME)
    partial = path.with_name("partial-" + path.name)
    with wave.open(str(partial), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(pcm + bytes(max(0, DOCTOR_LOOP_S * RATE * 2 - len(pcm))))
    partial.replace(path)


if __name__ == "__main__":
    main()
