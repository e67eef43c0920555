"""Pictures and sounds for the media tests, drawn here."""

from __future__ import annotations

import array
import math
import random
from fractions import Fraction

import av

RATE = 48_000


def card(number: int, width: int = 1280, height: int = 720) -> av.VideoFrame:
    """A smooth picture with a bright bar that moves with *number*."""
    frame = av.VideoFrame(width, height, "yuv420p")
    luma = frame.planes[0]
    row = bytearray(40 + (150 * x) // luma.line_size for x in range(luma.line_size))
    at = number * 16 % (width - 64)
    row[at : at + 64] = b"\xe0" * 64
    luma.update(bytes(row) * height)
    for plane in frame.planes[1:]:
        plane.update(bytes([110 + number % 20]) * (plane.line_size * plane.height))
    return frame


def noise(seed: int, width: int, height: int) -> av.VideoFrame:
    """A picture that no encoder can compress."""
    frame = av.VideoFrame(width, height, "yuv420p")
    chance = random.Random(seed)
    for plane in frame.planes:
        plane.update(chance.randbytes(plane.line_size * plane.height))
    return frame


def luma(frame: av.VideoFrame) -> bytes:
    plane = frame.planes[0]
    data = bytes(plane)
    return b"".join(
        data[y * plane.line_size : y * plane.line_size + frame.width] for y in range(frame.height)
    )


def psnr(one: av.VideoFrame, other: av.VideoFrame) -> float:
    """Luma, dB, on every 37th pixel."""
    a, b = luma(one)[::37], luma(other)[::37]
    error = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) / len(a)
    return 99.0 if error == 0 else 10 * math.log10(255**2 / error)


def tone(hertz: float, amplitude: float, samples: int = 960, start: int = 0) -> bytes:
    """Signed 16-bit mono."""
    return array.array(
        "h", (int(amplitude * math.sin(2 * math.pi * hertz * (start + n) / RATE)) for n in range(samples))
    ).tobytes()


def clip(path: str, frames: int = 30, size: tuple[int, int] = (640, 360), fps: int = 30) -> None:
    """Write a short video file."""
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            frame = card(number, *size)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def wav(path: str, pcm: bytes) -> None:
    import wave

    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
